/*---
id: consumer_protection.collection_complaint_share
code: CP-08
title: {en: Collection-related complaint share, zh: 催收类投诉占比}
definition:
  en: >-
    Complaints received in the period whose topic is collection, of those received in it with a
    known topic. Complaints without a topic are unknown.
  zh: 期内收到的投诉中，事项为催收（collection）的占事项已知投诉的比例；事项为空的列为未知。
reading:
  en: >-
    The topic is the one recorded. A source that keeps its own words for topics, and does not map
    them to collection, shows a share of 0 that means nothing.
  zh: 以记录的投诉事项为准。来源使用自有分类而未映射为collection的，所示0%没有含义。
version: 1
direction: lower_is_better
serves: [conduct, complaints]
unit: share
measures:
  - {name: share, kind: share, numerator: collection_complaints, denominator: topic_known, missing: topic_unknown}
breakdowns: [province, product, source]
needs: {complaint: [received_at, topic]}
moves: {complaint: 1, borrower: 0}
---*/
select
    period,
    count(*) filter (where topic = 'collection')            as collection_complaints,
    count(topic)                                            as topic_known,
    count(*) filter (where topic is null)                   as topic_unknown
from complaint_received
group by all
