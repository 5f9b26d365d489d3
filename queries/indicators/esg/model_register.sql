/*---
id: esg.model_register
code: ESG-10
title: {en: "Technology ethics: model register", zh: 科技伦理与模型登记}
definition:
  en: >-
    Credit and service models in use at the period's end (models_in_use), and of them those with a
    fairness test in the last 12 months (models_fairness_tested) and those whose decisions a person
    can review (models_human_review), as stated. A half or a year without its own figures takes its
    last quarter, only when all its quarters are stated.
  zh: >-
    填报的期末在用信贷与服务模型数（models_in_use）、其中近12个月内完成公平性测试的占比（models_fairness_tested）及设有人工复核途径的占比
    （models_human_review）。半年或全年无自身数据时取其最后一个季度，且须各季度齐备。
reading:
  en: A test is counted, not its outcome; a register that leaves models out looks better than it is.
  zh: 仅统计是否测试，不反映测试结论；登记不全会使占比虚高。
version: 1
direction: higher_is_better
serves: [technology]
unit: share
measures:
  - name: fairness_tested
    title: {en: Models with a fairness test, zh: 完成公平性测试的模型占比}
    kind: ratio
    numerator: fairness_tested
    denominator: models_in_use
    n: models_in_use
  - name: human_review
    title: {en: Models with human review, zh: 设有人工复核途径的模型占比}
    kind: ratio
    numerator: human_review
    denominator: models_in_use
    n: models_in_use
  - name: models
    title: {en: Models in use, zh: 在用模型数}
    kind: index
    unit: count
    direction: context
    numerator: models_in_use
breakdowns: []
frameworks: ["CN-TOPICS:technology-ethics@2024-05"]
disclosure: stated
needs: {esg_fact: [value]}
---*/
select
    period,
    max(stock) filter (where metric = 'models_in_use')      as models_in_use,
    max(stock) filter (where metric = 'models_fairness_tested')
                                                            as fairness_tested,
    max(stock) filter (where metric = 'models_human_review')
                                                            as human_review
from stated_fact
where metric in ('models_in_use', 'models_fairness_tested', 'models_human_review')
group by all
