/*---
id: consumer_protection.upheld_and_relief
code: CP-05
title: {en: "Upheld, relieved and disputed complaints", zh: 投诉成立率与补偿率}
definition:
  en: >-
    Of the complaints closed in the period (decided, else informed): the share found in the
    customer's favour, the share closed with monetary or non-monetary relief, and the share whose
    answer the customer disputes. Each share is of the complaints for which that fact is recorded;
    blanks are unknown, not no. Relief is its recorded kind, or an amount above zero; no amount and
    no kind leave it unknown. Withdrawn complaints are left out. Where a source keeps no closing day
    at all, its complaints stand in the period of receipt, and open ones among them are unknown.
  zh: >-
    期内办结（决定日，无则告知日）的投诉中：认定成立的占比、给予货币或非货币补偿的占比、客户对处理结果有异议的占比。
    各占比均以该项有记录的投诉为分母，空白列为未知，不视为否。补偿以记录的补偿方式或大于零的金额为准，两者皆空列为未知。
    撤回的投诉不计。来源完全不记录办结日的，按收到日归期，其中未办结的列为未知。
reading:
  en: >-
    Neither direction is better by itself: a low upheld share can mean sound practice or a deaf ear.
    Disputed answers beside few upheld ones point to the latter.
  zh: 高低本身无优劣：成立率低既可能因为经营规范，也可能因为处理偏袒；若同时异议率高，则多为后者。
version: 1
direction: context
serves: [complaints]
unit: share
measures:
  - name: upheld_share
    title: {en: Complaints upheld, zh: 投诉成立率}
    kind: share
    numerator: upheld
    denominator: upheld_known
    missing: upheld_unknown
  - name: relief_share
    title: {en: Complaints closed with relief, zh: 投诉补偿率}
    kind: share
    numerator: relieved
    denominator: relief_known
    missing: relief_unknown
  - name: disputed_share
    title: {en: Answers disputed by the customer, zh: 处理结果异议率}
    kind: share
    direction: lower_is_better
    numerator: disputed
    denominator: disputed_known
    missing: disputed_unknown
breakdowns: [province, product, topic, source]
frameworks: ["SASB:FN-CF-270a.4@2023-12", "NFRA:disputes@2025-09"]
needs: {complaint: [received_at]}
---*/
select
    period,
    count(*) filter (where is_upheld)                       as upheld,
    count(is_upheld)                                        as upheld_known,
    count(*) filter (where is_upheld is null)               as upheld_unknown,
    count(*) filter (where has_relief)                      as relieved,
    count(has_relief)                                       as relief_known,
    count(*) filter (where has_relief is null)              as relief_unknown,
    count(*) filter (where is_disputed)                     as disputed,
    count(is_disputed)                                      as disputed_known,
    count(*) filter (where is_disputed is null)             as disputed_unknown
from complaint_closed
group by all
