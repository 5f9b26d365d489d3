-- Questionnaires of active customers since October 2025. Answers hang together by one
-- trait of the person; those with more risk are worse off. Codes: cfpb10 and cfpb5 0 to 4
-- (4 is better, reversed items turned already), csat 1 to 5, nps 0 to 10, buffer whole
-- months of spending put aside, 3 for three and more.

-- CFPB Financial Well-Being Scale: Scale development technical report (May 2017), ten
-- items: the score of each sum from 0 to 40, by age and mode.
create table cfpb10_score as
select *
from (values
    ('self', '18-61', [14, 19, 22, 25, 27, 29, 31, 32, 34, 35, 37, 38, 40, 41, 42, 44, 45, 46, 47, 49, 50, 51, 52, 54, 55, 56, 58, 59, 60, 62, 63, 65, 66, 68, 69, 71, 73, 75, 78, 81, 86]),
    ('self', '62+', [14, 20, 24, 26, 29, 31, 33, 35, 36, 38, 39, 41, 42, 44, 45, 46, 48, 49, 50, 52, 53, 54, 56, 57, 58, 60, 61, 63, 64, 66, 67, 69, 71, 73, 75, 77, 79, 82, 84, 88, 95]),
    ('interviewer', '18-61', [16, 21, 24, 27, 29, 31, 33, 34, 36, 38, 39, 40, 42, 43, 44, 45, 47, 48, 49, 50, 52, 53, 54, 55, 57, 58, 59, 60, 62, 63, 65, 66, 68, 70, 71, 73, 76, 78, 81, 85, 91]),
    ('interviewer', '62+', [18, 23, 26, 28, 30, 32, 33, 35, 36, 38, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 50, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62, 64, 65, 67, 68, 70, 72, 75, 77, 81, 87])
) v(mode, age_group, scores);

create table out_survey_answer as
with asked as (
    select
        q.i,
        q.quarter_start,
        year(q.quarter_start)::varchar || 'Q' || quarter(q.quarter_start)::varchar as period,
        p.birth_year,
        year(q.quarter_start) - p.birth_year >= 62 as is_older,
        p._risk,
        unnest(['cfpb10', 'cfpb5', 'csat', 'nps', 'buffer']) as instrument,
        unnest([0.030, 0.010, 0.060, 0.045, 0.030]) as share_asked
    from active_quarter q
    join person p using (i)
    where q.quarter_start >= date '2025-10-01'
),
answered as (
    select
        *,
        i::varchar || '.' || period || '.' || instrument as k,
        case when instrument = 'cfpb10' and draw('survey', i, 'mode') < 0.20
            then 'interviewer' else 'self' end as mode
    from asked
    where draw('survey', i::varchar || '.' || period || '.' || instrument, 'asked') < share_asked
),
felt as (
    select
        *,
        -- From 0 to 1: how well the person is.
        0.12 + 0.62 * draw('survey', i, 'wellbeing') + 0.20 * (1.6 - _risk) / 1.2 as wellbeing
    from answered
),
coded as (
    select
        *,
        case instrument
            when 'cfpb10' then [
                least(greatest(whole(5 * (wellbeing + 0.36 * (draw('survey', k, 'item' || q::varchar) - 0.5))), 0), 4)
                for q in range(10)]
            when 'cfpb5' then [
                least(greatest(whole(5 * (wellbeing + 0.36 * (draw('survey', k, 'item' || q::varchar) - 0.5))), 0), 4)
                for q in range(5)]
            when 'csat' then [pick(draw('survey', k, 'item'), [5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 2, 1])]
            when 'nps' then [pick(draw('survey', k, 'item'), [10, 10, 10, 9, 9, 9, 9, 8, 8, 8, 7, 7, 6, 5, 4, 2, 0])]
            when 'buffer' then [least(whole(wellbeing * wellbeing * 5.5), 3)]
        end as codes,
        -- One form in fifteen with several items has a hole.
        case when instrument in ('cfpb10', 'cfpb5') and draw('survey', k, 'hole') < 0.065
            then 1 + whole(draw('survey', k, 'which item') * case instrument when 'cfpb10' then 10 else 5 end)
        end as hole
    from felt
),
grouped as (
    select
        *,
        case when birth_year is not null then case when is_older then '62+' else '18-61' end end as age_group
    from coded
)
select
    id('Q', g.i + 1) || '-' || g.period || '-' || g.instrument as survey_id,
    id('B', g.i + 1) as borrower_id,
    (g.quarter_start + 4 + whole(draw('survey', g.k, 'day') * 84)::integer)::date as answered_date,
    g.instrument,
    g.mode,
    g.age_group,
    array_to_string([case when q = g.hole then '' else g.codes[q]::varchar end for q in range(1, len(g.codes) + 1)], ',')
        as answers,
    case when g.instrument = 'cfpb10' and g.hole is null
        then s.scores[list_sum(g.codes)::integer + 1] end::double as published_score,
    -- Older people answer less often and stand for more.
    round(case when g.is_older then 1.3 else 1.0 end / g.share_asked, 1)::double as weight
from grouped g
left join cfpb10_score s on s.mode = g.mode and s.age_group = g.age_group;
