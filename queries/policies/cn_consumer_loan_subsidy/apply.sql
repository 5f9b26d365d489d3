-- One row: a purchase in one interest period of its loan, with what the subsidy of it is
-- and where the rest of it was lost.
--
-- All arithmetic is in whole cents, days and millionths, multiplied before it is divided,
-- so that no cent depends on how a machine holds fractions. With
--     share   = balance-days of the purchase / (principal x days of the period)
--     ratio   = min(1 point / contract rate, half)
-- the subsidy of a bill is charge x share x ratio, rounded half-up once, and given to the
-- bill's purchases by what the running sum grows by.
with version as (
    select
        policy_version.version,
        policy_version.first_day,
        policy_version.last_day,
        policy_version.accrues_to,
        cast(max(policy_value.value) filter (where policy_value.rule = 'rate') * 1000000 as bigint)
                                                            as subsidy_millionths,
        cast(max(policy_value.value) filter (where policy_value.rule = 'share_of_contract_rate') * 1000000 as bigint)
                                                            as most_millionths,
        cast(max(policy_value.value) filter (where policy_value.rule = 'large_purchase') * 100 as bigint)
                                                            as large_cents,
        cast(max(policy_value.value) filter (where policy_value.rule = 'transaction_base_cap') * 100 as bigint)
                                                            as base_cap_cents,
        cast(max(policy_value.value) filter (where policy_value.rule = 'transaction_cap') * 100 as bigint)
                                                            as transaction_cap_cents,
        cast(max(policy_value.value) filter (where policy_value.rule = 'small_purchase_cap') * 100 as bigint)
                                                            as small_cap_cents,
        cast(max(policy_value.value) filter (where policy_value.rule = 'total_cap') * 100 as bigint)
                                                            as total_cap_cents,
        coalesce(max(policy_value.value) filter (where policy_value.rule = 'total_cap_by_year') = 1, false)
                                                            as is_cap_by_year,
        cast(max(policy_value.value) filter (where policy_value.rule = 'central_share') * 1000000 as bigint)
                                                            as central_millionths,
        cast(max(policy_value.value) filter (where policy_value.rule = 'central_share_provincial') * 1000000 as bigint)
                                                            as provincial_list_central_millionths
    from policy_version
    join policy_value
        on policy_value.version = policy_version.version
    group by all
),

setting as (
    select
        max(value) filter (where name = 'card_method')      as card_method,
        max(value) filter (where name = 'own_book_only') = 'true'
                                                            as own_book_only,
        max(value) filter (where name = 'overdue') = 'subsidised'
                                                            as subsidises_overdue
    from policy_setting
),

lender as (
    select
        institution_id,
        policy_list,
        province_code,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by institution_id order by valid_from),
            date '9999-12-31'
        )                                                   as valid_until
    from institution
),

-- Numbers in the order of the ids: what is sorted many times is sorted by numbers.
loan_place as (
    select
        loan_id,
        coalesce(borrower_id, loan_id)                      as debtor_id,
        row_number() over (order by loan_id)                as loan_no
    from loan
),

-- A borrower at a lender, whose caps are shared by all loans.
pool as (
    select
        debtor_id,
        institution_id,
        row_number() over ()                                as pool_no
    from (
        select distinct
            coalesce(borrower_id, loan_id)                  as debtor_id,
            institution_id
        from loan
    )
),

purchase as (
    select
        spending.spending_id,
        row_number() over (order by spending.spending_id)   as spending_no,
        loan_place.loan_no,
        pool.pool_no,
        spending.loan_id,
        spending.spent_date,
        version.version,
        version.large_cents,
        version.base_cap_cents,
        version.subsidy_millionths,
        version.most_millionths,
        version.accrues_to,
        coalesce(
            case when lender.policy_list = 'provincial' then version.provincial_list_central_millionths
                else version.central_millionths end,
            0
        )                                                   as central_millionths,
        cast(spending.amount * 100 as bigint)               as amount_cents,
        -- A refund without an amount is one of all, and one without a day leaves nothing.
        cast(least(
            case
                when spending.refunded_amount is not null then spending.refunded_amount
                when spending.refunded_date is not null then spending.amount
                else 0
            end,
            spending.amount
        ) * 100 as bigint)                                  as refunded_cents,
        coalesce(spending.refunded_date, spending.spent_date)
                                                            as refunded_date,
        greatest(spending.spent_date, loan.subsidy_agreement_date)
                                                            as starts_on,
        spending.category,
        loan.institution_id,
        loan_place.debtor_id,
        borrower.province_code,
        loan.term_months,
        loan.product = 'card_bill_instalment' and loan.repayment_method = 'flat_fee'
            and loan.term_months > 0                        as is_flat_card,
        cast(loan.principal * 100 as bigint)                as principal_cents,
        loan.repayment_method = 'flat_fee'                  as is_flat_fee,
        loan.contract_rate,
        loan_cost.contract_nominal_rate                     as nominal_rate,
        case
            when version.version is null then 'window'
            when lender.policy_list is null then 'institution_unknown'
            when not exists (
                select 1 from policy_member as lists
                where lists.version = version.version
                    and lists.rule = 'lender_lists'
                    and lists.member = lender.policy_list
            ) and not exists (
                select 1 from policy_member as scheme
                where scheme.version = version.version
                    and lender.policy_list = 'provincial'
                    and (
                        (scheme.rule = 'provincial_schemes' and scheme.member = lender.province_code)
                        or (scheme.rule = 'provincial_schemes_local' and scheme.member = lender.province_code
                            and spending.province_code = lender.province_code)
                    )
            ) then 'institution'
            when not exists (
                select 1 from policy_member as products
                where products.version = version.version
                    and products.rule = 'products'
                    and products.member = loan.product
            ) then 'product'
            when loan.product = 'card_bill_instalment' and loan.currency <> 'CNY' then 'product'
            when setting.own_book_only and loan.is_own_book is false then 'product'
            when loan.subsidy_agreement_date is null then 'agreement'
            when cast(spending.amount * 100 as bigint) >= version.large_cents
                and not exists (
                    select 1 from policy_member as areas
                    where areas.version = version.version
                        and areas.rule = 'key_areas'
                        and areas.member = spending.category
                ) then 'category'
            -- Cash, and money moved to an account of one's own, is shown by vouchers only.
            when spending.verification = 'manual' then null
            when spending.verification = 'automatic'
                and coalesce(spending.paid_by, 'merchant') = 'merchant' then null
            else 'verification'
        end                                                 as purchase_reason
    from spending
    join loan
        on loan.loan_id = spending.loan_id
    join loan_place
        on loan_place.loan_id = spending.loan_id
    join pool
        on pool.debtor_id = loan_place.debtor_id
        and pool.institution_id is not distinct from loan.institution_id
    cross join setting
    left join borrower
        on borrower.borrower_id = loan.borrower_id
    left join loan_cost
        on loan_cost.loan_id = loan.loan_id
    left join version
        on spending.spent_date between version.first_day and version.last_day
    left join lender
        on lender.institution_id = loan.institution_id
        and spending.spent_date >= lender.valid_from
        and spending.spent_date < lender.valid_until
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

met as materialized (
    select
        row_number() over ()                                as fact_no,
        purchase.* exclude (is_flat_fee, contract_rate, nominal_rate),
        bill.period_no,
        bill.from_date,
        bill.to_date,
        bill.due_date,
        bill.days,
        bill.charge_cents,
        rate.rate_millionths,
        purchase.is_flat_card and setting.card_method = 'levelised'
                                                            as is_levelled,
        least(
            purchase.subsidy_millionths * 1000000, rate.rate_millionths * purchase.most_millionths
        )                                                   as ratio_trillionths,
        greatest(
            least(bill.to_date, purchase.accrues_to + 1) - greatest(bill.from_date, purchase.starts_on), 0
        )                                                   as days_counted,
        case when purchase.refunded_cents = 0 then 0 else greatest(
            least(bill.to_date, purchase.accrues_to + 1)
                - greatest(bill.from_date, purchase.starts_on, purchase.refunded_date), 0
        ) end                                               as days_refunded,
        case
            when purchase.purchase_reason is not null then purchase.purchase_reason
            when purchase.refunded_cents > 0
                and purchase.refunded_cents >= purchase.amount_cents
                and purchase.refunded_date <= greatest(bill.from_date, purchase.starts_on)
                then 'refunded'
            when least(bill.to_date, purchase.accrues_to + 1) <= greatest(bill.from_date, purchase.starts_on)
                then 'window'
            when bill.is_paid_in_time is false and not setting.subsidises_overdue then 'overdue'
            when bill.charge_cents = 0 then 'no_interest'
            when bill.charge_cents is null or bill.days is null
                or coalesce(rate.rate_millionths, 0) <= 0 then 'rate_unknown'
        end                                                 as reason
    from purchase
    cross join setting
    join bill
        on bill.loan_id = purchase.loan_id
        and bill.to_date > purchase.spent_date
    -- What a bill charged was charged at its own rate, where that is told: after a change
    -- of the rate the first one no longer turns its interest into points.
    cross join lateral (
        select
            cast(case when purchase.is_flat_fee then purchase.nominal_rate
                else coalesce(nullif(bill.rate, 0), purchase.contract_rate) end * 1000000 as bigint)
                                                            as rate_millionths
    ) as rate
),

-- A loan that carried more purchases than its principal was drawn more than once. What is
-- bought after a bill does not change what the bill gave.
bill_spent as (
    select
        loan_no,
        period_no,
        sum(amount_cents)                                   as spent_cents
    from met
    group by loan_no, period_no
),

-- From here on only what gets anything, and only numbers.
counted as (
    select
        met.fact_no,
        met.loan_no,
        met.period_no,
        met.spending_no,
        met.pool_no,
        met.version,
        met.spent_date,
        met.due_date,
        met.days,
        met.term_months,
        met.charge_cents,
        met.rate_millionths,
        met.subsidy_millionths,
        met.ratio_trillionths,
        met.is_levelled,
        coalesce(met.amount_cents >= met.large_cents, false)
                                                            as is_large,
        greatest(met.principal_cents, bill_spent.spent_cents, 1)
                                                            as drawn_cents,
        met.amount_cents * (met.days_counted - met.days_refunded)
            + (met.amount_cents - met.refunded_cents) * met.days_refunded
                                                            as cent_days,
        least(met.amount_cents, case when met.amount_cents >= met.large_cents then met.base_cap_cents end)
                * (met.days_counted - met.days_refunded)
            + least(
                met.amount_cents - met.refunded_cents,
                case when met.amount_cents >= met.large_cents then met.base_cap_cents end
            ) * met.days_refunded                           as base_cent_days
    from met
    join bill_spent
        on bill_spent.loan_no = met.loan_no
        and bill_spent.period_no = met.period_no
    where met.reason is null
),

running as (
    select
        counted.*,
        sum(cent_days) over so_far                          as cent_days_so_far,
        sum(cent_days) over whole_bill                      as all_cent_days,
        sum(base_cent_days) over so_far                     as base_days_so_far,
        sum(base_cent_days) over whole_bill                 as all_base_days
    from counted
    window
        so_far as (
            partition by loan_no, period_no
            order by spent_date, spending_no
            rows between unbounded preceding and current row
        ),
        -- In the same order, so that the rows are sorted once for both.
        whole_bill as (
            partition by loan_no, period_no
            order by spent_date, spending_no
            rows between unbounded preceding and unbounded following
        )
),

-- A flat fee is the same in every instalment while the interest in it declines; the bank
-- spreads the whole subsidy evenly, and the last instalment takes what is left over.
levelled as (
    select
        running.*,
        case when is_levelled then
            (2 * cast(term_months as hugeint) * charge_cents * subsidy_millionths + rate_millionths)
                // (2 * cast(rate_millionths as hugeint)) end
                                                            as whole_point_cents,
        case when is_levelled then
            (2 * cast(term_months as hugeint) * charge_cents * ratio_trillionths
                + cast(rate_millionths as hugeint) * 1000000)
                // (2 * cast(rate_millionths as hugeint) * 1000000) end
                                                            as whole_ratio_cents
    from running
),

-- What a bill would get if all of the loan were eligible, as numerator over a divisor that
-- the cent-days are multiplied into.
priced as (
    select
        levelled.* exclude (
            charge_cents, rate_millionths, subsidy_millionths, ratio_trillionths, drawn_cents,
            days, term_months, is_levelled, whole_point_cents, whole_ratio_cents
        ),
        -- Half of the contract rate takes nothing off where it is above one point.
        ratio_trillionths < subsidy_millionths * 1000000    as is_halved,
        cast(case
            when is_levelled and period_no >= term_months
                then whole_point_cents - (term_months - 1) * (whole_point_cents // term_months)
            when is_levelled then whole_point_cents // term_months
            else cast(charge_cents as hugeint) * subsidy_millionths * 1000000 end as hugeint)
                                                            as point_numerator,
        cast(case
            when is_levelled and period_no >= term_months
                then whole_ratio_cents - (term_months - 1) * (whole_ratio_cents // term_months)
            when is_levelled then whole_ratio_cents // term_months
            else cast(charge_cents as hugeint) * ratio_trillionths end as hugeint)
                                                            as ratio_numerator,
        cast(case
            when is_levelled then cast(drawn_cents as hugeint) * days
            else cast(rate_millionths as hugeint) * 1000000 * drawn_cents * days end as hugeint)
                                                            as divisor
    from levelled
),

-- A loss is rounded as the difference of two rounded bills and given to the purchases like
-- the subsidy, so that no purchase is told to have lost less than nothing.
bill_rounded as (
    select
        priced.*,
        (2 * ratio_numerator * base_days_so_far + divisor) // (2 * divisor)
            - (2 * ratio_numerator * (base_days_so_far - base_cent_days) + divisor) // (2 * divisor)
                                                            as base_cents,
        case when all_cent_days = all_base_days then 0 else
            (2 * ratio_numerator * all_cent_days + divisor) // (2 * divisor)
                - (2 * ratio_numerator * all_base_days + divisor) // (2 * divisor)
        end                                                 as bill_lost_base,
        case when not is_halved then 0 else
            (2 * point_numerator * all_cent_days + divisor) // (2 * divisor)
                - (2 * ratio_numerator * all_cent_days + divisor) // (2 * divisor)
        end                                                 as bill_lost_half
    from priced
),

uncapped as materialized (
    select
        fact_no,
        loan_no,
        period_no,
        spending_no,
        pool_no,
        version,
        due_date,
        is_large,
        cast(base_cents as bigint)                          as base_cents,
        cast(case when bill_lost_half = 0 then 0 else
            (2 * bill_lost_half * cent_days_so_far + all_cent_days) // (2 * all_cent_days)
                - (2 * bill_lost_half * (cent_days_so_far - cent_days) + all_cent_days) // (2 * all_cent_days)
        end as bigint)                                      as lost_half_cents,
        cast(case when bill_lost_base = 0 then 0 else
            (2 * bill_lost_base * (cent_days_so_far - base_days_so_far) + all_cent_days - all_base_days)
                    // (2 * (all_cent_days - all_base_days))
                - (2 * bill_lost_base
                        * (cent_days_so_far - cent_days - base_days_so_far + base_cent_days)
                    + all_cent_days - all_base_days)
                    // (2 * (all_cent_days - all_base_days))
        end as bigint)                                      as lost_base_cents
    from bill_rounded
),

-- Caps, each on what the one before it left, in the order of collection. A pool that stays
-- below its cap needs no running sum.
above_transaction_cap as (
    select
        uncapped.spending_no,
        version.transaction_cap_cents                       as cap_cents
    from uncapped
    join version
        on version.version = uncapped.version
    group by uncapped.spending_no, version.transaction_cap_cents
    having sum(uncapped.base_cents) > version.transaction_cap_cents
),

transaction_loss as (
    select
        fact_no,
        base_cents - least(sum(base_cents) over so_far, cap_cents)
            + least(sum(base_cents) over so_far - base_cents, cap_cents)
                                                            as lost_cents
    from uncapped
    join above_transaction_cap
        on above_transaction_cap.spending_no = uncapped.spending_no
    window so_far as (
        partition by uncapped.spending_no
        order by due_date, loan_no, period_no
        rows between unbounded preceding and current row
    )
),

transaction_capped as materialized (
    select
        uncapped.*,
        base_cents - coalesce(transaction_loss.lost_cents, 0)
                                                            as transaction_cents
    from uncapped
    left join transaction_loss
        on transaction_loss.fact_no = uncapped.fact_no
),

above_small_cap as (
    select
        pool_no,
        transaction_capped.version,
        version.small_cap_cents                             as cap_cents
    from transaction_capped
    join version
        on version.version = transaction_capped.version
    where not is_large
    group by pool_no, transaction_capped.version, version.small_cap_cents
    having sum(transaction_cents) > version.small_cap_cents
),

small_loss as (
    select
        fact_no,
        transaction_cents - least(sum(transaction_cents) over so_far, cap_cents)
            + least(sum(transaction_cents) over so_far - transaction_cents, cap_cents)
                                                            as lost_cents
    from transaction_capped
    join above_small_cap
        on above_small_cap.pool_no = transaction_capped.pool_no
        and above_small_cap.version = transaction_capped.version
    where not is_large
    window so_far as (
        partition by transaction_capped.pool_no, transaction_capped.version
        order by due_date, loan_no, period_no, spending_no
        rows between unbounded preceding and current row
    )
),

small_capped as materialized (
    select
        transaction_capped.*,
        transaction_cents - coalesce(small_loss.lost_cents, 0)
                                                            as small_cents,
        case when version.is_cap_by_year then year(due_date) else 0 end
                                                            as cap_year,
        version.total_cap_cents
    from transaction_capped
    join version
        on version.version = transaction_capped.version
    left join small_loss
        on small_loss.fact_no = transaction_capped.fact_no
),

above_total_cap as (
    select
        pool_no,
        version,
        cap_year
    from small_capped
    group by pool_no, version, cap_year, total_cap_cents
    having sum(small_cents) > total_cap_cents
),

total_loss as (
    select
        fact_no,
        small_cents - least(sum(small_cents) over so_far, total_cap_cents)
            + least(sum(small_cents) over so_far - small_cents, total_cap_cents)
                                                            as lost_cents
    from small_capped
    join above_total_cap
        on above_total_cap.pool_no = small_capped.pool_no
        and above_total_cap.version = small_capped.version
        and above_total_cap.cap_year = small_capped.cap_year
    window so_far as (
        partition by small_capped.pool_no, small_capped.version, small_capped.cap_year
        order by due_date, loan_no, period_no, spending_no
        rows between unbounded preceding and current row
    )
),

total_capped as (
    select
        small_capped.*,
        small_cents - coalesce(total_loss.lost_cents, 0)    as subsidy_cents
    from small_capped
    left join total_loss
        on total_loss.fact_no = small_capped.fact_no
),

given as (
    select
        met.*,
        bill_spent.spent_cents,
        coalesce(total_capped.base_cents, 0)                as base_cents,
        coalesce(total_capped.lost_half_cents, 0)           as lost_half_cents,
        coalesce(total_capped.lost_base_cents, 0)           as lost_base_cents,
        coalesce(total_capped.transaction_cents, 0)         as transaction_cents,
        coalesce(total_capped.small_cents, 0)               as small_cents,
        coalesce(total_capped.subsidy_cents, 0)             as subsidy_cents
    from met
    join bill_spent
        on bill_spent.loan_no = met.loan_no
        and bill_spent.period_no = met.period_no
    left join total_capped
        on total_capped.fact_no = met.fact_no
),

-- The central government's share of what a lender claims of a province for a quarter.
split as (
    select
        fact_no,
        sum(subsidy_cents) over (
            partition by institution_id, province_code, year(due_date), quarter(due_date), central_millionths
            order by due_date, loan_no, period_no, spending_no
            rows between unbounded preceding and current row
        )                                                   as claimed_so_far
    from given
    where subsidy_cents > 0
)

select
    loan_id,
    spending_id,
    period_no,
    version                                                 as rule_version,
    coalesce(reason, 'eligible')                            as reason,
    cast((base_cents + lost_base_cents + lost_half_cents) * 0.01 as decimal(18, 2))
                                                            as uncapped,
    cast(lost_half_cents * 0.01 as decimal(18, 2))          as lost_half_rate,
    cast((lost_base_cents + base_cents - transaction_cents) * 0.01 as decimal(18, 2))
                                                            as lost_transaction_cap,
    cast((transaction_cents - small_cents) * 0.01 as decimal(18, 2))
                                                            as lost_small_cap,
    cast((small_cents - subsidy_cents) * 0.01 as decimal(18, 2))
                                                            as lost_total_cap,
    cast(subsidy_cents * 0.01 as decimal(18, 2))            as subsidy,
    cast(central_cents * 0.01 as decimal(18, 2))            as central,
    cast((subsidy_cents - central_cents) * 0.01 as decimal(18, 2))
                                                            as provincial,
    debtor_id,
    institution_id,
    province_code,
    due_date,
    from_date,
    to_date,
    spent_date,
    category,
    days,
    days_counted,
    days_refunded,
    cast(charge_cents * 0.01 as decimal(18, 2))             as charge,
    cast(amount_cents * 0.01 as decimal(18, 2))             as amount,
    cast(refunded_cents * 0.01 as decimal(18, 2))           as refunded,
    cast(greatest(principal_cents, spent_cents, 1) * 0.01 as decimal(18, 2))
                                                            as drawn,
    cast(rate_millionths * 0.000001 as decimal(9, 6))       as contract_rate
from (
    select
        given.*,
        cast(coalesce(
            (2 * cast(central_millionths as hugeint) * claimed_so_far + 1000000) // 2000000
                - (2 * cast(central_millionths as hugeint) * (claimed_so_far - subsidy_cents) + 1000000) // 2000000,
            0
        ) as bigint)                                        as central_cents
    from given
    left join split
        on split.fact_no = given.fact_no
)
