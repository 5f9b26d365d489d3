/*---
id: consumer_protection.marketing_noncompliance
code: CP-12
title: {en: Marketing and information non-compliance, zh: 营销宣传违规事件}
definition:
  en: >-
    Incidents of non-compliance with rules on product information and on marketing, as stated for the
    period, and by what they led to: a fine (marketing_incidents_fine), a warning
    (marketing_incidents_warning), or a breach of a voluntary code found by the lender itself
    (marketing_incidents_code). The total is the stated one (marketing_incidents); where none is
    stated, it is the sum of the three kinds, only when all three are. An incident counts once, under
    its gravest consequence. A half or a year without a figure of its own is the sum of its quarters
    when all are stated. A stated 0 is zero; no statement is no data.
  zh: >-
    填报的期内产品信息与营销宣传违规事件数，并按后果区分：罚款（marketing_incidents_fine）、警告
    （marketing_incidents_warning）、机构自查发现的违反自律规范（marketing_incidents_code）。合计以填报的总数（marketing_incidents）为准；
    未填报总数的，三类齐全时取三类之和。一起事件只按最重后果计一次。半年、全年无单独填报的，各季度齐全时取季度之和。
    填报为0即为零，未填报即无数据。
reading:
  en: >-
    Stated figures; nothing here recomputes them. Where total and kinds do not add up, the difference
    is incidents whose consequence is not stated.
  zh: 填报数据，未经重算。合计与三类之和不一致的，差额为未填报后果的事件。
version: 1
direction: lower_is_better
serves: [conduct, integrity]
unit: count
measures:
  - name: incidents
    title: {en: Incidents of non-compliance, zh: 违规事件}
    kind: count
    numerator: incidents
  - name: fined
    title: {en: Incidents with a fine, zh: 被罚款的事件}
    kind: count
    numerator: fined
  - name: warned
    title: {en: Incidents with a warning, zh: 被警告的事件}
    kind: count
    numerator: warned
  - name: against_code
    title: {en: Breaches of a voluntary code, zh: 违反自律规范的事件}
    kind: count
    numerator: against_code
breakdowns: []
frameworks: ["GRI:417-2", "GRI:417-3", "NFRA:marketing@2025-09"]
disclosure: stated
needs: {esg_fact: [value]}
---*/
with marketing as (
    select
        stated_fact.period,
        sum(stated_fact.flow) filter (where stated_fact.metric = 'marketing_incidents')
                                                            as stated_incidents,
        sum(stated_fact.flow) filter (where stated_fact.metric = 'marketing_incidents_fine')
                                                            as fined,
        sum(stated_fact.flow) filter (where stated_fact.metric = 'marketing_incidents_warning')
                                                            as warned,
        sum(stated_fact.flow) filter (where stated_fact.metric = 'marketing_incidents_code')
                                                            as against_code
    from stated_fact
    where stated_fact.metric in (
        'marketing_incidents',
        'marketing_incidents_fine',
        'marketing_incidents_warning',
        'marketing_incidents_code'
    )
    group by stated_fact.period
)

select
    period,
    -- A kind that is not stated leaves the sum unknown: null + 1 is null.
    max(coalesce(stated_incidents, fined + warned + against_code))
                                                            as incidents,
    max(fined)                                              as fined,
    max(warned)                                             as warned,
    max(against_code)                                       as against_code
from marketing
group by all
