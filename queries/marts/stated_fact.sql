-- One row: a stated figure in a calendar period. A figure for exactly that period goes
-- first. Halves and years without one take their quarters, and only when all are there:
-- the sum for flows (emissions, hours), the last quarter for stocks (staff).
with stated_quarter as (
    select
        esg_fact.metric,
        esg_fact.value,
        esg_fact.unit,
        make_date(
            cast(substring(esg_fact.period, 1, 4) as integer),
            3 * cast(substring(esg_fact.period, 6, 1) as integer),
            1
        )                                                   as quarter_date
    from esg_fact
    where esg_fact.period like '____Q_'
),

whole_period as (
    select
        stated_quarter.metric,
        calendar.period,
        min(stated_quarter.unit)                            as unit,
        sum(cast(stated_quarter.value as decimal(24, 6)))   as flow,
        max(stated_quarter.quarter_date)                    as last_quarter_date
    from stated_quarter
    join calendar
        on stated_quarter.quarter_date between calendar.first_day and calendar.last_day
    group by
        stated_quarter.metric,
        calendar.period,
        calendar.first_day,
        calendar.last_day
    having 3 * count(*)
        = 12 * (year(calendar.last_day) - year(calendar.first_day))
            + month(calendar.last_day) - month(calendar.first_day) + 1
        and min(stated_quarter.unit) = max(stated_quarter.unit)
)

select
    esg_fact.metric,
    esg_fact.period,
    esg_fact.unit,
    cast(esg_fact.value as decimal(24, 6))                  as flow,
    cast(esg_fact.value as decimal(24, 6))                  as stock
from esg_fact
join calendar
    on calendar.period = esg_fact.period
union all
select
    whole_period.metric,
    whole_period.period,
    whole_period.unit,
    whole_period.flow,
    cast(stated_quarter.value as decimal(24, 6))            as stock
from whole_period
join stated_quarter
    on stated_quarter.metric = whole_period.metric
    and stated_quarter.quarter_date = whole_period.last_quarter_date
left join esg_fact
    on esg_fact.metric = whole_period.metric
    and esg_fact.period = whole_period.period
where esg_fact.metric is null
