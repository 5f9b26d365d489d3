-- One row: a topic and who served it, with the quarter's customer-service sessions. What
-- was not recorded (resolved) or not answered (satisfaction) stands beside, not in it.
with setting as (
    select
        '2026Q3'                                            as period,
        60                                                  as most_seconds_to_human
)

select
    coalesce(service_session.topic, 'unknown')              as topic,
    service_session.served_by,
    count(*)                                                as sessions,
    count(service_session.human_requested_at)               as human_requested,
    count(*) filter (
        where service_session.human_requested_at is not null
            and service_session.seconds_to_human <= setting.most_seconds_to_human
    )                                                       as human_in_time,
    count(*) filter (where service_session.was_resolved)
        / nullif(count(service_session.was_resolved), 0)    as resolved_share,
    count(*) filter (where service_session.was_resolved is null)
                                                            as unknown_sessions,
    sum(service_session.satisfaction)
        / nullif(count(service_session.satisfaction), 0)    as mean_satisfaction,
    count(service_session.satisfaction)                     as answered_sessions,
    quantile_cont(service_session.first_response_s, 0.5)    as median_first_response_s
from service_session
join setting
    on setting.period = service_session.period
group by coalesce(service_session.topic, 'unknown'), service_session.served_by
order by topic, service_session.served_by
