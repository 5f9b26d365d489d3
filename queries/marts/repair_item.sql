-- One row: an overdue item of the one-off credit repair at the end of a period, as a
-- stock: everything that had happened by then. Periods before the programme was
-- announced have no rows.
with item_period as (
    select
        credit_repair_item.item_id,
        credit_repair_item.borrower_id,
        coalesce(credit_repair_item.borrower_id, credit_repair_item.item_id)
                                                            as cluster_id,
        credit_repair_item.loan_id,
        credit_repair_item.amount,
        calendar.period,
        calendar.last_day,
        -- The rule's own dates are the window in which the overdue must have arisen;
        -- outside it there is no amount that could be within the limit.
        case
            when credit_repair_item.arose_date is null then null
            when max_amount.value is null then false
            else credit_repair_item.amount <= cast(max_amount.value as decimal(18, 2))
        end                                                 as is_eligible,
        case
            when credit_repair_item.repaid_date <= calendar.last_day
                and repayment_window.value is not null
                then credit_repair_item.repaid_date
        end                                                 as repaid_date,
        case
            when credit_repair_item.told_date <= calendar.last_day
                then credit_repair_item.told_date
        end                                                 as told_date
    from credit_repair_item
    cross join calendar
    join rule_value as programme
        on programme.rule = 'cn_credit_repair.programme_announced'
        and calendar.last_day between programme.valid_from and programme.valid_to
    left join rule_value as max_amount
        on max_amount.rule = 'cn_credit_repair.max_item_amount'
        and credit_repair_item.arose_date
            between max_amount.valid_from and max_amount.valid_to
    left join rule_value as repayment_window
        on repayment_window.rule = 'cn_credit_repair.repayment_window'
        and credit_repair_item.repaid_date
            between repayment_window.valid_from and repayment_window.valid_to
    where credit_repair_item.kind = 'one_off_repair'
        and coalesce(credit_repair_item.arose_date <= calendar.last_day, true)
),

-- From the first repaired item on, a customer's credit and arrears count as later.
repaired_borrower as (
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

relapse as (
    select
        repaired_borrower.borrower_id,
        repaired_borrower.period,
        count(*)                                            as month_ends
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
    where loan_month.days_past_due > relapse_days.value
    group by repaired_borrower.borrower_id, repaired_borrower.period
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
    relapse.borrower_id is not null                         as has_relapsed,
    loan.product,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band
from item_period
left join new_credit
    on new_credit.borrower_id = item_period.borrower_id
    and new_credit.period = item_period.period
left join relapse
    on relapse.borrower_id = item_period.borrower_id
    and relapse.period = item_period.period
left join loan
    on loan.loan_id = item_period.loan_id
left join borrower_period
    on borrower_period.borrower_id = item_period.borrower_id
    and borrower_period.period = item_period.period
