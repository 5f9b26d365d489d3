-- One row: the latest questionnaire of a kind that a person filled in within a period. An
-- anonymous one is a person of its own. Two of one day are told apart by their id alone.
with ranked_answer as (
    select
        survey_answer.*,
        coalesce(survey_answer.borrower_id, survey_answer.survey_id)
                                                            as person_id,
        calendar_day.period,
        calendar_day.last_day,
        row_number() over (
            partition by
                calendar_day.period,
                survey_answer.instrument,
                coalesce(survey_answer.borrower_id, survey_answer.survey_id)
            order by survey_answer.answered_date desc, survey_answer.survey_id desc
        )                                                   as answer_no
    from survey_answer
    join calendar_day
        on calendar_day.day = survey_answer.answered_date
)

select
    ranked_answer.survey_id,
    ranked_answer.person_id,
    ranked_answer.borrower_id,
    ranked_answer.period,
    ranked_answer.last_day,
    ranked_answer.answered_date,
    ranked_answer.instrument,
    ranked_answer.mode,
    ranked_answer.answers,
    cast(ranked_answer.published_score as decimal(9, 4))    as published_score,
    -- An answer without a weight stands for itself. Exact sums want a decimal.
    coalesce(cast(ranked_answer.weight as decimal(18, 6)), 1)
                                                            as weight,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from ranked_answer
left join borrower_period
    on borrower_period.borrower_id = ranked_answer.borrower_id
    and borrower_period.period = ranked_answer.period
where ranked_answer.answer_no = 1
