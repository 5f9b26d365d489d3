-- Calls and messages to debtors in arrears since 2026-01-01, an attempt every three days
-- while a bill is open. Planted: calls between 22 and 8 o'clock, more than three effective
-- calls a day, relatives called while the debtor could be reached, and one agency that
-- does worse than the lender's own people.

create table chase as
with overdue as (
    select
        b.n,
        b.loan_no,
        b.i,
        b.period_no,
        b.due_date,
        least(
            coalesce(b.paid_date, date '2026-10-01'),
            coalesce(e.written_off_date, date '2026-10-01')) as ends_on,
        b.n::varchar || '.' || b.period_no::varchar as k
    from bill b
    left join episode e using (n)
),
attempt as (
    select
        *,
        -- After a quarter only every third attempt is left.
        unnest(range(1, least((ends_on - due_date + 1) // 3, 30) + 1))::integer as attempt_no
    from overdue
    where ends_on - due_date >= 2
),
planned as (
    select
        * exclude (k),
        k || '.' || attempt_no::varchar as k,
        (due_date + (attempt_no * 3 - 2)::integer)::date as day
    from attempt
),
repeated as (
    select
        *,
        day - due_date as days_late,
        unnest(range(1, 1 + case
            when draw('chase', k, 'again') < 0.010 then 5
            when draw('chase', k, 'again') < 0.120 then 2
            else 1 end))::integer as call_no,
        draw('chase', k, 'again') < 0.010 as is_burst
    from planned
    where day < ends_on
        and day between date '2026-01-01' and date '2026-09-30'
        and (attempt_no <= 10 or attempt_no % 3 = 0)
        and draw('chase', k, 'made') < 0.75
)
select
    * exclude (k),
    k || '.' || call_no::varchar as k
from repeated;

create table out_collection_contact as
with staffed as (
    select
        *,
        case
            when days_late <= 30 then null
            when draw('chase', n, 'agency') < 0.45 then '和信服务(示例)'
            else '诚达外包(示例)'
        end as agency,
        case
            when is_burst then case when draw('chase', k, 'channel') < 0.75 then 'voice' else 'ai_voice' end
            when days_late <= 4 then case when draw('chase', k, 'channel') < 0.85 then 'text' else 'ai_voice' end
            when days_late <= 30 then pick(draw('chase', k, 'channel'), ['text', 'ai_voice', 'ai_voice', 'voice', 'voice'])
            when days_late > 60 and draw('chase', k, 'channel') < 0.02 then 'visit'
            else pick(draw('chase', k, 'channel'), ['text', 'ai_voice', 'voice', 'voice', 'voice', 'voice'])
        end as channel,
        days_late > 20 and draw('chase', n, 'unreachable') < 0.22 and not is_burst as is_unreachable
    from chase
),
timed as (
    select
        *,
        case
            when draw('chase', k, 'edge') < 0.006
                then pick(draw('chase', k, 'which edge'), [79199, 79200, 28799, 28800])
            when channel <> 'visit' and draw('chase', k, 'late') < case agency when '诚达外包(示例)' then 0.030 else 0.006 end
                then pick(draw('chase', k, 'which side'), [79200, 79200, 25200])
                    + whole(draw('chase', k, 'second') * 3600)
            else 28800 + whole(draw('chase', k, 'second') * 50400)
        end as second_of_day,
        case
            when is_unreachable and draw('chase', k, 'target') < 0.55 then 'contact_person'
            when channel in ('voice', 'visit') and draw('chase', k, 'target') > 0.996 then 'contact_person'
            when draw('chase', k, 'target') > 0.9955 and channel = 'voice' then 'other'
            else 'debtor'
        end as target
    from staffed
),
reached as (
    select
        *,
        case
            when channel = 'text' then case when draw('chase', k, 'reached') >= 0.05 then draw('chase', k, 'reached') >= 0.09 end
            when target = 'debtor' and is_unreachable then false
            when is_burst then draw('chase', k, 'reached') < 0.85
            when channel = 'ai_voice' then draw('chase', k, 'reached') < 0.40
            else draw('chase', k, 'reached') < 0.52
        end as was_effective
    from timed
)
select
    id('T', loan_no) || '-' || lpad(period_no::varchar, 2, '0') || '-' || lpad(attempt_no::varchar, 2, '0')
        || '-' || call_no::varchar as contact_id,
    id('B', i + 1) as borrower_id,
    day::timestamp + to_seconds(second_of_day) as occurred_at,
    channel,
    target,
    case when draw('chase', k, 'noted') >= 0.02 then is_unreachable end as debtor_unreachable,
    case
        when draw('chase', k, 'refusal noted') < 0.03 then null
        when target = 'debtor' then draw('chase', n, 'refuses') < 0.004
        else draw('chase', n, 'refuses') < 0.06
    end as contact_refused,
    was_effective,
    agency,
    case
        when second_of_day >= 28800 and second_of_day < 79200 then draw('chase', n, 'agreed') < 0.05
        when draw('chase', k, 'agreed') < 0.08 then null
        else draw('chase', n, 'agreed') < 0.30
    end as agreed_hours,
    -- Three in ten calls that reached somebody are listened to.
    case when channel in ('voice', 'ai_voice') and was_effective and draw('chase', k, 'checked') < 0.30
        then draw('chase', k, 'script') < case
            when channel = 'ai_voice' then 0.995
            when agency = '诚达外包(示例)' then 0.90
            else 0.965 end
    end as script_passed
from reached;
