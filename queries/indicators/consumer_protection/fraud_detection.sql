/*---
id: consumer_protection.fraud_detection
code: CP-17
title: {en: "Fraud detection: recall, precision, false positives", zh: 反欺诈召回率、精确率与误报比}
definition:
  en: >-
    Over all types of fraud, of inspected events with a known finding, each with its inspection weight
    (one that stands for how many; 1 where a flagged or reported event has none; a random draw without
    a weight is not used). Recall: fraud flagged, of all fraud. Precision: fraud, of what was
    flagged. False positives for every true one. Recall is given for the types whose unflagged
    events are drawn at random in the period and whose draw found some fraud; known fraud of the other
    types is its missing part. Prevalence, fraud among all events, for the types with a random draw.
    An event nobody inspected is unknown, never a negative. No fraud flagged is no ratio.
  zh: >-
    全部欺诈类型合并，以已核查且结论已知的事件按核查权重计算（一件代表多少件；命中或举报事件无权重的按1计，随机抽查无权重的不用）。
    召回率=欺诈中被命中的占比；精确率=命中事件中的欺诈占比；误报比=误报件数/命中的欺诈件数。
    召回率仅含当期对未命中事件作随机抽查且抽中欺诈的类型，其余类型的已知欺诈列为未知部分。发生率=全部事件中的欺诈占比，含有随机抽查的类型。
    未核查的事件列为未知，绝不视为非欺诈；未命中任何欺诈的，不列示误报比。
reading:
  en: >-
    Read the three together, with the prevalence: the rarer fraud is, the more false alarms a rule of
    the same quality raises. Accuracy is left out on purpose. The mix of types moves the whole: the
    indicator by type shows which.
  zh: 三者须与发生率并读：欺诈越稀少，同等质量的规则误报越多。准确率有意不列。类型构成变化会影响总体，分类型情况见分类型欺诈识别效果。
version: 1
direction: higher_is_better
serves: [fraud, technology]
unit: share
measures:
  - name: recall
    title: {en: Recall, zh: 召回率}
    kind: weighted_share
    numerator: fraud_found
    denominator: recallable_fraud
    missing: unrecallable_fraud
    n: recallable_inspections
    numerator_n: fraud_found_inspections
    cluster: occurred_date
  - name: precision
    title: {en: Precision, zh: 精确率}
    kind: weighted_share
    numerator: true_positives
    denominator: flagged_known
    missing: flagged_unknown
    n: flagged_inspections
    numerator_n: true_positive_inspections
    cluster: occurred_date
  - name: false_positive_ratio
    title: {en: False positives for each fraud flagged, zh: 误报比}
    kind: ratio
    unit: ratio
    direction: lower_is_better
    numerator: false_positives
    denominator: true_positives
    n: flagged_inspections
    numerator_n: false_positive_inspections
    cluster: occurred_date
    at_least: 0
  - name: prevalence
    title: {en: Prevalence of fraud, zh: 欺诈发生率}
    kind: weighted_share
    direction: context
    numerator: fraud
    denominator: seen_events
    missing: unseen_events
    n: seen_inspections
    numerator_n: fraud_inspections
    cluster: occurred_date
breakdowns: []
needs: {fraud_alert: [flagged, inspected, is_fraud]}
---*/
select
    period,
    coalesce(sum(weight) filter (where is_found), 0)        as true_positives,
    coalesce(sum(weight) filter (where is_false_alarm), 0)  as false_positives,
    coalesce(sum(weight) filter (where is_found or is_false_alarm), 0)
                                                            as flagged_known,
    count(*) filter (where flagged and outcome is null)     as flagged_unknown,
    coalesce(sum(weight) filter (where is_recallable and is_found), 0)
                                                            as fraud_found,
    coalesce(sum(weight) filter (where is_recallable and is_known_fraud), 0)
                                                            as recallable_fraud,
    coalesce(sum(weight) filter (where not is_recallable and is_known_fraud), 0)
                                                            as unrecallable_fraud,
    coalesce(sum(weight) filter (where is_seen and is_known_fraud), 0)
                                                            as fraud,
    coalesce(sum(weight) filter (where is_seen), 0)         as seen_events,
    count(*) filter (where is_unseen)                       as unseen_events,
    count(*) filter (where is_found)                        as true_positive_inspections,
    count(*) filter (where is_false_alarm)                  as false_positive_inspections,
    count(*) filter (where is_found or is_false_alarm)      as flagged_inspections,
    count(*) filter (where is_recallable and is_found)      as fraud_found_inspections,
    count(*) filter (where is_recallable and is_known_fraud)
                                                            as recallable_inspections,
    count(*) filter (where is_seen and is_known_fraud)      as fraud_inspections,
    count(*) filter (where is_seen)                         as seen_inspections
from fraud_event
group by all
