-- One row: a purchase in one interest period of its loan, with what the subsidy of it is
-- and where the rest of it was lost.
--
-- All arithmetic is in whole cents, days and millionths; half_up(a, b, d) is a x b / d, half
-- a cent upwards, exactly. With
--     share   = balance-days of the purchase / (principal x days of the period)
--     ratio   = min(1 point / contract rate, half)
-- the subsidy of a bill is charge x share x ratio, rounded half-up once, and given to the
-- bill's purchases by what the running sum grows by.
--
-- Millions of facts are sorted three times, so they carry numbers, as narrow as they may
-- be: words stand with the purchase, and are joined at the end. Numbers follow the order of
-- the ids they stand for.
with version as (
    select
        policy_version.version_no,
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
    from (
        select *, cast(row_number() over (order by first_day, version) as utinyint) as version_no from policy_version
    ) as policy_version
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
        type,
        policy_list,
        province_code,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by institution_id order by valid_from),
            date '9999-12-31'
        )                                                   as valid_until
    from institution
),

-- A loan that something was bought with. Its pool is a borrower at a lender, whose caps
-- are shared by all loans.
credit as materialized (
    select
        loan.loan_id,
        cast(row_number() over (order by loan.loan_id) as integer)
                                                            as loan_no,
        cast(dense_rank() over (
            order by coalesce(loan.borrower_id, loan.loan_id), loan.institution_id
        ) as integer)                                       as pool_no,
        coalesce(loan.borrower_id, loan.loan_id)            as debtor_id,
        loan.institution_id,
        borrower.province_code,
        loan.product,
        loan.currency,
        loan.is_own_book,
        cast(loan.disbursed_at as date)                     as disbursed_date,
        loan.subsidy_agreement_date,
        cast(loan.principal * 100 as bigint)                as principal_cents,
        loan.term_months,
        loan.repayment_method = 'flat_fee'                  as is_flat_fee,
        coalesce(
            loan.product = 'card_bill_instalment' and loan.repayment_method = 'flat_fee'
                and loan.term_months > 0,
            false
        )                                                   as is_flat_card,
        case when loan.repayment_method = 'flat_fee' then flat_quote.nominal_rate
            else loan.contract_rate end                     as nominal_rate
    from loan
    left join borrower
        on borrower.borrower_id = loan.borrower_id
    left join flat_quote
        on loan.repayment_method = 'flat_fee'
        and flat_quote.contract_rate = loan.contract_rate
        and flat_quote.term_months = loan.term_months
    where loan.loan_id in (select spending.loan_id from spending)
),

judged_purchase as (
    select
        cast(row_number() over (order by credit.loan_no, spending.spending_id) as integer)
                                                            as purchase_no,
        spending.spending_id,
        credit.* exclude (currency, is_own_book, disbursed_date, is_flat_fee, nominal_rate),
        version.version_no,
        version.version,
        version.accrues_to,
        cast(coalesce(
            case when lender.policy_list = 'provincial' then version.provincial_list_central_millionths
                else version.central_millionths end,
            0
        ) as integer)                                       as central_millionths,
        spending.spent_date,
        spending.category,
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
        greatest(spending.spent_date, credit.subsidy_agreement_date)
                                                            as starts_on,
        coalesce(cast(spending.amount * 100 as bigint) >= version.large_cents, false)
                                                            as is_large,
        version.base_cap_cents,
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
                            and spending.province_code = lender.province_code
                            and exists (
                                select 1 from policy_member_on as lent
                                where lent.rule = 'provincial_scheme_loans'
                                    and lent.member = lender.province_code
                                    and credit.disbursed_date between lent.first_day and lent.last_day
                            ))
                    )
            ) then 'institution'
            when not exists (
                select 1 from policy_member as products
                where products.version = version.version
                    and products.rule = 'products'
                    and products.member = credit.product
            ) then 'product'
            when credit.product = 'card_bill_instalment' and credit.currency <> 'CNY' then 'product'
            when setting.own_book_only and credit.is_own_book is false then 'product'
            when credit.subsidy_agreement_date is null then 'agreement'
            -- Only plans that are newly taken out under the version count.
            when credit.product = 'card_bill_instalment'
                and credit.disbursed_date not between version.first_day and version.last_day
                then 'window'
            when is_large
                and not exists (
                    select 1 from policy_member as areas
                    where areas.version = version.version
                        and areas.rule = 'key_areas'
                        and areas.member = spending.category
                ) then 'category'
            when lender.type = 'consumer_finance'
                and exists (
                    select 1 from policy_member as barred
                    where barred.version = version.version
                        and barred.rule = 'consumer_finance_excluded_areas'
                        and barred.member = spending.category
                ) then 'purpose'
            -- Cash, and money moved to an account of one's own, is shown by vouchers only.
            when spending.verification = 'manual' then null
            when spending.verification = 'automatic'
                and coalesce(spending.paid_by, 'merchant') = 'merchant' then null
            else 'verification'
        end                                                 as purchase_reason
    from spending
    join credit
        on credit.loan_id = spending.loan_id
    cross join setting
    left join version
        on spending.spent_date between version.first_day and version.last_day
    left join lender
        on lender.institution_id = credit.institution_id
        and spending.spent_date >= lender.valid_from
        and spending.spent_date < lender.valid_until
),

purchase as materialized (
    select
        judged_purchase.*,
        cast(dense_rank() over (
            order by institution_id, province_code, central_millionths
        ) as integer)                                       as claimant_no,
        amount_cents - refunded_cents                       as left_cents,
        -- What counts of a large purchase, before and after a refund.
        least(amount_cents, case when is_large then base_cap_cents end)
                                                            as counted_cents,
        least(amount_cents - refunded_cents, case when is_large then base_cap_cents end)
                                                            as counted_left_cents
    from judged_purchase
),

bill as (
    select
        cast(bill_paid.rowid as integer)                    as bill_no,
        credit.loan_no,
        cast(bill_paid.period_no as integer)                as period_no,
        bill_paid.from_date,
        bill_paid.to_date,
        bill_paid.due_date,
        cast(bill_paid.to_date - bill_paid.from_date as integer)
                                                            as days,
        cast(bill_paid.charge * 100 as bigint)              as charge_cents,
        -- What of the charge is interest of this period.
        cast(case
            when declined.interest_to > 0 then
                floor(credit.term_months * bill_paid.charge * 100 * declined.interest_to + 0.5)
                    - floor(credit.term_months * bill_paid.charge * 100 * declined.interest_before + 0.5)
            else bill_paid.charge * 100
        end as bigint)                                      as interest_cents,
        -- What a bill charged was charged at its own rate, where that is told: after a
        -- change of the rate the first one no longer turns its interest into points.
        cast(case when credit.is_flat_fee then credit.nominal_rate
            else coalesce(nullif(bill_paid.rate, 0), credit.nominal_rate) end * 1000000 as bigint)
                                                            as rate_millionths,
        credit.is_flat_card and setting.card_method = 'levelised'
                                                            as is_levelled,
        bill_paid.is_paid_in_time
    from bill_paid
    join credit
        on credit.loan_id = bill_paid.loan_id
    cross join setting
    -- An equal fee hides interest that declines. Of n instalments of an annuity at the
    -- monthly rate i, the first k hold 1 - (1 + i)^k + k x i x (1 + i)^n parts of interest.
    left join lateral (
        select
            (1 - power(1 + i, k) + k * i * power(1 + i, n)) / whole
                                                            as interest_to,
            (1 - power(1 + i, k - 1) + (k - 1) * i * power(1 + i, n)) / whole
                                                            as interest_before
        from (
            select
                i,
                n,
                least(bill_paid.period_no, n)               as k,
                1 - power(1 + i, n) + n * i * power(1 + i, n)
                                                            as whole
            from (select cast(credit.nominal_rate as double) / 12 as i, credit.term_months as n)
        )
        where i > 0 and k > 0
    ) as declined
        on credit.is_flat_card and setting.card_method = 'declining'
    where bill_paid.due_date <= (select data_date from report_date)
),
-- One row: a purchase in a bill, with the days on which it counts.
met as (
    select
        purchase.purchase_no,
        purchase.loan_no,
        purchase.pool_no,
        purchase.claimant_no,
        purchase.version_no,
        purchase.is_large,
        purchase.term_months,
        purchase.principal_cents,
        purchase.amount_cents,
        purchase.left_cents,
        purchase.counted_cents,
        purchase.counted_left_cents,
        purchase.central_millionths,
        (purchase.spent_date - date '1970-01-01') * 4294967296 + purchase.purchase_no
                                                            as spent_order,
        bill.bill_no,
        bill.period_no,
        bill.from_date,
        bill.to_date,
        bill.due_date,
        bill.days,
        bill.charge_cents,
        bill.interest_cents,
        bill.rate_millionths,
        bill.is_levelled,
        counted.days_counted,
        counted.days_refunded,
        case
            when purchase.purchase_reason is not null then purchase.purchase_reason
            when purchase.refunded_cents > 0
                and purchase.left_cents <= 0
                and purchase.refunded_date <= counted.first_day
                then 'refunded'
            when counted.end_day <= counted.first_day then 'window'
            when bill.is_paid_in_time is false and not setting.subsidises_overdue then 'overdue'
            when bill.charge_cents = 0 then 'no_interest'
            when bill.charge_cents is null or bill.days is null
                or coalesce(bill.rate_millionths, 0) <= 0 then 'rate_unknown'
        end                                                 as reason
    from purchase
    cross join setting
    join bill
        on bill.loan_no = purchase.loan_no
        and bill.to_date > purchase.spent_date
    cross join lateral (
        select
            first_day,
            end_day,
            cast(greatest(end_day - first_day, 0) as integer)
                                                            as days_counted,
            cast(case when purchase.refunded_cents = 0 then 0
                else greatest(end_day - greatest(first_day, purchase.refunded_date), 0) end as integer)
                                                            as days_refunded
        from (
            select
                greatest(bill.from_date, purchase.starts_on)
                                                            as first_day,
                least(bill.to_date, purchase.accrues_to + 1)
                                                            as end_day
        )
    ) as counted
),

weighed as (
    select
        met.* exclude (left_cents, counted_cents, counted_left_cents),
        case when reason is null then
            amount_cents * (days_counted - days_refunded) + left_cents * days_refunded
            else 0 end                                      as cent_days,
        case when reason is null then
            counted_cents * (days_counted - days_refunded) + counted_left_cents * days_refunded
            else 0 end                                      as base_cent_days
    from met
),

-- A loan that carried more purchases than its principal was drawn more than once. What is
-- bought after a bill does not change what the bill gave.
running as (
    select
        weighed.* exclude (bill_no, spent_order, principal_cents),
        cast(greatest(principal_cents, sum(amount_cents) over whole_bill, 1) as bigint)
                                                            as drawn_cents,
        cast(sum(cent_days) over so_far as bigint)          as cent_days_so_far,
        cast(sum(cent_days) over whole_bill as bigint)      as all_cent_days,
        cast(sum(base_cent_days) over so_far as bigint)     as base_days_so_far,
        cast(sum(base_cent_days) over whole_bill as bigint) as all_base_days
    from weighed
    window
        so_far as (
            partition by bill_no
            order by spent_order
            rows between unbounded preceding and current row
        ),
        -- In the same order, so that the rows are sorted once for both.
        whole_bill as (
            partition by bill_no
            order by spent_order
            rows between unbounded preceding and unbounded following
        )
),

-- Half of the contract rate takes nothing off where it is above one point.
rated as (
    select
        running.*,
        version.subsidy_millionths,
        rate_millionths * version.most_millionths < version.subsidy_millionths * 1000000
                                                            as is_halved,
        case when is_halved then version.most_millionths else version.subsidy_millionths end
                                                            as share_numerator,
        case when is_halved then 1000000 else rate_millionths end
                                                            as share_divisor
    from running
    left join version
        on version.version_no = running.version_no
),

-- A flat fee is the same in every instalment while the interest in it declines; the bank
-- spreads the whole subsidy evenly, and the last instalment takes what is left over.
levelled as (
    select
        rated.*,
        case when is_levelled then
            half_up(term_months * interest_cents, subsidy_millionths, rate_millionths) end
                                                            as whole_point_cents,
        case when is_levelled then
            half_up(term_months * interest_cents, share_numerator, share_divisor) end
                                                            as whole_ratio_cents
    from rated
),

-- What a bill would get if all of the loan were eligible, as numerator over a divisor that
-- the cent-days are multiplied into.
priced as (
    select
        levelled.* exclude (
            interest_cents, is_levelled, term_months, subsidy_millionths, share_numerator,
            share_divisor, whole_point_cents, whole_ratio_cents
        ),
        case
            when is_levelled and period_no >= term_months
                then whole_point_cents - (term_months - 1) * (whole_point_cents // term_months)
            when is_levelled then whole_point_cents // term_months
            else interest_cents * subsidy_millionths end    as point_numerator,
        case
            when is_levelled and period_no >= term_months
                then whole_ratio_cents - (term_months - 1) * (whole_ratio_cents // term_months)
            when is_levelled then whole_ratio_cents // term_months
            else interest_cents * share_numerator end       as ratio_numerator,
        nullif(cast(drawn_cents as hugeint) * days * case when is_levelled then 1 else rate_millionths end, 0)
                                                            as point_divisor,
        nullif(cast(drawn_cents as hugeint) * days * case when is_levelled then 1 else share_divisor end, 0)
                                                            as ratio_divisor
    from levelled
),

-- A loss is rounded as the difference of two rounded bills and given to the purchases like
-- the subsidy, so that no purchase is told to have lost less than nothing.
bill_rounded as (
    select
        priced.* exclude (point_numerator, point_divisor, ratio_numerator, ratio_divisor, is_halved),
        half_up(ratio_numerator, base_days_so_far, ratio_divisor)
            - half_up(ratio_numerator, base_days_so_far - base_cent_days, ratio_divisor)
                                                            as base_cents,
        case when all_cent_days = all_base_days then 0 else
            half_up(ratio_numerator, all_cent_days, ratio_divisor)
                - half_up(ratio_numerator, all_base_days, ratio_divisor)
        end                                                 as bill_lost_base,
        case when not is_halved then 0 else
            half_up(point_numerator, all_cent_days, point_divisor)
                - half_up(ratio_numerator, all_cent_days, ratio_divisor)
        end                                                 as bill_lost_half
    from priced
),

uncapped as materialized (
    select
        bill_rounded.* exclude (
            cent_days, base_cent_days, cent_days_so_far, all_cent_days, base_days_so_far, all_base_days,
            bill_lost_base, bill_lost_half, base_cents
        ),
        case when reason is null then base_cents else 0 end as base_cents,
        case when reason is null and bill_lost_half > 0 then
            half_up(bill_lost_half, cent_days_so_far, all_cent_days)
                - half_up(bill_lost_half, cent_days_so_far - cent_days, all_cent_days)
            else 0 end                                      as lost_half_cents,
        case when reason is null and bill_lost_base > 0 then
            half_up(bill_lost_base, cent_days_so_far - base_days_so_far, all_cent_days - all_base_days)
                - half_up(
                    bill_lost_base,
                    cent_days_so_far - cent_days - base_days_so_far + base_cent_days,
                    all_cent_days - all_base_days
                )
            else 0 end                                      as lost_base_cents
    from bill_rounded
),

-- A pool that stays below the least of the caps loses nothing to any.
tight_pool as (
    select pool_no
    from uncapped
    group by pool_no
    having sum(base_cents) > (
        select min(least(transaction_cap_cents, small_cap_cents, total_cap_cents)) from version
    )
),

-- Caps, each on what the one before it left, in the order of collection.
transaction_capped as (
    select
        uncapped.*,
        version.small_cap_cents,
        version.total_cap_cents,
        case when version.is_cap_by_year then year(due_date) else 0 end
                                                            as cap_year,
        cast(least(sum(base_cents) over so_far, version.transaction_cap_cents)
            - least(sum(base_cents) over so_far - base_cents, version.transaction_cap_cents) as bigint)
                                                            as transaction_cents
    from uncapped
    join tight_pool
        on tight_pool.pool_no = uncapped.pool_no
    left join version
        on version.version_no = uncapped.version_no
    window so_far as (
        partition by uncapped.purchase_no
        order by due_date, loan_no, period_no, purchase_no
        rows between unbounded preceding and current row
    )
),

small_capped as (
    select
        transaction_capped.*,
        cast(case when is_large then transaction_cents else
            least(sum(transaction_cents) over so_far, small_cap_cents)
                - least(sum(transaction_cents) over so_far - transaction_cents, small_cap_cents)
        end as bigint)                                      as small_cents
    from transaction_capped
    window so_far as (
        partition by pool_no, version_no, is_large
        order by due_date, loan_no, period_no, purchase_no
        rows between unbounded preceding and current row
    )
),

total_capped as (
    select
        small_capped.* exclude (small_cap_cents, total_cap_cents, cap_year),
        cast(least(sum(small_cents) over so_far, total_cap_cents)
            - least(sum(small_cents) over so_far - small_cents, total_cap_cents) as bigint)
                                                            as subsidy_cents
    from small_capped
    window so_far as (
        partition by pool_no, version_no, cap_year
        order by due_date, loan_no, period_no, purchase_no
        rows between unbounded preceding and current row
    )
),

given as (
    select
        * exclude (pool_no, version_no, is_large, amount_cents, days, claimant_no),
        -- What a lender claims of a province for a quarter, at one share.
        cast(claimant_no as bigint) * 100000 + year(due_date) * 4 + quarter(due_date)
                                                            as claim_no
    from (
        from total_capped
        union all
        select
            uncapped.*,
            base_cents                                      as transaction_cents,
            base_cents                                      as small_cents,
            base_cents                                      as subsidy_cents
        from uncapped
        anti join tight_pool
            on tight_pool.pool_no = uncapped.pool_no
    )
),

-- The central government's share is one of the claim.
split as (
    select
        given.* exclude (claim_no, loan_no, central_millionths),
        half_up(central_millionths, sum(subsidy_cents) over so_far, 1000000)
            - half_up(central_millionths, sum(subsidy_cents) over so_far - subsidy_cents, 1000000)
                                                            as central_cents
    from given
    window so_far as (
        partition by claim_no
        order by due_date, loan_no, period_no, purchase_no
        rows between unbounded preceding and current row
    )
)

select
    purchase.loan_id,
    purchase.spending_id,
    cast(split.period_no as bigint)                         as period_no,
    purchase.version                                        as rule_version,
    coalesce(split.reason, 'eligible')                      as reason,
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
    purchase.debtor_id,
    purchase.institution_id,
    purchase.province_code,
    split.due_date,
    split.from_date,
    split.to_date,
    purchase.spent_date,
    purchase.category,
    split.to_date - split.from_date                         as days,
    cast(split.days_counted as bigint)                      as days_counted,
    cast(split.days_refunded as bigint)                     as days_refunded,
    cast(split.charge_cents * 0.01 as decimal(18, 2))       as charge,
    cast(purchase.amount_cents * 0.01 as decimal(18, 2))    as amount,
    cast(purchase.refunded_cents * 0.01 as decimal(18, 2))  as refunded,
    cast(split.drawn_cents * 0.01 as decimal(18, 2))        as drawn,
    cast(split.rate_millionths * 0.000001 as decimal(9, 6)) as contract_rate
from split
join purchase
    on purchase.purchase_no = split.purchase_no
