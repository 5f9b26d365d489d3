-- Complaints, service sessions and screened events, over all borrowers: their numbers
-- follow the calendar, and collection complaints follow severe arrears.

create table grievance as
with spread_over as (
    select
        'a' || a::varchar as k,
        a,
        draw('grievance', 'a' || a::varchar, 'month') as month_draw
    from range((getvariable('loans') * 0.070)::bigint) r(a)
),
ordinary as (
    select
        s.k,
        w.month_no,
        w.first_day + whole(draw('grievance', s.k, 'day') * w.days)::integer as received_date,
        whole(draw('grievance', s.k, 'person') * o.people) as i,
        pick(draw('grievance', s.k, 'topic'), [
            'fees_and_rates', 'fees_and_rates', 'fees_and_rates', 'fees_and_rates', 'credit_reporting',
            'credit_reporting', 'credit_reporting', 'privacy', 'marketing', 'marketing', 'service',
            'service', 'service', 'other', 'other', 'subsidy']) as topic,
        case when draw('grievance', s.k, 'product known') >= 0.06
            then pick(draw('grievance', s.k, 'product'), ['pay_later', 'pay_later', 'consumer_loan', 'consumer_loan', 'card_bill_instalment', 'micro'])
        end as product
    from spread_over s
    asof join (
        select *, (weight_to - weight)::double / max(weight_to) over () as from_share from month
    ) w on s.month_draw >= w.from_share
    join work.known o using (month_no)
),
collection as (
    select
        'h' || n::varchar as k,
        null::integer as month_no,
        due_date + 12 + whole(draw('grievance', 'h' || n::varchar, 'day') * 50)::integer as received_date,
        i,
        'collection' as topic,
        product
    from work.episode
    where draw('grievance', 'h' || n::varchar, 'complains') < case when is_story then 0.52 else 0.24 end
)
select
    row_number() over (order by received_date, k) as complaint_no,
    k,
    received_date::date as received_date,
    i,
    -- Nobody complains about the subsidy before there is one.
    case when topic = 'subsidy' and received_date < date '2025-09-10' then 'service' else topic end as topic,
    product,
    draw('grievance', k, 'complexity') as complexity_draw,
    draw('grievance', k, 'speed') as speed_draw
from (select * from ordinary union all select * from collection)
where received_date <= date '2026-09-30';

create table session as
select
    s.k,
    row_number() over (order by w.first_day, draw('session', s.k, 'day'), s.k) as contact_no,
    (w.first_day + whole(draw('session', s.k, 'day') * w.days)::integer)::date as started_date,
    case when draw('session', s.k, 'person known') >= 0.03
        then whole(draw('session', s.k, 'person') * o.people) end as i,
    -- The bot takes over more of the work over time.
    case
        when draw('session', s.k, 'served') < 0.50 + 0.006 * w.month_no then 'bot'
        when draw('session', s.k, 'served') < 0.66 + 0.005 * w.month_no then 'handed_over'
        else 'human'
    end as served_by
from (
    select a as k, draw('session', a, 'month') as month_draw
    from range((getvariable('loans') * 0.20)::bigint) r(a)
) s
asof join (
    select *, (weight_to - weight)::double / max(weight_to) over () as from_share from month
) w on s.month_draw >= w.from_share
join work.known o using (month_no);

create table screening as
with drawn as (
    select
        a as k,
        draw('screening', a, 'month') as month_draw,
        draw('screening', a, 'fraud') as fraud_draw,
        draw('screening', a, 'flag') as flag_draw
    from range((getvariable('loans') * 0.30)::bigint) r(a)
),
-- Flagged events are all kept; of the unflagged, the file holds a sample whose
-- inspection_weight says how many screened events one inspected event stands for.
judged as (
    select
        d.k,
        w.first_day + whole(draw('screening', d.k, 'day') * w.days)::integer as occurred_date,
        d.flag_draw < 0.17 as flagged,
        d.flag_draw between 0.17 and 0.188 as is_complained,
        case
            when d.flag_draw < 0.17 then d.fraud_draw < 0.71
            when d.flag_draw <= 0.188 then d.fraud_draw < 0.86
            else d.fraud_draw < 0.0008
        end as truly_fraud
    from drawn d
    asof join (
        select *, (weight_to - weight)::double / max(weight_to) over () as from_share from month
    ) w on d.month_draw >= w.from_share
)
select
    row_number() over (order by occurred_date, k) as alert_no,
    *
from judged;
