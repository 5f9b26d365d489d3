-- One row: an interest bill of a farmer's loan, with the subvention that the lender has of it,
-- the incentive that the farmer has with the bill that ends the loan, and what the limits
-- took off both.
--
-- All arithmetic is in whole paise, days and millionths, multiplied before it is divided.
-- With
--     days   = days of the bill in the term and first year of the loan / days of the bill
--     inside = what of the loan is inside the farmer's limits / principal
-- a bill's subvention is interest x days x inside x 1.5 / 7, rounded half-up once, and it adds
-- interest x days x inside x 3 / 7 to the incentive, rounded alike. The incentive is given
-- when the loan has fallen due in full and every bill was paid by its day, so that nothing
-- given has to be taken back when a later bill is late.
with version as (
    select
        policy_version.version,
        policy_version.first_day,
        policy_version.last_day,
        cast(max(policy_value.value) filter (where policy_value.rule = 'lending_rate') * 1000000 as bigint)
                                                            as lending_millionths,
        cast(max(policy_value.value) filter (where policy_value.rule = 'subvention_rate') * 1000000 as bigint)
                                                            as subvention_millionths,
        cast(max(policy_value.value) filter (where policy_value.rule = 'incentive_rate') * 1000000 as bigint)
                                                            as incentive_millionths,
        cast(max(policy_value.value) filter (where policy_value.rule = 'farmer_limit') * 100 as bigint)
                                                            as farmer_limit_cents,
        cast(max(policy_value.value) filter (where policy_value.rule = 'allied_limit') * 100 as bigint)
                                                            as allied_limit_cents,
        cast(max(policy_value.value) filter (where policy_value.rule = 'term_months') as integer)
                                                            as term_months,
        cast(max(policy_value.value) filter (where policy_value.rule = 'year_begins') as integer)
                                                            as year_begins
    from policy_version
    join policy_value
        on policy_value.version = policy_version.version
    group by all
),

setting as (
    select
        max(value) filter (where name = 'limit_per') = 'lender'
                                                            as is_limit_per_lender,
        max(value) filter (where name = 'limit_order') = 'crop_first'
                                                            as is_crop_first,
        max(value) filter (where name = 'allied_limit_for') = 'allied_only'
                                                            as frees_crop_farmers,
        max(value) filter (where name = 'lower_rate') = 'eligible'
                                                            as takes_lower_rates,
        max(value) filter (where name = 'longer_loans') = 'excluded'
                                                            as excludes_longer_loans,
        max(value) filter (where name = 'branch_bound') = 'excluded'
                                                            as excludes_branch_bound,
        max(value) filter (where name = 'own_funds_only') = 'true'
                                                            as own_funds_only
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

-- Loans of no product that a card's drawals are booked under are none of this policy's.
lent as (
    select
        loan.* exclude (term_months),
        loan.term_months                                    as loan_months,
        cast(loan.disbursed_at as date)                     as disbursed_date,
        coalesce(loan.borrower_id, loan.loan_id)            as debtor_id
    from loan
    where loan.product in (select member from policy_member where rule = 'products')
),

dated as (
    select
        lent.*,
        version.* exclude (first_day, last_day),
        year(lent.disbursed_date) - case when month(lent.disbursed_date) < version.year_begins then 1 else 0 end
                                                            as financial_year,
        cast(lent.disbursed_date + to_months(version.term_months) as date)
                                                            as anniversary,
        -- A loan whose term is not recorded is taken to run on.
        cast(lent.disbursed_date + to_months(lent.loan_months) as date)
                                                            as matures_on,
        exists (
            select 1 from policy_member as sectors
            where sectors.version = version.version
                and sectors.rule = 'crop_sectors'
                and sectors.member = lent.sector
        )                                                   as is_crop,
        exists (
            select 1 from policy_member as sectors
            where sectors.version = version.version
                and sectors.rule = 'allied_sectors'
                and sectors.member = lent.sector
        )                                                   as is_allied
    from lent
    left join version
        on lent.disbursed_date between version.first_day and version.last_day
),

judged as (
    select
        dated.loan_id,
        dated.debtor_id,
        dated.institution_id,
        borrower.province_code,
        dated.disbursed_date,
        dated.currency,
        dated.sector,
        cast(dated.principal * 100 as bigint)               as principal_cents,
        dated.repayment_method = 'flat_fee'                 as is_flat_fee,
        dated.contract_rate,
        dated.version,
        dated.lending_millionths,
        dated.subvention_millionths,
        dated.incentive_millionths,
        dated.farmer_limit_cents,
        dated.allied_limit_cents,
        dated.term_months,
        dated.financial_year,
        dated.anniversary,
        dated.matures_on,
        dated.is_crop,
        dated.is_allied,
        case when setting.is_crop_first and dated.is_allied then 1 else 0 end
                                                            as turn,
        case when setting.is_limit_per_lender then dated.institution_id end
                                                            as pool_lender,
        case
            when dated.disbursed_date is null then 'disbursed_unknown'
            when dated.version is null then 'window'
            when not exists (
                select 1 from policy_member as currencies
                where currencies.version = dated.version
                    and currencies.rule = 'currencies'
                    and currencies.member = dated.currency
            ) then 'currency'
            when lender.type is null then 'institution_unknown'
            when not exists (
                select 1 from policy_member as types
                where types.version = dated.version
                    and types.rule = 'lender_types'
                    and types.member = lender.type
            ) then 'institution'
            when setting.excludes_branch_bound and exists (
                select 1 from policy_member as types
                where types.version = dated.version
                    and types.rule = 'branch_bound_lender_types'
                    and types.member = lender.type
            ) then 'branch_unknown'
            when setting.own_funds_only and dated.is_own_book is false then 'other_funds'
            when not exists (
                select 1 from policy_member as products
                where products.version = dated.version
                    and products.rule = 'products'
                    and products.member = dated.product
            ) then 'product'
            when dated.sector is null then 'sector_unknown'
            when not dated.is_crop and not dated.is_allied then 'sector'
            when coalesce(dated.principal, 0) <= 0 then 'principal_unknown'
            when setting.excludes_longer_loans and dated.loan_months > dated.term_months then 'long_term'
        end                                                 as loan_reason
    from dated
    cross join setting
    left join borrower
        on borrower.borrower_id = dated.borrower_id
    left join lender
        on lender.institution_id = dated.institution_id
        and dated.disbursed_date >= lender.valid_from
        and dated.disbursed_date < lender.valid_until
),

-- First what loans for allied activities may make up, in the order in which they were made.
allied_inside as (
    select
        judged.loan_id,
        judged.debtor_id,
        judged.pool_lender,
        judged.version,
        judged.financial_year,
        judged.turn,
        judged.disbursed_date,
        judged.farmer_limit_cents,
        case
            when not judged.is_allied or judged.allied_limit_cents is null then judged.principal_cents
            when setting.frees_crop_farmers and bool_or(judged.is_crop) over so_far then judged.principal_cents
            else least(
                judged.principal_cents,
                greatest(
                    judged.allied_limit_cents - (
                        sum(case when judged.is_allied then judged.principal_cents else 0 end) over so_far
                        - judged.principal_cents
                    ),
                    0
                )
            )
        end                                                 as allied_cents
    from judged
    cross join setting
    where judged.loan_reason is null
    window so_far as (
        partition by judged.debtor_id, judged.pool_lender, judged.version, judged.financial_year
        order by judged.turn, judged.disbursed_date, judged.loan_id
        rows between unbounded preceding and current row
    )
),

-- Then what all of a farmer's loans of a financial year may make up.
inside as (
    select
        loan_id,
        allied_cents,
        case
            when farmer_limit_cents is null then allied_cents
            else least(allied_cents, greatest(farmer_limit_cents - coalesce(sum(allied_cents) over earlier, 0), 0))
        end                                                 as inside_cents
    from allied_inside
    window earlier as (
        partition by debtor_id, pool_lender, version, financial_year
        order by turn, disbursed_date, loan_id
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
        cast(interest_bill.interest_due * 100 as bigint)    as charge_cents,
        count(*) over so_far                                as bills_so_far,
        count(*) filter (where bill_paid.is_paid_in_time) over so_far
                                                            as bills_in_time,
        count(*) filter (where bill_paid.is_paid_in_time is null) over so_far
                                                            as bills_unknown,
        -- Null where no bill up to this one names a principal.
        cast(sum(interest_bill.principal_due) over so_far * 100 as bigint)
                                                            as principal_so_far_cents
    from interest_bill
    left join bill_paid
        on bill_paid.loan_id = interest_bill.loan_id
        and bill_paid.period_no = interest_bill.period_no
    where interest_bill.due_date <= (select data_date from report_date)
    window so_far as (
        partition by interest_bill.loan_id
        order by interest_bill.due_date, interest_bill.period_no
        rows between unbounded preceding and current row
    )
),

met as (
    select
        judged.* exclude (is_flat_fee, contract_rate, loan_reason, turn, is_crop, is_allied),
        coalesce(inside.allied_cents, 0)                    as allied_cents,
        coalesce(inside.inside_cents, 0)                    as inside_cents,
        bill.* exclude (loan_id, rate),
        rate.rate_millionths,
        span.days_counted,
        coalesce(bill.principal_so_far_cents >= judged.principal_cents, bill.due_date >= judged.matures_on, false)
                                                            as is_all_due,
        case
            when judged.loan_reason is not null then judged.loan_reason
            when span.days_counted = 0 then 'term'
            when bill.charge_cents = 0 then 'no_interest'
            when bill.charge_cents is null or bill.days is null then 'interest_unknown'
            when coalesce(rate.rate_millionths, 0) <= 0 then 'rate_unknown'
            -- A flat fee's quote is no rate on what is owed.
            when judged.is_flat_fee then 'rate'
            when rate.rate_millionths > judged.lending_millionths then 'rate'
            when rate.rate_millionths < judged.lending_millionths and not setting.takes_lower_rates then 'rate'
        end                                                 as bill_reason
    from judged
    cross join setting
    join bill
        on bill.loan_id = judged.loan_id
    left join inside
        on inside.loan_id = judged.loan_id
    cross join lateral (
        select
            cast(coalesce(nullif(bill.rate, 0), judged.contract_rate) * 1000000 as bigint)
                                                            as rate_millionths
    ) as rate
    cross join lateral (
        select
            case when bill.days is not null and judged.anniversary is not null then greatest(
                least(bill.to_date, judged.anniversary, coalesce(judged.matures_on, judged.anniversary))
                    - greatest(bill.from_date, judged.disbursed_date),
                0
            ) end                                           as days_counted
    ) as span
),

-- Each amount is rounded from the one before it, so that no step takes off less than nothing.
accrued as (
    select
        met.*,
        parts.divisor,
        half_up(parts.interest_days, subvention_millionths, parts.divisor)
                                                            as subvention_whole,
        half_up(
            parts.interest_days, subvention_millionths * allied_cents, parts.divisor * principal_cents
        )                                                   as subvention_allied,
        half_up(
            parts.interest_days, subvention_millionths * inside_cents, parts.divisor * principal_cents
        )                                                   as subvention_inside,
        half_up(parts.interest_days, incentive_millionths, parts.divisor)
                                                            as incentive_whole,
        half_up(
            parts.interest_days, incentive_millionths * allied_cents, parts.divisor * principal_cents
        )                                                   as incentive_allied,
        half_up(
            parts.interest_days, incentive_millionths * inside_cents, parts.divisor * principal_cents
        )                                                   as incentive_inside
    from met
    cross join lateral (
        select
            case when met.bill_reason is null then cast(met.charge_cents as hugeint) * met.days_counted end
                                                            as interest_days,
            case when met.bill_reason is null then cast(met.rate_millionths as hugeint) * met.days end
                                                            as divisor
    ) as parts
),

ended as (
    select
        accrued.*,
        is_all_due
            and count(*) filter (where is_all_due) over so_far = 1
            and bills_in_time = bills_so_far
            and due_date <= anniversary                     as is_repaid_in_time,
        sum(incentive_whole) over so_far                    as incentive_whole_so_far,
        sum(incentive_allied) over so_far                   as incentive_allied_so_far,
        sum(incentive_inside) over so_far                   as incentive_inside_so_far
    from accrued
    window so_far as (
        partition by loan_id
        order by due_date, period_no
        rows between unbounded preceding and current row
    )
),

given as (
    select
        ended.*,
        cast(coalesce(subvention_whole, 0) as bigint)       as s_whole,
        cast(coalesce(subvention_allied, 0) as bigint)      as s_allied,
        cast(coalesce(subvention_inside, 0) as bigint)      as s_inside,
        cast(case when is_repaid_in_time then coalesce(incentive_whole_so_far, 0) else 0 end as bigint)
                                                            as i_whole,
        cast(case when is_repaid_in_time then coalesce(incentive_allied_so_far, 0) else 0 end as bigint)
                                                            as i_allied,
        cast(case when is_repaid_in_time then coalesce(incentive_inside_so_far, 0) else 0 end as bigint)
                                                            as i_inside
    from ended
)

select
    loan_id,
    cast(null as varchar)                                   as spending_id,
    period_no,
    version                                                 as rule_version,
    -- A last bill without interest of its own still brings the incentive of those before it.
    case when bill_reason is null or i_whole > 0 then 'eligible' else bill_reason end
                                                            as reason,
    case
        when bills_in_time + bills_unknown < bills_so_far then 'late'
        when bills_unknown > 0 then 'unknown'
        when not is_all_due then 'running'
        when due_date > anniversary then 'after_a_year'
        else 'in_time'
    end                                                     as repayment,
    cast(s_whole * 0.01 as decimal(18, 2))                  as subvention_uncapped,
    cast(i_whole * 0.01 as decimal(18, 2))                  as incentive_uncapped,
    cast((s_whole - s_allied + i_whole - i_allied) * 0.01 as decimal(18, 2))
                                                            as lost_allied_limit,
    cast((s_allied - s_inside + i_allied - i_inside) * 0.01 as decimal(18, 2))
                                                            as lost_farmer_limit,
    cast((s_inside + i_inside) * 0.01 as decimal(18, 2))    as benefit,
    cast(s_inside * 0.01 as decimal(18, 2))                 as to_lender,
    cast(i_inside * 0.01 as decimal(18, 2))                 as to_farmer,
    debtor_id,
    institution_id,
    province_code,
    disbursed_date,
    currency,
    sector,
    from_date,
    to_date,
    due_date,
    days,
    days_counted,
    term_months,
    bills_so_far,
    bills_in_time,
    bills_unknown,
    cast(charge_cents * 0.01 as decimal(18, 2))             as charge,
    cast(inside_cents * 0.01 as decimal(18, 2))             as amount,
    cast(allied_cents * 0.01 as decimal(18, 2))             as allied_amount,
    cast(principal_cents * 0.01 as decimal(18, 2))          as principal,
    cast(principal_so_far_cents * 0.01 as decimal(18, 2))   as principal_so_far,
    cast(farmer_limit_cents * 0.01 as decimal(18, 2))       as farmer_limit,
    cast(allied_limit_cents * 0.01 as decimal(18, 2))       as allied_limit,
    cast(rate_millionths * 0.000001 as decimal(9, 6))       as contract_rate,
    cast(subvention_millionths * 0.000001 as decimal(9, 6)) as subvention_rate,
    cast(incentive_millionths * 0.000001 as decimal(9, 6))  as incentive_rate
from given
