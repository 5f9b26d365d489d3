-- One row: an overdue item of the one-off credit repair at the end of a period, as a
-- stock: everything that had happened by then. Periods before the programme was
-- announced have no rows.
with item_period as (
    select
        one_off_item.item_id,
        one_off_item.borrower_id,
        coalesce(one_off_item.borrower_id, one_off_item.item_id)
                                                            as cluster_id,
        one_off_item.loan_id,
        one_off_item.amount,
        calendar.period,
        calendar.last_day,
        one_off_item.is_eligible,
        case
            when one_off_item.repaid_date <= calendar.last_day
                and one_off_item.is_repaid_in_window
                then one_off_item.repaid_date
        end                                                 as repaid_date,
        case
            when one_off_item.told_date <= calendar.last_day
                then one_off_item.told_date
        end                                                 as told_date
    from one_off_item
    cross join calendar
    join rule_value as programme
        on programme.rule = 'cn_one_off_credit_repair.programme_announced'
        and calendar.last_day between programme.valid_from and programme.valid_to
    where coalesce(one_off_item.arose_date <= calendar.last_day, true)
),

-- From the first repaired item on, a customer's credit and arrears count as later.
first_repair as (
    select
        item_period.borrower_id,
        item_period.period,
        item_period.last_day,
        min(item_period.repaid_date)                        as repaired_date
    from item_period
    where item_period.is_eligible
        and item_period.repaid_date is not null
        and item_period.borrower_id is not null
    group by item_period.borrower_id, item_period.period, item_period.last_day
),

repaired_borrower as (
    select
        first_repair.*,
        cast(
            first_repair.repaired_date + to_months(cast(shorter.value as integer)) as date
        )                                                   as shorter_end,
        cast(
            first_repair.repaired_date + to_months(cast(longer.value as integer)) as date
        )                                                   as longer_end
    from first_repair
    left join rule_value as shorter
        on shorter.rule = 'repair_relapse.shorter_months'
        and first_repair.last_day between shorter.valid_from and shorter.valid_to
    left join rule_value as longer
        on longer.rule = 'repair_relapse.longer_months'
        and first_repair.last_day between longer.valid_from and longer.valid_to
),

new_credit as (
    select
        repaired_borrower.borrower_id,
        repaired_borrower.period,
        count(*)                                            as loans
    from repaired_borrower
    join loan
        on loan.borrower_id = repaired_borrower.borrower_id
        and cast(loan.disbursed_at as date) > repaired_borrower.repaired_date
        and cast(loan.disbursed_at as date) <= repaired_borrower.last_day
    group by repaired_borrower.borrower_id, repaired_borrower.period
),

month_after as (
    select
        repaired_borrower.*,
        loan_month.as_of_date,
        -- Null where the days are not recorded.
        loan_month.days_past_due > relapse_days.value       as is_late
    from repaired_borrower
    join loan
        on loan.borrower_id = repaired_borrower.borrower_id
    join loan_month
        on loan_month.loan_id = loan.loan_id
        and loan_month.as_of_date > repaired_borrower.repaired_date
        and loan_month.as_of_date <= repaired_borrower.last_day
    join rule_value as relapse_days
        on relapse_days.rule = 'portfolio_at_risk.days_past_due'
        and loan_month.as_of_date
            between relapse_days.valid_from and relapse_days.valid_to
),

relapse as (
    select
        month_after.borrower_id,
        month_after.period,
        count(*) filter (where month_after.is_late)         as late,
        count(*) filter (
            where month_after.is_late
                and month_after.as_of_date <= month_after.shorter_end
        )                                                   as late_in_shorter,
        count(*) filter (
            where month_after.is_late is null
                and month_after.as_of_date <= month_after.shorter_end
        )                                                   as blank_in_shorter,
        count(*) filter (
            where month_after.is_late
                and month_after.as_of_date <= month_after.longer_end
        )                                                   as late_in_longer,
        count(*) filter (
            where month_after.is_late is null
                and month_after.as_of_date <= month_after.longer_end
        )                                                   as blank_in_longer
    from month_after
    group by month_after.borrower_id, month_after.period
),

book as (
    select min(loan_month.as_of_date)                       as first_month_end
    from loan_month
),

followed_borrower as (
    select
        repaired_borrower.borrower_id,
        repaired_borrower.period,
        coalesce(relapse.late, 0) > 0                       as has_relapsed,
        -- A window counts once it has passed; one that begins before the first month end
        -- on record, or has a blank in it, cannot be told to be clean.
        repaired_borrower.shorter_end,
        repaired_borrower.longer_end,
        repaired_borrower.shorter_end <= repaired_borrower.last_day
                                                            as is_shorter_over,
        case
            when coalesce(relapse.late_in_shorter, 0) > 0 then true
            when coalesce(relapse.blank_in_shorter, 0) = 0
                and book.first_month_end <= last_day(repaired_borrower.repaired_date + 1)
                then false
        end                                                 as has_relapsed_in_shorter,
        repaired_borrower.longer_end <= repaired_borrower.last_day
                                                            as is_longer_over,
        case
            when coalesce(relapse.late_in_longer, 0) > 0 then true
            when coalesce(relapse.blank_in_longer, 0) = 0
                and book.first_month_end <= last_day(repaired_borrower.repaired_date + 1)
                then false
        end                                                 as has_relapsed_in_longer
    from repaired_borrower
    cross join book
    left join relapse
        on relapse.borrower_id = repaired_borrower.borrower_id
        and relapse.period = repaired_borrower.period
)

select
    item_period.item_id,
    item_period.borrower_id,
    item_period.cluster_id,
    item_period.loan_id,
    item_period.amount,
    item_period.period,
    item_period.is_eligible,
    item_period.is_eligible and item_period.repaid_date is not null
                                                            as is_repaired,
    item_period.told_date is not null                       as is_told,
    new_credit.borrower_id is not null                      as has_new_credit,
    coalesce(followed_borrower.has_relapsed, false)         as has_relapsed,
    followed_borrower.shorter_end,
    followed_borrower.longer_end,
    followed_borrower.is_shorter_over,
    followed_borrower.has_relapsed_in_shorter,
    followed_borrower.is_longer_over,
    followed_borrower.has_relapsed_in_longer,
    loan.product,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from item_period
left join new_credit
    on new_credit.borrower_id = item_period.borrower_id
    and new_credit.period = item_period.period
left join followed_borrower
    on followed_borrower.borrower_id = item_period.borrower_id
    and followed_borrower.period = item_period.period
left join loan
    on loan.loan_id = item_period.loan_id
left join borrower_period
    on borrower_period.borrower_id = item_period.borrower_id
    and borrower_period.period = item_period.period
