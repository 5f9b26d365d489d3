/*---
id: consumer_protection.first_contact_resolution
code: CP-19
title: {en: First-contact resolution, zh: 首次解决率}
definition:
  en: >-
    Sessions begun in the period and recorded as resolved after which the same customer did not come
    back on the same topic within 7 days of the start, of the resolved sessions of which that is
    known. Only sessions whose 7 days were over on the day the data stand at are judged, also where
    the customer has come back already: else failures alone would count. Unknown are sessions that
    are not yet over, that name no customer, or after which the customer came back within the 7 days
    while the topic of one of the two is blank; and sessions nobody recorded as resolved or not.
    Sessions recorded as unresolved are in neither number.
  zh: >-
    期内开始且记录为已解决的会话中，同一客户自会话开始7日内未就同一事项再次联系的，占可判断的已解决会话的比例。
    仅判断截至数据日7日已满的会话，期满前即使已再次联系也不提前计入，以免只计失败。7日未满、客户不详，
    或7日内再次联系而两次会话之一事项为空的，列为未知；是否解决未记录的会话亦列为未知。记录为未解决的会话分子分母均不计。
reading:
  en: >-
    Resolved is what the record says, of those asked. Who comes back on another channel under another
    identity is not seen. Read it with the resolution rate: a lender that resolves little can be good
    at it.
  zh: 是否解决以记录为准；换渠道、换身份再次联系的无法观察。应与解决率并读：解决得少的机构也可能显得首次解决率高。
version: 1
direction: higher_is_better
serves: [conduct]
unit: share
measures:
  - {name: share, kind: share, numerator: settled_sessions, denominator: judged_sessions, missing: unjudged_sessions, cluster: cluster_id}
breakdowns: [served_by, topic, age_band, income_quintile, new_citizen, province, area, gender]
frameworks: ["NFRA:service@2025-09"]
needs: {service_contact: [served_by, was_resolved]}
rules: [service_repeat.days]
---*/
with windowed_session as (
    select
        service_session.*,
        coalesce(service_session.borrower_id, service_session.contact_id)
                                                            as cluster_id,
        86400 * repeat_days.value                           as window_seconds
    from service_session
    left join rule_value as repeat_days
        on repeat_days.rule = 'service_repeat.days'
        and service_session.last_day
            between repeat_days.valid_from and repeat_days.valid_to
),

judged_session as (
    select
        windowed_session.*,
        case
            when not windowed_session.was_resolved then null
            when windowed_session.was_resolved is null then null
            when windowed_session.borrower_id is null then null
            when windowed_session.seconds_observed < windowed_session.window_seconds
                then null
            when windowed_session.seconds_to_same_topic <= windowed_session.window_seconds
                then false
            -- Nobody came back at all, so nobody did on this topic.
            when coalesce(
                windowed_session.seconds_to_next > windowed_session.window_seconds, true
            ) then true
            when windowed_session.topic is null then null
            when windowed_session.seconds_to_blank_topic <= windowed_session.window_seconds
                then null
            when windowed_session.window_seconds is not null then true
        end                                                 as is_settled
    from windowed_session
)

select
    period,
    count(*) filter (where is_settled)                      as settled_sessions,
    count(is_settled)                                       as judged_sessions,
    count(*) filter (where is_settled is null and coalesce(was_resolved, true))
                                                            as unjudged_sessions
from judged_session
group by all
