/*---
id: consumer_protection.data_breaches
code: CP-13
title: {en: Data breaches and customers affected, zh: 数据泄露事件与受影响客户}
definition:
  en: >-
    Data breaches, those of them that involve personal data, and customers affected, as stated for
    the period (data_breaches, data_breaches_personal, data_breach_customers). A half or a year
    without a figure of its own is the sum of its quarters when all are stated. A stated 0 is zero;
    no statement is no data.
  zh: >-
    填报的期内数据泄露事件数、其中涉及个人信息的事件数、受影响客户数(data_breaches、data_breaches_personal、
    data_breach_customers)。半年、全年无单独填报的，各季度齐全时取季度之和。填报为0即为零，未填报即无数据。
reading:
  en: Stated figures; nothing here recomputes them. One person may be affected more than once.
  zh: 填报数据，未经重算；同一客户可能受多次影响。
version: 1
direction: lower_is_better
serves: [privacy]
unit: count
measures:
  - name: breaches
    title: {en: "Data breaches", zh: "数据泄露事件"}
    kind: count
    numerator: breaches
  - name: personal_breaches
    title: {en: Breaches of personal data, zh: 涉及个人信息的泄露事件}
    kind: count
    numerator: personal_breaches
  - name: customers_affected
    title: {en: Customers affected, zh: 受影响客户数}
    kind: count
    unit: person
    numerator: customers_affected
breakdowns: []
frameworks: ["SASB:FN-CF-230a.1@2023-12", "GRI:418-1", "HKEX:B6.5@2025-01", "CN-TOPICS:data-and-privacy@2024-05", "NFRA:privacy@2025-09", "SASB:FN-CB-230a.1@2023-12"]
disclosure: stated
needs: {esg_fact: [value]}
---*/
select
    period,
    sum(flow) filter (where metric = 'data_breaches')       as breaches,
    sum(flow) filter (where metric = 'data_breaches_personal')
                                                            as personal_breaches,
    sum(flow) filter (where metric = 'data_breach_customers')
                                                            as customers_affected
from stated_fact
where metric in ('data_breaches', 'data_breaches_personal', 'data_breach_customers')
group by all
