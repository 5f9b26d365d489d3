/*---
id: healthy_consumption.financial_wellbeing
code: HC-17
title: {en: "Financial well-being (CFPB, ten items): published score", zh: 金融福祉得分（CFPB十项量表，公布得分）}
definition:
  en: >-
    Mean of the published scores of the CFPB Financial Well-Being Scale, ten items, and the share of
    them below 40 and below 50, each with its survey weight. The published score is the one that the
    survey's owner computed (14 to 95); it is read as it stands and not looked up from the ten
    answers, so the two may differ. The instrument of five items is not mixed in. Of several
    questionnaires of one customer in the period the latest counts; an anonymous one is a customer of
    its own. An answer without a weight weighs one. A questionnaire without a published score is
    unknown with its weight in the shares, and in neither number of the mean.
  zh: >-
    CFPB金融福祉十项量表公布得分的平均值，以及得分低于40、低于50的占比，按问卷权重加权。公布得分指调查方计算的得分（14至95），
    按原值采用，未以十项答案查表换算，二者可能不一致。五项简版不计入。同一客户期内多次作答的取最近一次，匿名问卷各计一人。
    未给出权重的按1计。没有公布得分的问卷，在占比中按其权重列为未知，不计入平均值。
reading:
  en: >-
    40 and 50 are bands in which the scale's owner shows scores, no line between well and ill. Those
    who answer are not all customers.
  zh: 40与50是量表所有者展示得分的分段，并非好坏的界限。作答者不代表全部客户。
version: 1
direction: higher_is_better
serves: [financial_health]
unit: score
measures:
  - name: mean_score
    title: {en: "Mean published score of financial well-being", zh: "金融福祉公布得分均值"}
    kind: mean
    numerator: weighted_score
    denominator: scored_weight
    n: scored_persons
    cluster: person_id
  - name: below_40_share
    title: {en: "Published score below 40", zh: "公布得分低于40的占比"}
    kind: weighted_share
    unit: share
    direction: lower_is_better
    numerator: low_weight
    denominator: scored_weight
    missing: unscored_weight
    n: scored_persons
    numerator_n: low_persons
    cluster: person_id
  - name: below_50_share
    title: {en: "Published score below 50", zh: "公布得分低于50的占比"}
    kind: weighted_share
    unit: share
    direction: lower_is_better
    numerator: middling_weight
    denominator: scored_weight
    missing: unscored_weight
    n: scored_persons
    numerator_n: middling_persons
    cluster: person_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
needs: {survey_answer: [published_score]}
rules: [financial_wellbeing.low_score, financial_wellbeing.middling_score]
---*/
with scored_person as (
    select
        questionnaire.*,
        questionnaire.published_score < low_score.value     as is_low,
        questionnaire.published_score < middling_score.value
                                                            as is_below_middling
    from questionnaire
    left join rule_value as low_score
        on low_score.rule = 'financial_wellbeing.low_score'
        and questionnaire.last_day between low_score.valid_from and low_score.valid_to
    left join rule_value as middling_score
        on middling_score.rule = 'financial_wellbeing.middling_score'
        and questionnaire.last_day
            between middling_score.valid_from and middling_score.valid_to
    where questionnaire.instrument = 'cfpb10'
)

select
    period,
    coalesce(sum(published_score * weight), 0)              as weighted_score,
    coalesce(sum(weight) filter (where published_score is not null), 0)
                                                            as scored_weight,
    coalesce(sum(weight) filter (where published_score is null), 0)
                                                            as unscored_weight,
    count(published_score)                                  as scored_persons,
    coalesce(sum(weight) filter (where is_low), 0)          as low_weight,
    count(*) filter (where is_low)                          as low_persons,
    coalesce(sum(weight) filter (where is_below_middling), 0)
                                                            as middling_weight,
    count(*) filter (where is_below_middling)               as middling_persons
from scored_person
group by all
