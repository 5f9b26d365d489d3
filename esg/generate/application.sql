-- Requests: one for each credit (one in all for a customer's pay-later account), and
-- those that led to nothing.

create table request as
with granted as (
    select
        n,
        i,
        product,
        loan_no,
        row_number() over (
            partition by i, case when product = 'pay_later' then -1 else n end order by loan_no
        ) as use_no,
        disbursed_date,
        case when product = 'pay_later' then limit_cents
            else principal_cents end as amount_cents
    from credit
),
fruitless as (
    -- Applicants who never became customers, and refusals of customers.
    select
        'p' || i::varchar as k,
        i,
        case
            when draw('refusal', 'p' || i::varchar, 'outcome') < 0.80 then 'declined'
            when draw('refusal', 'p' || i::varchar, 'outcome') < 0.90 then 'withdrawn'
            else 'incomplete'
        end as decision,
        case when first_seen_date < date '2024-01-01'
            then date '2024-01-01' + whole(draw('refusal', 'p' || i::varchar, 'day') * 1000)::integer
            else first_seen_date
        end as applied_date
    from person
    where not _is_customer
    union all
    select
        'c' || i::varchar,
        i,
        case
            when draw('refusal', 'c' || i::varchar, 'outcome') < 0.84 then 'declined'
            when draw('refusal', 'c' || i::varchar, 'outcome') < 0.92 then 'withdrawn'
            else 'incomplete'
        end,
        greatest(first_seen_date, date '2024-01-01')
            + whole(draw('refusal', 'c' || i::varchar, 'day')
                * (date '2026-09-30' - greatest(first_seen_date, date '2024-01-01')))::integer
    from person
    where _is_customer and draw('refusal', 'c' || i::varchar, 'asked') < 0.26
),
every_request as (
    select
        'n' || n::varchar as k,
        n,
        i,
        product,
        'approved' as decision,
        disbursed_date as applied_date,
        amount_cents
    from granted
    where use_no = 1
    union all
    select
        k,
        null,
        i,
        pick(draw('refusal', k, 'product'), ['pay_later', 'consumer_loan', 'consumer_loan', 'consumer_loan', 'card_bill_instalment', 'micro']),
        decision,
        applied_date::date,
        (1 + whole(draw('refusal', k, 'amount') * draw('refusal', k, 'amount') * 60)) * 100000
    from fruitless
),
ranked as (
    select
        *,
        row_number() over (partition by i order by applied_date, k) as turn
    from every_request
)
select
    row_number() over (order by r.applied_date, r.k) as application_no,
    r.*,
    case
        when p._file_draw < 0.065 then 'no_file'
        when p._file_draw < 0.115 then 'no_account'
        when p._file_draw < 0.180 then 'no_outside_account'
        else 'established'
    end as first_file_status
from ranked r
join person p using (i);

create table use_of_request as
select
    c.n,
    r.application_no
from credit c
join request r
    on r.n is not null
    and r.i = c.i
    and (r.n = c.n or (c.product = 'pay_later' and r.product = 'pay_later'));
