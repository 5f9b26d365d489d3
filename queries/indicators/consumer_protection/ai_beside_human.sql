/*---
id: consumer_protection.ai_beside_human
code: CP-23
title: {en: AI service beside human service, zh: 智能客服与人工服务对比}
definition:
  en: >-
    Sessions begun in the period, to be read by who served: bot, human, handed over. Resolution
    rate: sessions recorded as resolved, of those recorded either way; sessions nobody asked about
    are unknown, not unresolved. First response: median and 90th percentile of the seconds to the
    first answer, over sessions that record them. Satisfaction: answers of 4 or 5 on the scale of 1
    to 5, of all answers; sessions without an answer are unknown. Response rate: sessions with an
    answer, of all sessions.
  zh: >-
    期内开始的会话，按服务方（机器人、人工、转人工）对比。解决率=记录为已解决/解决与否有记录的会话，未询问的列为未知，不视为未解决。
    首次响应时间取有记录会话的秒数中位数和90分位数。满意度=评分4至5分/全部评分（1至5分），未评分的列为未知。
    评价率=有评分的会话/全部会话。
reading:
  en: >-
    The groups are not alike: hard matters go to humans, and a handed-over session has already failed
    once. Satisfaction speaks of those who answer: with a low response rate it carries little.
  zh: 三组并不可比：疑难问题多归人工，转人工会话已失败过一次。满意度只代表参评客户，评价率低时参考意义有限。
version: 1
direction: context
serves: [technology, conduct]
unit: share
measures:
  - name: resolution_rate
    title: {en: Resolution rate, zh: 解决率}
    kind: share
    direction: higher_is_better
    numerator: resolved_sessions
    denominator: asked_sessions
    missing: unasked_sessions
    cluster: cluster_id
  - name: median_response
    title: {en: Median time to first response, zh: 首次响应时间中位数}
    kind: quantile
    unit: second
    direction: lower_is_better
    numerator: median_response_s
    n: timed_sessions
    quantile: 0.5
  - name: p90_response
    title: {en: 90th percentile of time to first response, zh: 首次响应时间90分位数}
    kind: quantile
    unit: second
    direction: lower_is_better
    numerator: p90_response_s
    n: timed_sessions
    quantile: 0.9
  - name: satisfied_share
    title: {en: Satisfied answers (4 or 5 of 5), zh: 满意度（4至5分）}
    kind: share
    direction: higher_is_better
    numerator: satisfied_answers
    denominator: answers
    missing: unanswered_sessions
    cluster: cluster_id
  - name: response_rate
    title: {en: Response rate of the satisfaction question, zh: 满意度评价率}
    kind: share
    numerator: answers
    denominator: sessions
    missing: unknown_sessions
    cluster: cluster_id
breakdowns: [served_by, age_band, income_quintile, new_citizen, topic, province, area, gender]
frameworks: ["CN-TOPICS:technology-ethics@2024-05", "NFRA:service@2025-09"]
needs: {service_contact: [served_by]}
---*/
with session as (
    select
        service_session.*,
        -- A session without customer moves alone.
        coalesce(service_session.borrower_id, service_session.contact_id)
                                                            as cluster_id
    from service_session
)

select
    period,
    count(*)                                                as sessions,
    -- Always nothing: whether someone answered is known of every session.
    count(*) filter (where contact_id is null)              as unknown_sessions,
    count(*) filter (where was_resolved)                    as resolved_sessions,
    count(was_resolved)                                     as asked_sessions,
    count(*) filter (where was_resolved is null)            as unasked_sessions,
    quantile_cont(first_response_s, 0.5)                    as median_response_s,
    quantile_cont(first_response_s, 0.9)                    as p90_response_s,
    count(first_response_s)                                 as timed_sessions,
    count(*) filter (where satisfaction >= 4)               as satisfied_answers,
    count(satisfaction)                                     as answers,
    count(*) filter (where satisfaction is null)            as unanswered_sessions
from session
group by all
