/*---
id: consumer_protection.repeat_and_escalated
code: CP-07
title: {en: Repeat and regulator-escalated complaints, zh: 重复及升级投诉率}
definition:
  en: >-
    Of the complaints received in the period: the share that repeats an earlier one, and the share
    that came through the regulator. A complaint repeats when the record names the complaint it
    repeats, or when the same customer complained on the same topic in the 30 days before. Where
    neither is recorded and customer or topic is blank, it is unknown. Escalated is the source
    forwarded by the regulator; mediation and public platforms are not; a blank source is unknown.
  zh: >-
    期内收到的投诉中，重复投诉的占比和经监管转送的占比。记录注明所重复投诉编号的，或同一客户此前30天内就同一事项投诉过的，
    计为重复；无编号且客户或事项为空的列为未知。升级投诉指监管转送，不含调解组织和公共平台；来源为空的列为未知。
reading:
  en: >-
    Topics are broad: two matters of one customer under one topic look like a repeat. A source that
    holds forwarded complaints alone shows a share of 1, which says nothing.
  zh: 投诉事项分类较粗，同一客户同类的两件事会被视为重复。仅含监管转送投诉的来源，升级率恒为100%，没有含义。
version: 1
direction: lower_is_better
serves: [complaints]
unit: share
measures:
  - name: repeat_share
    title: {en: Repeat complaints, zh: 重复投诉率}
    kind: share
    numerator: repeated
    denominator: repeat_known
    missing: repeat_unknown
  - name: escalated_share
    title: {en: Complaints forwarded by the regulator, zh: 监管转送投诉占比}
    kind: share
    numerator: escalated
    denominator: source_known
    missing: source_unknown
breakdowns: [province, product, topic, source]
frameworks: ["IRIS:OI2165@5.3c", "NFRA:disputes@2025-09"]
needs: {complaint: [received_at]}
rules: [complaint_repeat.days]
---*/
with followed_complaint as (
    select
        complaint_received.*,
        -- Rows without customer or topic share a partition: the case below skips them.
        lag(cast(complaint_received.received_at as date)) over (
            partition by complaint_received.borrower_id, complaint_received.topic
            order by complaint_received.received_at, complaint_received.complaint_id
        )                                                   as earlier_date
    from complaint_received
),

judged_complaint as (
    select
        followed_complaint.*,
        case
            when followed_complaint.repeats is not null then true
            when followed_complaint.borrower_id is null then null
            when followed_complaint.topic is null then null
            else coalesce(
                followed_complaint.earlier_date + cast(repeat_days.value as integer)
                    >= cast(followed_complaint.received_at as date),
                false
            )
        end                                                 as is_repeat
    from followed_complaint
    left join rule_value as repeat_days
        on repeat_days.rule = 'complaint_repeat.days'
        and cast(followed_complaint.received_at as date)
            between repeat_days.valid_from and repeat_days.valid_to
)

select
    period,
    count(*) filter (where is_repeat)                       as repeated,
    count(is_repeat)                                        as repeat_known,
    count(*) filter (where is_repeat is null)               as repeat_unknown,
    count(*) filter (where source = 'regulator_forwarded')  as escalated,
    count(source)                                           as source_known,
    count(*) filter (where source is null)                  as source_unknown
from judged_complaint
group by all
