/*---
id: consumer_protection.bot_containment_and_handoff
code: CP-21
title: {en: Bot containment and hand-off to a human, zh: 智能客服自助解决率与转人工成功率}
definition:
  en: >-
    Contained: sessions begun with the bot in the period, neither handed over nor asked to be, and
    not followed by another contact of the same customer within 72 hours of their start, of all
    sessions begun with the bot (bot or handed over). A session without a known customer, or whose
    72 hours are not over on the day the data stand at, is unknown as long as nothing shows that it
    failed. Connected: requests for a human answered by one within 60 seconds, of all requests made
    in sessions begun in the period, those a human served from the start included; a request
    without a connection was not answered.
  zh: >-
    自助解决：期内由智能客服接入的会话中，未转人工、未要求转人工，且同一客户自会话开始72小时内未再次联系的，
    占全部智能客服接入会话（含转人工）的比例。客户不详或截至数据日72小时未满的，在无失败迹象时列为未知。
    转人工成功：期内会话（含一开始即由人工服务的会话）中客户要求人工的，60秒内接通的占比；要求后未接通的计为未成功。
reading:
  en: >-
    Contained is not resolved: a customer who gave up looks contained. Customers who call from
    elsewhere are not seen. The connected share mixes hand-overs by the bot with direct requests for
    a human: where these are many, it says little about the hand-over. Look at the band 60+
    first: it is where a bot shuts people out.
  zh: 自助解决不等于问题解决，放弃咨询的客户也会被计入；换渠道求助的无法观察。转人工成功率含直接要求人工的会话，此类会话较多时，不能反映机器人转人工的效果。应首先查看60岁以上年龄段。
version: 1
direction: higher_is_better
serves: [conduct, technology]
unit: share
measures:
  - name: contained_share
    title: {en: Bot sessions contained, zh: 智能客服自助解决率}
    kind: share
    numerator: contained_sessions
    denominator: judged_sessions
    missing: unjudged_sessions
    cluster: cluster_id
  - name: connected_share
    title: {en: Requests for a human connected within 60 s, zh: 转人工成功率}
    kind: share
    numerator: connected_requests
    denominator: requests
    missing: unknown_requests
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, topic]
frameworks: ["NFRA:service@2025-09"]
needs: {service_contact: [served_by]}
rules: [bot_service.quiet_hours, bot_service.handoff_seconds]
---*/
with judged_session as (
    select
        service_session.*,
        -- A session without customer moves alone.
        coalesce(service_session.borrower_id, service_session.contact_id)
                                                            as cluster_id,
        case
            when service_session.served_by = 'handed_over' then false
            when service_session.served_by <> 'bot' then null
            when service_session.human_requested_at is not null then false
            when service_session.seconds_to_next <= quiet_hours.value * 3600 then false
            when service_session.borrower_id is null then null
            when service_session.seconds_observed >= quiet_hours.value * 3600 then true
        end                                                 as is_contained,
        service_session.human_requested_at is not null      as is_request,
        case
            when service_session.human_requested_at is not null
                then coalesce(
                    service_session.seconds_to_human <= handoff_seconds.value,
                    false
                )
        end                                                 as is_connected
    from service_session
    left join rule_value as quiet_hours
        on quiet_hours.rule = 'bot_service.quiet_hours'
        and service_session.last_day
            between quiet_hours.valid_from and quiet_hours.valid_to
    left join rule_value as handoff_seconds
        on handoff_seconds.rule = 'bot_service.handoff_seconds'
        and service_session.last_day
            between handoff_seconds.valid_from and handoff_seconds.valid_to
)

select
    period,
    count(*) filter (where is_contained)                    as contained_sessions,
    count(is_contained)                                     as judged_sessions,
    count(*) filter (where served_by in ('bot', 'handed_over') and is_contained is null)
                                                            as unjudged_sessions,
    count(*) filter (where is_connected)                    as connected_requests,
    count(*) filter (where is_request)                      as requests,
    -- Always nothing: a request that nobody answered is a known no.
    count(*) filter (where is_request and is_connected is null)
                                                            as unknown_requests
from judged_session
group by all
