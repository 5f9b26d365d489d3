-- Overdue items of the one-off repair, disputes, and relief cases.

create table out_credit_repair_item as
with old_item as (
    -- Overdue items from before the reported years, whose loans are in no file.
    select
        'o' || a::varchar as k,
        whole(draw('item', 'o' || a::varchar, 'person') * t.people) as i,
        null::bigint as loan_no,
        null::bigint as owed_cents,
        null::date as cured_date,
        (date '2020-01-01' + whole(draw('item', 'o' || a::varchar, 'arose') * 1461)::integer)::date as arose_date
    from range((getvariable('loans') * 0.010)::bigint) r(a)
    cross join (select count(*) as people from work.arrival where first_seen_date < date '2024-01-01') t
),
own_item as (
    select
        'n' || n::varchar as k,
        i,
        loan_no,
        owed_cents,
        cured_date,
        due_date as arose_date
    from work.episode
    where due_date <= date '2026-02-28'
),
one_off as (
    select
        *,
        case
            when owed_cents is not null then owed_cents
            when draw('item', k, 'edge') < 0.03 then 1000000
            when draw('item', k, 'edge') < 0.06 then 1000001
            else nearest(spread(draw('item', k, 'amount'),
                [120, 250, 400, 550, 700, 900, 1200, 1500, 1900, 2300, 2800, 3400, 4100, 5000, 6000, 7200, 8600, 9800, 11500, 15000, 40000]) * 100)
        end as amount_cents,
        draw('item', k, 'repaid') as repaid_draw
    from (select * from old_item union all select * from own_item)
),
repaid as (
    select
        *,
        case
            when owed_cents is not null then cured_date
            when repaid_draw < 0.46 then greatest(arose_date + 20, least(date '2025-11-30',
                arose_date + 20 + whole(draw('item', k, 'repaid day') * 500)::integer))
            when repaid_draw < 0.72 then greatest(arose_date + 20,
                date '2025-12-01' + whole(draw('item', k, 'repaid day') * 121)::integer)
            when repaid_draw < 0.80 then date '2026-04-01' + whole(draw('item', k, 'repaid day') * 120)::integer
        end::date as repaid_date
    from one_off
),
judged as (
    select
        *,
        arose_date <= date '2025-12-31' and amount_cents <= 1000000 as is_in_scope,
        case when repaid_date <= date '2025-11-30' then date '2026-01-01'
            else last_day((repaid_date + interval 1 month)::date) end as hidden_date
    from repaid
),
one_off_repair as (
    select
        '1' || k as order_key,
        k,
        i,
        loan_no,
        'one_off_repair' as kind,
        arose_date,
        amount_cents,
        date '2026-01-01' as opened_date,
        case when is_in_scope and draw('item', k, 'told') < 0.91
            then (greatest(date '2026-01-05', coalesce(case when repaid_date <= date '2026-03-31' then hidden_date end, date '2026-01-05'))
                + whole(draw('item', k, 'told day') * 25)::integer)::date end as told_date,
        repaid_date,
        case when is_in_scope and repaid_date <= date '2026-03-31' then hidden_date end as resolved_date,
        case
            when is_in_scope and repaid_date <= date '2026-03-31' then 'hidden'
            when is_in_scope then 'not_repaid_in_time'
            else 'out_of_scope'
        end as outcome,
        (arose_date + 31)::date as reported_date,
        case when draw('item', k, 'notice') < 0.962 then (arose_date + 24)::date end as report_notice_date
    from judged
),
dispute as (
    select
        '2d' || a::varchar as order_key,
        'd' || a::varchar as k,
        whole(draw('item', 'd' || a::varchar, 'person') * getvariable('people')) as i,
        (date '2024-01-01' + whole(draw('item', 'd' || a::varchar, 'day') * 1000)::integer)::date as opened_date,
        case when draw('item', 'd' || a::varchar, 'speed') < 0.94
            then 3 + whole(draw('item', 'd' || a::varchar, 'days') * 17)
            else 21 + whole(draw('item', 'd' || a::varchar, 'days') * 14) end::integer as days
    from range((getvariable('loans') * 0.012)::bigint) r(a)
),
resolved_dispute as (
    select
        d.order_key,
        d.k,
        d.i,
        null::bigint as loan_no,
        'dispute' as kind,
        null::date as arose_date,
        null::bigint as amount_cents,
        greatest(d.opened_date, p.first_seen_date) as opened_on,
        d.days
    from dispute d
    join work.arrival p using (i)
),
relief as (
    select
        '3' || e.n::varchar as order_key,
        'r' || e.n::varchar as k,
        e.*,
        (e.due_date + 5 + whole(draw('item', 'r' || e.n::varchar, 'day') * 40)::integer)::date as opened_on,
        case when draw('item', 'r' || e.n::varchar, 'kind') < 0.30 then 'hardship' else 'flexible_repayment' end as kind,
        case
            when draw('item', 'r' || e.n::varchar, 'granted') < 0.26 then 'declined'
            else 'granted'
        end as outcome
    from work.episode e
    where draw('item', 'r' || e.n::varchar, 'asked') < 0.42
),
every_item as (
    select order_key, k, i, loan_no, kind, arose_date, amount_cents, opened_date, told_date, repaid_date, resolved_date, outcome, reported_date, report_notice_date
    from one_off_repair
    union all
    select
        order_key, k, i, loan_no, kind, arose_date, amount_cents, opened_on, null,
        null,
        case when opened_on + days <= date '2026-09-30' then (opened_on + days)::date end,
        case when opened_on + days <= date '2026-09-30' then
            case when draw('item', k, 'corrected') < 0.37 then 'corrected' else 'confirmed' end end,
        null, null
    from resolved_dispute
    union all
    select
        order_key, k, i, loan_no, kind, due_date, null, opened_on, null, null,
        case when opened_on + 6 <= date '2026-09-30' then (opened_on + 6)::date end,
        case when opened_on + 6 <= date '2026-09-30' then outcome end,
        null, null
    from relief
    where opened_on <= date '2026-09-30'
)
select
    id('R', row_number() over (order by opened_date, order_key)) as item_id,
    id('B', i + 1) as borrower_id,
    id('L', loan_no) as loan_id,
    kind,
    arose_date,
    yuan(amount_cents) as amount,
    opened_date,
    told_date,
    repaid_date,
    resolved_date,
    outcome,
    reported_date,
    report_notice_date
from every_item;
