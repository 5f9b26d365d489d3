/*---
id: consumer_protection.fraud_identification
code: CP-24
title: {en: Fraud identification by type, zh: 分类型欺诈识别效果}
definition:
  en: >-
    Screened events of the period. Only inspected events with a known finding are judged; each
    counts with its inspection weight (how many events it stands for; 1 where a flagged or reported
    event has none; a random draw without a weight is not used). Precision: fraud among the flagged.
    Recall: flagged among the fraud. Prevalence: fraud among all events. Accuracy: right decisions
    among all. Recall, prevalence, accuracy and the counts of missed fraud and of rightly passed
    events need inspections drawn at random from unflagged events: they are given for the types of
    fraud that have such a draw in the period, and the other types are unknown. Recall needs more: at
    least one fraud in the draw of its type, for a draw that found none bounds what was missed and
    does not estimate it; known fraud of the other types is its missing part. An event nobody
    inspected is unknown, never a negative; where a random draw stands for the unflagged events of
    its type, those are represented by its weights. Events without a finding are counted as the
    source keeps them, without weights.
  zh: >-
    期内筛查事件。仅判断已核查且结论已知的事件，并按核查权重加权（一件代表多少件；命中或举报事件无权重的按1计，随机抽查无权重的不用）。
    精确率=命中事件中的欺诈占比；召回率=欺诈中被命中的占比；发生率=全部事件中的欺诈占比；准确率=全部事件中判断正确的占比。
    召回率、发生率、准确率以及漏报、正确放行件数，须有对未命中事件的随机抽查，仅对当期有随机抽查的欺诈类型给出，其余类型列为未知。召回率还须该类型抽查中至少发现一件欺诈：未发现只说明漏报有上限，不能据以估计；其余类型的已知欺诈列为未知部分。
    未核查的事件列为未知，绝不视为非欺诈；有随机抽查的类型，未命中事件由抽查权重代表。无核查结论的事件按来源保存的记录计件，不加权。
reading:
  en: >-
    Accuracy never stands alone: with a prevalence of 1 in 200, flagging nothing is 99.5 % accurate.
    Read precision and recall together; recall rests on few drawn cases and is far less certain than
    precision. A draw that holds no fraud does not prove that none was missed: up to three times the
    weight of one draw may have been; there is no recall then. Weights make the counts estimates.
  zh: 准确率不可单独使用：发生率为二百分之一时，什么都不拦截的准确率也有99.5%。精确率与召回率应并读；召回率依赖少量抽中样本，不确定性远大于精确率。抽查未发现欺诈不等于没有漏报，漏报最多仍可达单件抽查权重的约三倍，此时不列示召回率。加权后的件数为估计数。
version: 1
direction: higher_is_better
serves: [fraud, technology]
unit: share
measures:
  - name: precision
    title: {en: Precision, zh: 精确率}
    kind: weighted_share
    numerator: true_positives
    denominator: flagged_known
    missing: flagged_unknown
    n: flagged_inspections
    numerator_n: true_positive_inspections
    cluster: occurred_date
  - name: recall
    title: {en: Recall, zh: 召回率}
    kind: weighted_share
    numerator: fraud_found
    denominator: recallable_fraud
    missing: unrecallable_fraud
    n: recallable_inspections
    numerator_n: fraud_found_inspections
    cluster: occurred_date
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
  - name: accuracy
    title: {en: "Accuracy (beside precision and recall only)", zh: 准确率（须与精确率、召回率并读）}
    kind: weighted_share
    direction: context
    numerator: right_decisions
    denominator: seen_events
    missing: unseen_events
    n: seen_inspections
    numerator_n: right_inspections
    cluster: occurred_date
  - name: true_positives
    title: {en: Fraud flagged, zh: 命中的欺诈（真阳性）}
    kind: count
    unit: count
    direction: context
    numerator: true_positives
    numerator_n: true_positive_inspections
  - name: false_positives
    title: {en: Legitimate events flagged, zh: 误报（假阳性）}
    kind: count
    unit: count
    direction: lower_is_better
    numerator: false_positives
    numerator_n: false_positive_inspections
  - name: false_negatives
    title: {en: Fraud missed, zh: 漏报（假阴性）}
    kind: count
    unit: count
    direction: lower_is_better
    numerator: false_negatives
    numerator_n: false_negative_inspections
  - name: true_negatives
    title: {en: Legitimate events passed, zh: 正确放行（真阴性）}
    kind: count
    unit: count
    direction: context
    numerator: true_negatives
    numerator_n: true_negative_inspections
  - name: uninspected_events
    title: {en: Events without a finding, zh: 无核查结论的事件}
    kind: count
    unit: count
    direction: context
    numerator: uninspected_events
breakdowns: [fraud_type]
frameworks: ["SASB:FN-CF-230a.2@2023-12", "CN-TOPICS:technology-ethics@2024-05"]
needs: {fraud_alert: [flagged, inspected, is_fraud]}
---*/
select
    period,
    coalesce(sum(weight) filter (where is_found), 0)        as true_positives,
    coalesce(sum(weight) filter (where is_false_alarm), 0)  as false_positives,
    -- Null, not 0, where no type has a random draw: nobody looked.
    sum(case when outcome = 'false_negative' then weight else 0 end) filter (where is_seen)
                                                            as false_negatives,
    sum(case when outcome = 'true_negative' then weight else 0 end) filter (where is_seen)
                                                            as true_negatives,
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
    coalesce(sum(weight) filter (where is_seen and is_right), 0)
                                                            as right_decisions,
    coalesce(sum(weight) filter (where is_seen), 0)         as seen_events,
    count(*) filter (where is_unseen)                       as unseen_events,
    count(*) filter (where is_found)                        as true_positive_inspections,
    count(*) filter (where is_false_alarm)                  as false_positive_inspections,
    count(*) filter (where is_seen and outcome = 'false_negative')
                                                            as false_negative_inspections,
    count(*) filter (where is_seen and outcome = 'true_negative')
                                                            as true_negative_inspections,
    count(*) filter (where is_found or is_false_alarm)      as flagged_inspections,
    count(*) filter (where is_recallable and is_found)      as fraud_found_inspections,
    count(*) filter (where is_recallable and is_known_fraud)
                                                            as recallable_inspections,
    count(*) filter (where is_seen and is_known_fraud)      as fraud_inspections,
    count(*) filter (where is_seen and is_right)            as right_inspections,
    count(*) filter (where is_seen)                         as seen_inspections,
    count(*) filter (where outcome is null)                 as uninspected_events
from fraud_event
group by all
