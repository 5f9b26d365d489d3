/*---
id: healthy_consumption.emergency_buffer
code: HC-14
title: {en: "Emergency buffer: customers with a month of expenses put aside", zh: 具备一个月应急储备客户占比}
definition:
  en: >-
    Customers who said in the period that they have at least one month of spending put aside, of all
    who answered, each answer with its survey weight. The questionnaire is the instrument "buffer",
    whose answer is a number of months. Of several questionnaires of one customer in the period the
    latest counts; an anonymous one is a customer of its own. An answer without a weight weighs one.
    A questionnaire without an answer is unknown with its weight. Customers who were not asked stand
    in no number.
  zh: >-
    期内问卷中表示储备不少于一个月支出的客户，占已回答客户的比例，按问卷权重加权。问卷为“buffer”，答案为可覆盖的月数。
    同一客户期内多次作答的取最近一次，匿名问卷各计一人。未给出权重的按1计。问卷中未作答的，按其权重列为未知。未受访的客户不计。
reading:
  en: >-
    It is what customers say, not what they hold, and it speaks for those who were asked. Balances
    of deposits are not used.
  zh: 系客户自述，并非实际存款；仅代表受访者。未使用存款数据。
version: 1
direction: higher_is_better
serves: [financial_health, over_indebtedness]
unit: share
measures:
  - name: share
    kind: weighted_share
    numerator: buffered_weight
    denominator: answered_weight
    missing: blank_weight
    n: answered_persons
    numerator_n: buffered_persons
    cluster: person_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["UNEPFI-PRB:emergency-funds@2022-09"]
needs: {survey_answer: [instrument]}
rules: [emergency_buffer.months]
---*/
with asked_person as (
    select
        questionnaire.*,
        coalesce(
            try_cast(questionnaire.answers as decimal(18, 6)),
            questionnaire.published_score
        ) >= buffer_months.value                            as has_buffer
    from questionnaire
    left join rule_value as buffer_months
        on buffer_months.rule = 'emergency_buffer.months'
        and questionnaire.last_day
            between buffer_months.valid_from and buffer_months.valid_to
    where questionnaire.instrument = 'buffer'
)

select
    period,
    coalesce(sum(weight) filter (where has_buffer), 0)      as buffered_weight,
    coalesce(sum(weight) filter (where has_buffer is not null), 0)
                                                            as answered_weight,
    coalesce(sum(weight) filter (where has_buffer is null), 0)
                                                            as blank_weight,
    count(*) filter (where has_buffer)                      as buffered_persons,
    count(has_buffer)                                       as answered_persons
from asked_person
group by all
