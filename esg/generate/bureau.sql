-- What the credit bureau says of active customers at the last four quarter ends: debt
-- to others, drawn from income and risk, and the service of all debt in the month.

create table out_bureau_month as
with active as (
    select
        c.i,
        s.as_of_date,
        c.i::varchar || '.' || s.as_of_date::varchar as k
    from standing s
    join credit c using (n)
    where s.as_of_date in (date '2025-12-31', date '2026-03-31', date '2026-06-30', date '2026-09-30')
        and s.balance_cents > 0
    group by c.i, s.as_of_date
),
own_service as (
    select
        i,
        last_day(due_date) as as_of_date,
        sum(principal_due_cents + interest_cents + fees_cents)::bigint as due_cents
    from bill
    group by i, last_day(due_date)
),
-- As the file stood when the first loan was decided: no file, or one without an
-- account, means that nobody had lent before.
first_loan as (
    select
        c.i,
        case
            when a.credit_file_status in ('no_file', 'no_account') then false
            when a.credit_file_status is not null then true
        end as had_credit_before
    from (select i, min(loan_no) as loan_no from credit group by i) c
    join out_loan l on l.loan_id = id('L', c.loan_no)
    left join out_application a using (application_id)
),
drawn as (
    select
        a.i,
        a.as_of_date,
        a.k,
        f.had_credit_before,
        coalesce(p.income_cents, 500000) as income_cents,
        coalesce(o.due_cents, 0) as own_cents,
        p._risk,
        -- One's lenders change little from quarter to quarter.
        draw('bureau', a.i, 'lenders') + 0.08 * draw('bureau', a.k, 'lenders') as lenders_draw
    from active a
    join person p using (i)
    join first_loan f using (i)
    left join own_service o using (i, as_of_date)
),
indebted as (
    select
        *,
        case when coalesce(had_credit_before, true)
            then least(greatest(whole((lenders_draw - 0.28) * (3.2 + 3.0 * _risk) * lenders_draw), 0), 9)
            else least(greatest(whole((lenders_draw - 0.70) * 6), 0), 2)
        end as other_lenders
    from drawn
),
owing as (
    select
        *,
        case when other_lenders > 0 then
            whole(income_cents * (0.05 + 0.085 * other_lenders * draw('bureau', i, 'service'))
                * (0.9 + 0.2 * draw('bureau', k, 'service')) / 100) * 100
        else 0 end as other_service_cents
    from indebted
)
select
    id('B', i + 1) as borrower_id,
    as_of_date,
    other_lenders,
    -- Of three in a hundred the bureau names the lenders and not the sums.
    case when draw('bureau', k, 'sums known') >= 0.03 then
        yuan(whole(other_service_cents * (5 + 20 * draw('bureau', i, 'months')) / 100) * 100)
    end as other_balance,
    case when draw('bureau', k, 'sums known') >= 0.03 then yuan(own_cents + other_service_cents) end
        as monthly_debt_service,
    had_credit_before
from owing;
