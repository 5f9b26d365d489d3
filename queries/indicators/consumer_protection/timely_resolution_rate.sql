/*---
id: consumer_protection.timely_resolution_rate
code: CP-04
title: {en: Complaints answered within the regulatory limit, zh: 监管时限内办结率}
definition:
  en: >-
    Complaints whose complainant was informed on or before the last day of the time limit, of the
    complaints whose limit falls in the period. The limit counts calendar days, the day after
    receipt being day 1: 15 days for simple complaints, 30 for complex ones, 60 for very complex
    ones whose extension was approved (30 without approval), by the rules in force on the day of
    receipt. A complaint of unknown complexity has the shortest limit: a longer one must be on
    record. Deciding without informing is not enough. A complaint still unanswered when its limit
    has passed is late. Complaints withdrawn on or before their limit are left out; limits after the
    day the data stand at are not yet judged. Where a source keeps no day of an answer but only its
    own verdict, that verdict counts in the period of receipt. Complaints from before the rules, and
    blank verdicts, are unknown.
  zh: >-
    时限落在本期的投诉中，在时限最后一日（含）前告知投诉人处理结果的占比。时限按自然日计，收到次日为第1日：简单15日，
    复杂30日，特别复杂且延期经批准60日（未经批准30日），适用收到日有效的规定。复杂程度不详的按最短时限，适用较长时限须有记录。
    仅作出决定而未告知的不算办结。时限已过仍未告知的计为超时。时限内撤回的投诉不计；时限晚于数据日的暂不判断。
    来源不记录告知日、仅有其自身是否及时结论的，按该结论计入收到期。规定施行前收到的投诉及空白结论列为未知。
reading:
  en: >-
    In time is not resolved: read it beside upheld and relief. A verdict of the source and our own
    clock are two yardsticks; do not compare workspaces that use different ones.
  zh: 按时不等于解决，应与投诉成立率、补偿率并读。来源自身结论与本系统计时是两种口径，不宜相互比较。
version: 1
direction: higher_is_better
serves: [complaints]
unit: share
measures:
  - {name: share, kind: share, numerator: in_time, denominator: judged, missing: unknown}
breakdowns: [province, product, topic, source]
frameworks: ["HKEX:B6.2@2025-01", "NFRA:disputes@2025-09", "PBOC:quality@2016"]
needs: {complaint: [received_at]}
rules: [cn_complaint_clocks.simple_days, cn_complaint_clocks.complex_days, cn_complaint_clocks.very_complex_days]
---*/
select
    period,
    count(*) filter (where is_in_time)                      as in_time,
    count(is_in_time)                                       as judged,
    count(*) filter (where is_in_time is null)              as unknown
from complaint_limit
group by all
