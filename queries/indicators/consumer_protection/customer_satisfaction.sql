/*---
id: consumer_protection.customer_satisfaction
code: CP-20
title: {en: Customer satisfaction and net promoter score, zh: 客户满意度与净推荐值}
definition:
  en: >-
    Satisfaction: answers of 4 or 5 on the scale of 1 to 5 (questionnaire csat), of those answered in
    the period. Net promoter score: the share of 9 and 10 less the share of 0 to 6 on the scale of 0
    to 10 (nps), in points from -100 to 100. Each answer counts with its survey weight; where no
    answer to a questionnaire in the period has one, each counts 1, and where some have, an answer
    without one is not used and counts 1 among the unknown. A blank answer is unknown; a score that
    only the survey's owner states stands in its place.
  zh: >-
    满意度：期内回收的满意度问卷（csat，1至5分）中4分和5分的占比。净推荐值：推荐意愿问卷（nps，0至10分）中9至10分占比减去0至6分占比，
    取值-100至100。各答案按调查权重计；该期该问卷均无权重的，每份计1；部分有权重的，无权重的答案不用，在未知中计1。
    答案空白列为未知；仅有调查方得分的，以该得分代替。
reading:
  en: >-
    It speaks of those who answered; how many were asked is not in the data, so there is no response
    rate. Published satisfaction of lenders is nearly always above 98 %: look at the movement and at
    the groups, not at the level.
  zh: 仅代表作答者；数据中没有发放数量，无法给出回收率。业内公布的满意度几乎都在98%以上，应看变动与群体差异而非水平。
version: 1
direction: higher_is_better
serves: [conduct]
unit: share
measures:
  - name: satisfied_share
    title: {en: Satisfied (4 or 5 of 5), zh: 满意度（4至5分）}
    kind: weighted_share
    numerator: satisfied
    denominator: satisfaction_answered
    missing: satisfaction_unknown
    n: satisfaction_answers
    numerator_n: satisfied_answers
    cluster: cluster_id
  - name: net_promoter_score
    title: {en: Net promoter score, zh: 净推荐值}
    kind: mean
    unit: score
    numerator: net_promoters
    denominator: promoter_answered
    missing: promoter_unknown
    n: promoter_answers
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["GRI:2-29", "CN-TOPICS:products-and-services@2024-05"]
needs: {survey_answer: [instrument]}
rules:
  - customer_satisfaction.top_box_from
  - customer_satisfaction.promoter_from
  - customer_satisfaction.detractor_to
---*/
with answer as (
    select
        survey_answer.survey_id,
        calendar_day.period,
        calendar_day.last_day,
        survey_answer.borrower_id,
        coalesce(survey_answer.borrower_id, survey_answer.survey_id)
                                                            as cluster_id,
        survey_answer.instrument,
        coalesce(try_cast(survey_answer.answers as double), survey_answer.published_score)
                                                            as score,
        case
            when count(survey_answer.weight) over (
                partition by calendar_day.period, survey_answer.instrument
            ) = 0 then cast(1 as decimal(18, 6))
            else cast(survey_answer.weight as decimal(18, 6))
        end                                                 as weight
    from survey_answer
    join calendar_day
        on calendar_day.day = survey_answer.answered_date
    where survey_answer.instrument in ('csat', 'nps')
),

judged_answer as (
    select
        answer.period,
        answer.cluster_id,
        answer.instrument,
        answer.weight,
        answer.score is not null and answer.weight is not null
                                                            as is_used,
        answer.score >= top_box_from.value                  as is_satisfied,
        case
            when answer.score >= promoter_from.value then 1
            when answer.score <= detractor_to.value then -1
            else 0
        end                                                 as promotion,
        borrower_period.province,
        borrower_period.area,
        borrower_period.gender,
        borrower_period.age_band,
        borrower_period.income_quintile,
        borrower_period.new_citizen
    from answer
    left join rule_value as top_box_from
        on top_box_from.rule = 'customer_satisfaction.top_box_from'
        and answer.last_day between top_box_from.valid_from and top_box_from.valid_to
    left join rule_value as promoter_from
        on promoter_from.rule = 'customer_satisfaction.promoter_from'
        and answer.last_day between promoter_from.valid_from and promoter_from.valid_to
    left join rule_value as detractor_to
        on detractor_to.rule = 'customer_satisfaction.detractor_to'
        and answer.last_day between detractor_to.valid_from and detractor_to.valid_to
    left join borrower_period
        on borrower_period.borrower_id = answer.borrower_id
        and borrower_period.period = answer.period
)

select
    period,
    coalesce(sum(weight) filter (where instrument = 'csat' and is_used and is_satisfied), 0)
                                                            as satisfied,
    coalesce(sum(weight) filter (where instrument = 'csat' and is_used), 0)
                                                            as satisfaction_answered,
    coalesce(sum(coalesce(weight, 1)) filter (where instrument = 'csat' and not is_used), 0)
                                                            as satisfaction_unknown,
    count(*) filter (where instrument = 'csat' and is_used) as satisfaction_answers,
    count(*) filter (where instrument = 'csat' and is_used and is_satisfied)
                                                            as satisfied_answers,
    coalesce(sum(100 * promotion * weight) filter (where instrument = 'nps' and is_used), 0)
                                                            as net_promoters,
    coalesce(sum(weight) filter (where instrument = 'nps' and is_used), 0)
                                                            as promoter_answered,
    coalesce(sum(coalesce(weight, 1)) filter (where instrument = 'nps' and not is_used), 0)
                                                            as promoter_unknown,
    count(*) filter (where instrument = 'nps' and is_used)  as promoter_answers
from judged_answer
group by all
