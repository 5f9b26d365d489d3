/*---
id: consumer_protection.complaints_received
code: CP-01
title: {en: Complaints received, zh: 投诉受理量}
definition:
  en: >-
    Complaints received in the period, by the day of receipt, each complaint number once. Withdrawn
    complaints and complaints that repeat an earlier one were received and count; repeats are shown
    apart in the indicator of repeat and escalated complaints. All sources count: own intake,
    forwarded by the regulator, mediation and public platforms.
  zh: >-
    按收到日归期的期内投诉件数，每个投诉编号计一次。撤回的投诉和重复投诉均已受理，计入本数，重复投诉另见“重复及升级投诉率”。
    各渠道均计：自有渠道、监管转送、调解组织、公共平台。
reading:
  en: >-
    A count without a denominator: it grows with the customers. Fewer complaints can also mean that
    complaining became harder; forwarded and public-platform complaints are the cross-check.
  zh: 未除以客户数，随业务规模增长。投诉减少也可能是投诉渠道不畅，可与监管转送和公共平台投诉对照。
version: 1
direction: lower_is_better
serves: [complaints]
unit: count
measures:
  - {name: received, kind: count, numerator: received}
breakdowns: [topic, product, province, source]
frameworks: ["IRIS:PI2197@5.3c", "SASB:FN-CF-270a.4@2023-12", "HKEX:B6.2@2025-01", "CN-TOPICS:products-and-services@2024-05"]
needs: {complaint: [received_at]}
moves: {complaint: 1, borrower: 0}
---*/
select
    period,
    count(*)                                                as received
from complaint_received
group by all
