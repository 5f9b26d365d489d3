/*---
id: esg.integrity_incidents
code: ESG-08
title: {en: Confirmed corruption and significant non-compliance, zh: 腐败与重大违规事件}
definition:
  en: >-
    Confirmed incidents of corruption (corruption_incidents), significant instances of
    non-compliance with laws and regulations (noncompliance_incidents) and the fines paid for them
    (noncompliance_fines_cny), as stated for the period. What is significant is the lender's own
    standard, which belongs beside the number. A half or a year without a figure of its own is the sum
    of its quarters when all are stated. A stated 0 is zero; no statement is no data.
  zh: >-
    填报的期内经确认的腐败事件（corruption_incidents）、重大违反法律法规事件（noncompliance_incidents）及所缴罚款
    （noncompliance_fines_cny）。“重大”的标准由机构自定，应与数字一并披露。半年、全年无单独填报的，各季度齐全时取季度之和。
    填报为0即为零，未填报即无数据。
reading:
  en: None stated is not none found out; a whistle-blowing channel that is used is the cross-check.
  zh: 填报为零不等于不存在，可与举报渠道的使用情况对照。
version: 1
direction: lower_is_better
serves: [integrity]
unit: count
measures:
  - name: corruption
    title: {en: Confirmed incidents of corruption, zh: 经确认的腐败事件}
    kind: count
    numerator: corruption
  - name: noncompliance
    title: {en: Significant instances of non-compliance, zh: 重大违规事件}
    kind: count
    numerator: noncompliance
  - name: fines
    title: {en: Fines for non-compliance, zh: 违规罚款}
    kind: index
    unit: money
    numerator: fines
breakdowns: []
frameworks: ["GRI:205-3", "GRI:2-27"]
disclosure: stated
needs: {esg_fact: [value]}
---*/
select
    period,
    sum(flow) filter (where metric = 'corruption_incidents')
                                                            as corruption,
    sum(flow) filter (where metric = 'noncompliance_incidents')
                                                            as noncompliance,
    sum(flow) filter (where metric = 'noncompliance_fines_cny')
                                                            as fines
from stated_fact
where metric in (
    'corruption_incidents', 'noncompliance_incidents', 'noncompliance_fines_cny'
)
group by all
