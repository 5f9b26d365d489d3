-- One row: an act with a healthy-consumption tool, in the period it happened in.
select
    engagement.borrower_id,
    engagement.occurred_at,
    cast(engagement.occurred_at as date)                    as occurred_date,
    engagement.tool,
    engagement.value,
    engagement.result,
    calendar.period,
    calendar.last_day,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from engagement
join calendar
    on cast(engagement.occurred_at as date)
        between calendar.first_day and calendar.last_day
left join borrower_period
    on borrower_period.borrower_id = engagement.borrower_id
    and borrower_period.period = calendar.period
