-- One row: a dispute of a credit record in the period in which its time limit falls.
-- Limits that fall after the day the data stand at are left out, also where the answer
-- came early: else quick answers alone would count.
with timed_dispute as (
    select
        credit_repair_item.item_id,
        credit_repair_item.borrower_id,
        credit_repair_item.loan_id,
        credit_repair_item.opened_date,
        credit_repair_item.resolved_date,
        -- The day after receipt is day 1. A dispute from before the rule, or without a
        -- day of receipt, has no limit.
        credit_repair_item.opened_date
            + cast(dispute_days.value as integer)           as limit_date
    from credit_repair_item
    left join rule_value as dispute_days
        on dispute_days.rule = 'cn_credit_reporting.dispute_days'
        and credit_repair_item.opened_date
            between dispute_days.valid_from and dispute_days.valid_to
    where credit_repair_item.kind = 'dispute'
)

select
    timed_dispute.item_id,
    timed_dispute.borrower_id,
    calendar.period,
    timed_dispute.limit_date,
    case
        when timed_dispute.limit_date is not null
            then coalesce(timed_dispute.resolved_date <= timed_dispute.limit_date, false)
    end                                                     as is_in_time,
    loan.product,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band
from timed_dispute
cross join report_date
join calendar
    -- Without an opening day, the day of the resolution is all that places a dispute.
    on coalesce(
        timed_dispute.limit_date,
        timed_dispute.opened_date,
        timed_dispute.resolved_date
    ) between calendar.first_day and calendar.last_day
left join loan
    on loan.loan_id = timed_dispute.loan_id
left join borrower_period
    on borrower_period.borrower_id = timed_dispute.borrower_id
    and borrower_period.period = calendar.period
where coalesce(
    timed_dispute.limit_date,
    timed_dispute.opened_date,
    timed_dispute.resolved_date
) <= report_date.data_date
