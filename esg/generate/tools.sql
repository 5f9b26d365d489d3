-- Healthy-consumption tools, launched in January 2025: one act a quarter while active.

create table active_quarter as
select distinct
    c.i,
    date_trunc('quarter', s.as_of_date)::date as quarter_start
from standing s
join credit c using (n)
where s.as_of_date >= date '2025-01-01' and s.balance_cents > 0;

create table out_engagement as
with active as (
    select
        a.i,
        a.quarter_start,
        a.i::varchar || '.' || a.quarter_start::varchar as k,
        p._uses_bill_assistant,
        p._wants_reminders,
        p._earns_flowers,
        p._limit_cents
    from active_quarter a
    join person p using (i)
    where p.first_seen_date <= a.quarter_start + 75
),
act as (
    select i, k, quarter_start, 'bill_assistant' as tool, null::bigint as value, 'opened' as result
    from active where _uses_bill_assistant and draw('act', k, 'bill') < 0.97
    union all
    select i, k, quarter_start, 'reminder', null, 'subscribed'
    from active where _uses_bill_assistant and _wants_reminders and draw('act', k, 'bill') < 0.97
    union all
    select i, k, quarter_start, 'positive_behaviour', 1 + whole(draw('act', k, 'flowers') * 12), 'earned'
    from active where _earns_flowers and quarter_start >= date '2025-07-01'
    union all
    select i, k, quarter_start, 'limit_raise',
        case when draw('act', k, 'raise decision') < 0.68
            then 100 + 100 * whole(draw('act', k, 'raise') * 21) end,
        case when draw('act', k, 'raise decision') < 0.68 then 'approved' else 'declined' end
    from active where _earns_flowers and quarter_start >= date '2025-07-01' and draw('act', k, 'asks') < 0.55
    union all
    select i, k, quarter_start, 'limit_lowered', -100 * (1 + whole(draw('act', k, 'lowered') * 20)), 'kept'
    from active where draw('act', k, 'lowers') < 0.016
    union all
    select i, k, quarter_start, 'budget', 100 * (3 + whole(draw('act', k, 'budget') * 40)),
        case when draw('act', k, 'kept') < 0.66 then 'kept' else 'exceeded' end
    from active where draw('act', k, 'budgets') < 0.045
    union all
    select i, k, quarter_start, 'education', null, 'attended'
    from active where draw('act', k, 'learns') < 0.06
    union all
    select i, k, quarter_start, 'pre_post_test', 35 + whole(draw('act', k, 'pre') * 40), 'pre'
    from active where draw('act', k, 'learns') < 0.02
    union all
    select i, k, quarter_start, 'pre_post_test', 50 + whole(draw('act', k, 'post') * 45), 'post'
    from active where draw('act', k, 'learns') < 0.02
)
select
    id('B', i + 1) as borrower_id,
    (quarter_start + case when result = 'post' then 77 else 3 end
        + whole(draw('act', k, tool || coalesce(result, '')) * case when result = 'post' then 12 else 72 end)::integer)::timestamp
        + to_seconds(28800 + whole(draw('act', k, tool || 'hour') * 50000)) as occurred_at,
    tool,
    value,
    result
from act;
