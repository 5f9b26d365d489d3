-- One row: a dispute of a credit record in the period in which its time limit falls.
-- Limits that fall after the day the data stand at are left out, also where the answer
-- came early: else quick answers alone would count.
select
    dispute_clock.item_id,
    dispute_clock.borrower_id,
    calendar.period,
    dispute_clock.limit_date,
    case
        when dispute_clock.limit_date is not null
            then coalesce(dispute_clock.resolved_date <= dispute_clock.limit_date, false)
    end                                                     as is_in_time,
    loan.product,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from dispute_clock
cross join report_date
join calendar
    -- Without an opening day, the day of the resolution is all that places a dispute.
    on coalesce(
        dispute_clock.limit_date,
        dispute_clock.opened_date,
        dispute_clock.resolved_date
    ) between calendar.first_day and calendar.last_day
left join loan
    on loan.loan_id = dispute_clock.loan_id
left join borrower_period
    on borrower_period.borrower_id = dispute_clock.borrower_id
    and borrower_period.period = calendar.period
where coalesce(
    dispute_clock.limit_date,
    dispute_clock.opened_date,
    dispute_clock.resolved_date
) <= report_date.data_date
