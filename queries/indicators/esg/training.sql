/*---
id: esg.training
code: ESG-07
title: {en: Training hours and consumer-protection training, zh: 人均培训时长与消保培训覆盖率}
definition:
  en: >-
    Stated training hours of the period (metric training_hours) over employees at its end (headcount);
    and staff trained in consumer protection (consumer_protection_trained) over the staff whose work
    calls for it (consumer_protection_relevant_staff). A half or a year without its own figures sums
    the hours of its quarters and takes the staff numbers of the last one, only when all its quarters
    are stated.
  zh: >-
    期内填报的培训时长（training_hours）除以期末员工数（headcount）；接受消费者权益保护培训的人数（consumer_protection_trained）占相关岗位人数
    （consumer_protection_relevant_staff）的比例。半年或全年无自身数据时，时长取各季度之和、人数取最后一个季度，且须各季度齐备。
reading:
  en: Hours count attendance, not learning; coverage counts persons once, whatever the course.
  zh: 时长反映参训，不反映成效；覆盖率按人计，不论课程多少。
version: 1
direction: higher_is_better
serves: [people]
unit: hour
measures:
  - name: hours_per_employee
    title: {en: Training hours per employee, zh: 人均培训时长}
    kind: ratio
    numerator: training_hours
    denominator: headcount
    n: headcount
  - name: consumer_protection_coverage
    title: {en: Consumer-protection training coverage, zh: 消保培训覆盖率}
    kind: ratio
    unit: share
    numerator: consumer_protection_trained
    denominator: consumer_protection_relevant_staff
    n: consumer_protection_relevant_staff
frameworks: ["GRI:404-1", "UNEPFI-PRB:B.1.2@2022-09", "HKEX:B3.2@2025-01", "CN-TOPICS:employees@2024-05", "IRIS:OI7877@5.3c"]
disclosure: stated
needs: {esg_fact: [value]}
---*/
select
    period,
    max(flow) filter (where metric = 'training_hours')      as training_hours,
    max(stock) filter (where metric = 'headcount')          as headcount,
    max(stock) filter (where metric = 'consumer_protection_trained')
                                                            as consumer_protection_trained,
    max(stock) filter (where metric = 'consumer_protection_relevant_staff')
                                                            as consumer_protection_relevant_staff
from stated_fact
where metric in (
    'training_hours',
    'headcount',
    'consumer_protection_trained',
    'consumer_protection_relevant_staff'
)
group by all
