-- One row: an act with a healthy-consumption tool, in the period it happened in.
select
    engagement.borrower_id,
    engagement.occurred_at,
    cast(engagement.occurred_at as date)                    as occurred_date,
    engagement.tool,
    engagement.value,
    engagement.result,
    calendar_day.period,
    calendar_day.last_day,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from engagement
join calendar_day
    on calendar_day.day = cast(engagement.occurred_at as date)
left join borrower_period
    on borrower_period.borrower_id = engagement.borrower_id
    and borrower_period.period = calendar_day.period
