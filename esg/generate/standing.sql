-- Each credit at each month end, worked out from its bills: never drawn on its own.

create table standing as
with settled as (
    select
        n,
        sum(principal_due_cents)::bigint as paid_cents,
        max(paid_date) as last_paid_date
    from bill
    where paid_date is not null
    group by n
),
life as (
    select
        c.n,
        c.loan_no,
        c.product,
        c.principal_cents,
        c.limit_cents,
        c.disbursed_date,
        e.due_date as arrears_from,
        e.cured_date,
        e.written_off_date,
        coalesce(e.is_restructured, false) as is_restructured,
        coalesce(
            e.written_off_date,
            case when s.paid_cents = c.principal_cents then last_day(s.last_paid_date) end,
            date '2026-09-30'
        ) as ends_on
    from credit c
    left join episode e using (n)
    left join settled s using (n)
    where not c.is_cancelled
),
repaid as (
    select n, last_day(paid_date) as as_of_date, sum(principal_due_cents)::bigint as repaid_cents
    from bill
    where paid_date is not null
    group by n, last_day(paid_date)
),
late as (
    select n, last_day(due_date) as as_of_date, max(last_day(due_date) - due_date) as days_late
    from bill
    where due_date <= date '2026-09-30' and (paid_date is null or paid_date > last_day(due_date))
    group by n, last_day(due_date)
),
listed as (
    select
        f.*,
        m.last_day as as_of_date,
        coalesce(l.days_late, 0) as days_late,
        f.principal_cents - sum(coalesce(r.repaid_cents, 0))
            over (partition by f.n order by m.last_day) as owed_cents
    from life f
    join month m on m.last_day >= f.disbursed_date and m.last_day <= f.ends_on
    left join repaid r on r.n = f.n and r.as_of_date = m.last_day
    left join late l on l.n = f.n and l.as_of_date = m.last_day
)
select
    n,
    loan_no,
    product,
    as_of_date,
    case when as_of_date = written_off_date then 0 else owed_cents end::bigint as balance_cents,
    case
        when as_of_date = written_off_date then null
        when owed_cents = 0 then 0
        when arrears_from <= as_of_date and (cured_date is null or cured_date > as_of_date)
            then as_of_date - arrears_from
        else days_late
    end::integer as days_past_due,
    limit_cents,
    is_restructured and cured_date <= as_of_date and owed_cents > 0 as is_restructured,
    case when as_of_date = written_off_date then written_off_date end as written_off_date,
    case when as_of_date = written_off_date then owed_cents end::bigint as written_off_cents,
    null::bigint as recovered_cents
from listed
union all
-- Some of what was written off comes back three months later.
select
    n,
    loan_no,
    product,
    last_day((written_off_date - 40 + interval 4 month)::date) as as_of_date,
    0,
    null,
    limit_cents,
    false,
    null,
    null,
    divide(owed_cents * (5 + whole(draw('credit', n, 'recovery') * 60)), 100)
from listed
where as_of_date = written_off_date
    and draw('credit', n, 'recovered') < 0.22
    and last_day((written_off_date - 40 + interval 4 month)::date) <= date '2026-09-30';
