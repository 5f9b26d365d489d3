/*---
id: esg.operational_emissions
code: ESG-01
title: {en: Scope 1 and scope 2 emissions, zh: 范围一、范围二温室气体排放}
definition:
  en: >-
    Stated operational emissions in tonnes of CO2 equivalent: scope 1 (metric scope1_tco2e) and scope 2
    (scope2_tco2e), by the method the lender states. A figure stands in the period it is stated for. A
    half or a year without its own figure is the sum of its quarters, only when all of them are stated;
    a longer figure is never divided.
  zh: >-
    机构填报的运营排放（吨二氧化碳当量）：范围一（指标 scope1_tco2e）与范围二（scope2_tco2e），方法以填报为准。数据归入其所填期间；
    半年或全年无自身数据时取各季度之和，且须各季度齐备；较长期间的数据不向下分摊。
reading:
  en: Stated, not computed. The evidence named with the figure says what stands behind it.
  zh: 为填报数，非计算所得，依据以所附证明为准。
version: 1
direction: lower_is_better
serves: [climate]
unit: tco2e
measures:
  - name: scope_1
    title: {en: Scope 1 emissions, zh: 范围一排放}
    kind: index
    numerator: scope_1
  - name: scope_2
    title: {en: Scope 2 emissions, zh: 范围二排放}
    kind: index
    numerator: scope_2
frameworks:
  - "GRI:305-1"
  - "GRI:305-2"
  - "IFRS-S2:29(a)@2023-06"
  - "IRIS:OI4112@5.3c"
  - "IRIS:OI9604@5.3c"
  - "CN-TOPICS:climate@2024-05"
disclosure: stated
needs: {esg_fact: [value]}
---*/
select
    period,
    max(flow) filter (where metric = 'scope1_tco2e')        as scope_1,
    max(flow) filter (where metric = 'scope2_tco2e')        as scope_2
from stated_fact
where metric in ('scope1_tco2e', 'scope2_tco2e')
group by all
