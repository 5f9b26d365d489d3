/*---
id: consumer_protection.collection_compliance
code: CP-09
title: {en: Collection contact compliance, zh: 催收合规率}
definition:
  en: >-
    Collection contacts of the period that keep every rule of GB/T 45251-2025 which speaks of them,
    of the contacts that can be judged, by the values in force on their day. Hours: none from 22:00
    to 08:00 by the institution's clock unless the debtor had agreed. Calls: of the calls, machine
    calls included, that reached the debtor, at most three a day across all loans; the fourth and
    each later one is the breach, the first three are not. Third persons: only a contact, and only
    when the debtor could not be reached. Refusal: nobody but the debtor is contacted again after
    refusing. A contact is unknown when no rule is broken and one cannot be judged: agreement,
    outcome, person or refusal not recorded, midnight sharp as a day without its time, or a day
    before the standard. Each kind of breach is of the contacts its rule speaks of. The script is no
    rule of the standard but of the lender, and only recordings listened to tell whether it was held
    to: its share is of those. Rules and script: of the recordings listened to whose conduct can be
    judged, those that keep both.
  zh: >-
    期内催收联系中，遵守GB/T 45251-2025各项适用要求者占可判断联系的比例，按联系当日有效的数值判断。时段：除与债务人另有约定外，22:00至次日8:00不得催收（以机构所在时区为准）。
    频次：当日对同一债务人接通的语音催收（含智能语音，跨贷款合并）不超过3次，第4次及以后各次为违反，前3次不算。对象：仅在债务人失联时可联系其联系人。
    拒绝：债务人以外的人拒绝后不得再次联系。无一项违反而有一项无法判断的（约定、接通、对象或拒绝未记录，零点整疑似无时刻，或标准实施之前）列为未知。
    各类违反率的分母为该项要求所适用的联系。话术系机构自身要求，且仅抽检录音可知，其占比以抽检者为分母。“各项要求及话术”指两者均遵守者，占已抽检且行为可判断者的比例。
reading:
  en: >-
    A recommended standard, so a breach is no offence by itself. Much that is unknown hides breaches:
    read the missing share first. Compare agencies by breach, and only for contacts of one kind.
  zh: 该标准为推荐性标准，不符合不等于违法。未知占比高会掩盖违反情况，应先看缺失占比。比较机构时应分项、并在同类联系之间比较。
version: 1
direction: higher_is_better
serves: [conduct]
unit: share
measures:
  - {name: share, kind: share, numerator: kept, denominator: judged, missing: unknown, cluster: cluster_id}
  - name: hours_breached
    title: {en: In quiet hours, zh: 禁止时段催收占比}
    kind: share
    direction: lower_is_better
    numerator: hours_broken
    denominator: hours_judged
    missing: hours_unknown
    cluster: cluster_id
  - name: calls_breached
    title: {en: Beyond three effective calls a day, zh: 超频次语音催收占比}
    kind: share
    direction: lower_is_better
    numerator: calls_broken
    denominator: calls_judged
    missing: calls_unknown
    cluster: cluster_id
  - name: third_persons_breached
    title: {en: To persons who may not be contacted, zh: 不当联系第三人占比}
    kind: share
    direction: lower_is_better
    numerator: audience_broken
    denominator: audience_judged
    missing: audience_unknown
    cluster: cluster_id
  - name: refusals_breached
    title: {en: Third persons contacted after refusing, zh: 拒绝后再次联系占比}
    kind: share
    direction: lower_is_better
    numerator: refusal_broken
    denominator: refusal_judged
    missing: refusal_unknown
    cluster: cluster_id
  - name: script_passed
    title: {en: Script held to, zh: 话术质检合格率}
    kind: share
    numerator: script_kept
    denominator: script_judged
    missing: script_unknown
    cluster: cluster_id
  - name: all_kept
    title: {en: Rules and script both kept, zh: 各项要求及话术均遵守占比}
    kind: share
    numerator: all_kept
    denominator: all_judged
    missing: all_unknown
    cluster: cluster_id
  - {name: breaches, kind: count, unit: count, direction: lower_is_better, numerator: broken, title: {en: Contacts against the standard, zh: 不符合标准的联系次数}}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, agency]
needs: {collection_contact: [occurred_at, target]}
rules:
  - cn_collection_conduct.quiet_from_hour
  - cn_collection_conduct.quiet_until_hour
  - cn_collection_conduct.daily_calls
  - cn_collection_conduct.contacts_if_unreachable
  - cn_collection_conduct.stop_on_refusal
---*/
with contact_in_period as (
    select
        collection_judged.*,
        coalesce(collection_judged.borrower_id, collection_judged.contact_id)
                                                            as cluster_id,
        coalesce(collection_judged.channel in ('voice', 'ai_voice'), true)
            and coalesce(collection_judged.was_effective, true)
                                                            as may_have_script,
        -- Before the standard there is no conduct to judge, which is unknown as well.
        coalesce(collection_judged.conduct, 'unknown')      as conduct_known,
        calendar_day.period,
        borrower_period.province,
        borrower_period.area,
        borrower_period.gender,
        borrower_period.age_band,
        borrower_period.income_quintile,
        borrower_period.new_citizen
    from collection_judged
    join calendar_day
        on calendar_day.day = collection_judged.contact_date
    left join borrower_period
        on borrower_period.borrower_id = collection_judged.borrower_id
        and borrower_period.period = calendar_day.period
)

select
    period,
    count(*) filter (where conduct_known = 'kept')          as kept,
    count(*) filter (where conduct_known = 'broken')        as broken,
    count(*) filter (where conduct_known <> 'unknown')      as judged,
    count(*) filter (where conduct_known = 'unknown')       as unknown,
    count(*) filter (where hours = 'broken')                as hours_broken,
    count(*) filter (where hours in ('kept', 'broken'))     as hours_judged,
    count(*) filter (where hours = 'unknown')               as hours_unknown,
    count(*) filter (where frequency = 'broken')            as calls_broken,
    count(*) filter (where frequency in ('kept', 'broken')) as calls_judged,
    count(*) filter (where frequency = 'unknown')           as calls_unknown,
    count(*) filter (where audience = 'broken')             as audience_broken,
    count(*) filter (where audience in ('kept', 'broken'))  as audience_judged,
    count(*) filter (where audience = 'unknown')            as audience_unknown,
    count(*) filter (where refusal = 'broken')              as refusal_broken,
    count(*) filter (where refusal in ('kept', 'broken'))   as refusal_judged,
    count(*) filter (where refusal = 'unknown')             as refusal_unknown,
    count(*) filter (where script_passed)                   as script_kept,
    count(script_passed)                                    as script_judged,
    count(*) filter (where script_passed is null and may_have_script)
                                                            as script_unknown,
    count(*) filter (where script_passed and conduct_known = 'kept')
                                                            as all_kept,
    count(*) filter (where script_passed is not null and conduct_known <> 'unknown')
                                                            as all_judged,
    count(*) filter (
        where may_have_script and (script_passed is null or conduct_known = 'unknown')
    )                                                       as all_unknown
from contact_in_period
group by all
