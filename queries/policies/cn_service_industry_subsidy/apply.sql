-- One row: an interest bill of a loan to a business, with what the subsidy of it is and
-- where the rest of it was lost.
--
-- All arithmetic is in whole cents, days and millionths, multiplied before it is divided.
-- With
--     days  = days of the bill in the first year of the loan / days of the bill
--     ratio = min(1 point / rate of the bill, share of the interest)
--     inside = what of the loan is inside the borrower's limit / principal
-- the subsidy of a bill is charge x days x ratio x inside, rounded half-up once, and no more
-- than what the bills before it left of the borrower's cap.
with version as (
    select
        policy_version.version,
        policy_version.first_day,
        policy_version.last_day,
        cast(max(policy_value.value) filter (where policy_value.rule = 'rate') * 1000000 as bigint)
                                                            as subsidy_millionths,
        cast(max(policy_value.value) filter (where policy_value.rule = 'share_of_interest') * 1000000 as bigint)
                                                            as most_millionths,
        cast(max(policy_value.value) filter (where policy_value.rule = 'loan_limit') * 100 as bigint)
                                                            as limit_cents,
        cast(max(policy_value.value) filter (where policy_value.rule = 'amount_cap') * 100 as bigint)
                                                            as cap_cents,
        cast(max(policy_value.value) filter (where policy_value.rule = 'term_months') as bigint)
                                                            as term_months,
        coalesce(max(policy_value.value) filter (where policy_value.rule = 'overdue_excluded') = 1, false)
                                                            as excludes_overdue,
        cast(max(policy_value.value) filter (where policy_value.rule = 'central_share') * 1000000 as bigint)
                                                            as central_millionths
    from policy_version
    join policy_value
        on policy_value.version = policy_version.version
    group by all
),

setting as (
    select
        max(value) filter (where name = 'limit_per') = 'lender'
                                                            as is_limit_per_lender
    from policy_setting
),

lender as (
    select
        institution_id,
        type,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by institution_id order by valid_from),
            date '9999-12-31'
        )                                                   as valid_until
    from institution
),

-- Loans of no product that a business borrows under are none of this policy's.
lent as (
    select
        loan.*,
        cast(loan.disbursed_at as date)                     as disbursed_date,
        coalesce(loan.borrower_id, loan.loan_id)            as debtor_id
    from loan
    where loan.product in (select member from policy_member where rule = 'products')
),

judged as (
    select
        lent.loan_id,
        lent.debtor_id,
        lent.institution_id,
        borrower.province_code,
        lent.disbursed_date,
        lent.contract_signed_date                           as signed_date,
        lent.currency,
        lent.sector,
        cast(lent.principal * 100 as bigint)                as principal_cents,
        lent.repayment_method = 'flat_fee'                  as is_flat_fee,
        lent.contract_rate,
        loan_cost.contract_nominal_rate                     as nominal_rate,
        case when setting.is_limit_per_lender then lent.institution_id end
                                                            as pool_lender,
        version.* exclude (first_day, last_day),
        cast(lent.disbursed_date + to_months(cast(version.term_months as integer)) as date)
                                                            as ends_before,
        case
            when lent.disbursed_date is null then 'disbursed_unknown'
            when version.version is null then 'window'
            when not exists (
                select 1 from policy_member as currencies
                where currencies.version = version.version
                    and currencies.rule = 'currencies'
                    and currencies.member = lent.currency
            ) then 'currency'
            when lent.contract_signed_date is null then 'signing_unknown'
            -- A loan of 2026 may have been signed under the plan of 2025.
            when lent.contract_signed_date < (select min(first_day) from policy_version)
                then 'signed_early'
            when lender.type is null then 'institution_unknown'
            when not exists (
                select 1 from policy_member as types
                where types.version = version.version
                    and types.rule = 'lender_types'
                    and types.member = lender.type
            ) then 'institution'
            when not exists (
                select 1 from policy_member as products
                where products.version = version.version
                    and products.rule = 'products'
                    and products.member = lent.product
            ) then 'product'
            when lent.sector is null then 'sector_unknown'
            when not exists (
                select 1 from policy_member as sectors
                where sectors.version = version.version
                    and sectors.rule = 'sectors'
                    and sectors.member = lent.sector
            ) then 'sector'
            when coalesce(lent.principal, 0) <= 0 then 'principal_unknown'
        end                                                 as loan_reason
    from lent
    cross join setting
    left join borrower
        on borrower.borrower_id = lent.borrower_id
    left join loan_cost
        on loan_cost.loan_id = lent.loan_id
    left join version
        on lent.disbursed_date between version.first_day and version.last_day
    left join lender
        on lender.institution_id = lent.institution_id
        and lent.disbursed_date >= lender.valid_from
        and lent.disbursed_date < lender.valid_until
),

-- What earlier loans of the borrower took of the limit stays taken when they are repaid.
inside as (
    select
        loan_id,
        case
            when limit_cents is null then principal_cents
            else least(principal_cents, greatest(limit_cents - coalesce(sum(principal_cents) over earlier, 0), 0))
        end                                                 as inside_cents
    from judged
    where loan_reason is null
    window earlier as (
        partition by debtor_id, pool_lender, version
        order by disbursed_date, loan_id
        rows between unbounded preceding and 1 preceding
    )
),

bill as (
    select
        interest_bill.loan_id,
        interest_bill.period_no,
        interest_bill.from_date,
        interest_bill.to_date,
        interest_bill.due_date,
        cast(interest_bill.to_date - interest_bill.from_date as bigint)
                                                            as days,
        interest_bill.rate,
        cast(coalesce(
            interest_bill.interest_due + coalesce(interest_bill.fees_due, 0), interest_bill.fees_due
        ) * 100 as bigint)                                  as charge_cents,
        bill_paid.is_paid_in_time
    from interest_bill
    left join bill_paid
        on bill_paid.loan_id = interest_bill.loan_id
        and bill_paid.period_no = interest_bill.period_no
    where interest_bill.due_date <= (select data_date from report_date)
),

met as (
    select
        judged.* exclude (is_flat_fee, contract_rate, nominal_rate, loan_reason),
        coalesce(inside.inside_cents, 0)                    as inside_cents,
        bill.* exclude (loan_id, rate, is_paid_in_time),
        rate.rate_millionths,
        span.days_counted,
        case
            when judged.loan_reason is not null then judged.loan_reason
            when span.days_counted = 0 then 'term'
            when bill.is_paid_in_time is false and judged.excludes_overdue then 'overdue'
            when bill.charge_cents = 0 then 'no_interest'
            when bill.charge_cents is null or bill.days is null
                or coalesce(rate.rate_millionths, 0) <= 0 then 'rate_unknown'
        end                                                 as reason
    from judged
    join bill
        on bill.loan_id = judged.loan_id
    left join inside
        on inside.loan_id = judged.loan_id
    cross join lateral (
        select
            -- A bill's own rate turns its interest into points; a flat fee's quote cannot.
            cast(case when judged.is_flat_fee then judged.nominal_rate
                else coalesce(nullif(bill.rate, 0), judged.contract_rate) end * 1000000 as bigint)
                                                            as rate_millionths
    ) as rate
    cross join lateral (
        select
            case when bill.days is not null and judged.ends_before is not null then greatest(
                least(bill.to_date, judged.ends_before) - greatest(bill.from_date, judged.disbursed_date), 0
            ) end                                           as days_counted
    ) as span
),

-- Each amount is rounded from the one before it, so that no step takes off less than nothing.
computed as (
    select
        loan_id,
        period_no,
        debtor_id,
        pool_lender,
        version,
        cap_cents,
        due_date,
        half_up(charge_cents * days_counted, subsidy_millionths, rate_millionths * days)
                                                            as uncapped_cents,
        half_up(charge_cents * days_counted, least_rate, rate_millionths * 1000000 * days)
                                                            as charged_cents,
        half_up(
            charge_cents * days_counted,
            cast(inside_cents as hugeint) * least_rate,
            cast(rate_millionths as hugeint) * 1000000 * days * principal_cents
        )                                                   as limited_cents
    from met
    cross join lateral (
        select
            least(subsidy_millionths * 1000000, rate_millionths * most_millionths)
                                                            as least_rate
    ) as limited
    where reason is null
),

capped as (
    select
        computed.*,
        case
            when cap_cents is null then limited_cents
            else least(
                limited_cents,
                greatest(cap_cents - coalesce(sum(limited_cents) over earlier, 0), 0)
            )
        end                                                 as subsidy_cents
    from computed
    window earlier as (
        partition by debtor_id, pool_lender, version
        order by due_date, loan_id, period_no
        rows between unbounded preceding and 1 preceding
    )
),

given as (
    select
        met.*,
        coalesce(capped.uncapped_cents, 0)                  as uncapped_cents,
        coalesce(capped.charged_cents, 0)                   as charged_cents,
        coalesce(capped.limited_cents, 0)                   as limited_cents,
        coalesce(capped.subsidy_cents, 0)                   as subsidy_cents
    from met
    left join capped
        on capped.loan_id = met.loan_id
        and capped.period_no = met.period_no
),

-- The central government's share of what a lender claims of a province for a quarter grows
-- with the claim; a bill has what it grows by.
split as (
    select
        given.*,
        sum(subsidy_cents) over (
            partition by institution_id, province_code, year(due_date), quarter(due_date), central_millionths
            order by due_date, loan_id, period_no
            rows between unbounded preceding and current row
        )                                                   as claimed_so_far
    from given
)

select
    loan_id,
    cast(null as varchar)                                   as spending_id,
    period_no,
    version                                                 as rule_version,
    coalesce(reason, 'eligible')                            as reason,
    cast(uncapped_cents * 0.01 as decimal(18, 2))           as uncapped,
    cast((uncapped_cents - charged_cents) * 0.01 as decimal(18, 2))
                                                            as lost_interest,
    cast((charged_cents - limited_cents) * 0.01 as decimal(18, 2))
                                                            as lost_loan_limit,
    cast((limited_cents - subsidy_cents) * 0.01 as decimal(18, 2))
                                                            as lost_amount_cap,
    cast(subsidy_cents * 0.01 as decimal(18, 2))            as subsidy,
    cast(central_cents * 0.01 as decimal(18, 2))            as central,
    cast((subsidy_cents - central_cents) * 0.01 as decimal(18, 2))
                                                            as provincial,
    debtor_id,
    institution_id,
    province_code,
    disbursed_date,
    signed_date,
    currency,
    sector,
    from_date,
    to_date,
    due_date,
    days,
    days_counted,
    term_months,
    cast(charge_cents * 0.01 as decimal(18, 2))             as charge,
    cast(inside_cents * 0.01 as decimal(18, 2))             as amount,
    cast(principal_cents * 0.01 as decimal(18, 2))          as principal,
    cast(limit_cents * 0.01 as decimal(18, 2))              as loan_limit,
    cast(cap_cents * 0.01 as decimal(18, 2))                as amount_cap,
    cast(rate_millionths * 0.000001 as decimal(9, 6))       as contract_rate,
    cast(subsidy_millionths * 0.000001 as decimal(9, 6))    as subsidy_rate
from (
    select
        split.*,
        cast(coalesce(
            half_up(central_millionths, claimed_so_far, 1000000)
                - half_up(central_millionths, claimed_so_far - subsidy_cents, 1000000),
            0
        ) as bigint)                                        as central_cents
    from split
)
