-- One row: a customer-service session in the period it started in, with the same
-- customer's next one: of any topic, of the same topic, of a blank one. A session without
-- a known customer has no next one to look for.
with followed_session as (
    select
        service_contact.contact_id,
        service_contact.borrower_id,
        service_contact.started_at,
        service_contact.channel,
        service_contact.served_by,
        service_contact.human_requested_at,
        service_contact.human_connected_at,
        service_contact.topic,
        service_contact.first_response_s,
        service_contact.was_resolved,
        service_contact.satisfaction,
        service_contact.uses_accessible_mode,
        case
            when service_contact.borrower_id is not null
                then lead(service_contact.started_at) over (
                    partition by service_contact.borrower_id
                    order by service_contact.started_at, service_contact.contact_id
                )
        end                                                 as next_started_at,
        case
            when service_contact.borrower_id is not null
                and service_contact.topic is not null
                then lead(service_contact.started_at) over (
                    partition by service_contact.borrower_id, service_contact.topic
                    order by service_contact.started_at, service_contact.contact_id
                )
        end                                                 as same_topic_started_at,
        case
            when service_contact.borrower_id is not null
                then min(
                    case when service_contact.topic is null then service_contact.started_at end
                ) over (
                    partition by service_contact.borrower_id
                    order by service_contact.started_at, service_contact.contact_id
                    rows between 1 following and unbounded following
                )
        end                                                 as blank_topic_started_at
    from service_contact
)

select
    followed_session.*,
    calendar_day.period,
    calendar_day.last_day,
    epoch(followed_session.next_started_at) - epoch(followed_session.started_at)
                                                            as seconds_to_next,
    epoch(followed_session.same_topic_started_at) - epoch(followed_session.started_at)
                                                            as seconds_to_same_topic,
    epoch(followed_session.blank_topic_started_at) - epoch(followed_session.started_at)
                                                            as seconds_to_blank_topic,
    epoch(followed_session.human_connected_at)
        - epoch(followed_session.human_requested_at)        as seconds_to_human,
    -- The data stand at the end of their day, which is the next day's first second.
    epoch(cast(report_date.data_date + 1 as timestamp))
        - epoch(followed_session.started_at)                as seconds_observed,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from followed_session
cross join report_date
join calendar_day
    on calendar_day.day = cast(followed_session.started_at as date)
left join borrower_period
    on borrower_period.borrower_id = followed_session.borrower_id
    and borrower_period.period = calendar_day.period
