-- One row: a topic in a quarter since the first one asked for, with its part of that
-- quarter's complaints and the change from the quarter before, empty where that had
-- none on the topic. Withdrawn complaints count.
with setting as (
    select
        date '2025-10-01'                                   as first_day,
        'regulator_forwarded'                               as beside_source
),

topic_quarter as (
    select
        calendar.period,
        calendar.previous_period,
        calendar.first_day,
        coalesce(complaint_received.topic, 'unknown')       as topic,
        count(*)                                            as complaints,
        count(*) filter (
            where complaint_received.source = setting.beside_source
        )                                                   as from_that_source
    from complaint_received
    cross join setting
    join calendar
        on calendar.period = complaint_received.period
    group by
        calendar.period,
        calendar.previous_period,
        calendar.first_day,
        coalesce(complaint_received.topic, 'unknown')
)

select
    topic_quarter.period,
    topic_quarter.topic,
    topic_quarter.complaints,
    topic_quarter.complaints / sum(topic_quarter.complaints) over (
        partition by topic_quarter.period
    )                                                       as share_of_quarter,
    topic_quarter.complaints - before.complaints            as change,
    topic_quarter.from_that_source
from topic_quarter
left join topic_quarter as before
    on before.period = topic_quarter.previous_period
    and before.topic = topic_quarter.topic
where topic_quarter.first_day >= (select setting.first_day from setting)
order by topic_quarter.period, topic_quarter.complaints desc, topic_quarter.topic
