-- What has to be known of everybody before any batch is written: who is seen when, who
-- takes which credit on which day, who asks for one, and the numbers that ids are made
-- of. Nothing wide: the rest is worked out batch by batch.

-- Customers and applicants, in the order in which the lender first saw them.
create table work.arrival as
with seen as (
    select
        i,
        (i + draw('person', i, 'joined')) / getvariable('people') as position
    from range(getvariable('people')::bigint) r(i)
),
-- A third were known before the first reported quarter.
joined as (
    select
        s.i,
        0 as month_no,
        (date '2021-01-01' + whole(s.position / 0.33 * 1095)::integer)::date as first_seen_date
    from seen s
    where s.position < 0.33
    union all
    select
        s.i,
        m.month_no,
        (m.first_day + whole(
            ((s.position - 0.33) / 0.67 * t.total - (m.weight_to - m.weight))
            / m.weight * m.days)::integer)::date as first_seen_date
    from seen s
    cross join (select max(weight_to)::double as total from month) t
    asof join (select *, (weight_to - weight)::double as weight_from from month) m
        on (s.position - 0.33) / 0.67 * t.total >= m.weight_from
    where s.position >= 0.33
)
select
    i,
    (i % getvariable('batches'))::smallint as batch_no,
    month_no::integer as month_no,
    first_seen_date,
    draw('person', i, 'customer') >= 0.10 as is_customer
from joined
order by batch_no, i;

-- How many people were known at each month's end: who can complain in that month.
create table work.known as
select m.month_no, m.first_day, m.days, count(*) as people
from month m
join work.arrival p on p.first_seen_date <= m.first_day + 27
group by all;

create table customer as
select
    row_number() over () - 1 as c,
    i,
    month_no,
    first_seen_date
from (select * from work.arrival where is_customer order by i);

-- Each customer has one credit at least; the rest falls mostly on early customers.
create table dated_credit as
with owned as (
    select
        n,
        case
            when n < t.customers then n
            else whole(t.customers * (0.7 * d * d + 0.3 * d))
        end as c,
        n < t.customers as is_first
    from (
        select n, draw('credit', n, 'customer') as d
        from range(getvariable('loans')::bigint) r(n)
    )
    cross join (select count(*) as customers from customer) t
),
timed as (
    select
        o.n,
        k.i,
        o.is_first and k.month_no > 0 as at_joining,
        k.first_seen_date,
        coalesce(b.weight_to - b.weight, 0)
            + draw('credit', o.n, 'month') * (e.total - coalesce(b.weight_to - b.weight, 0))
            as weight_at,
        draw('credit', o.n, 'day') as day_draw
    from owned o
    join customer k using (c)
    left join month b on b.month_no = k.month_no
    cross join (select max(weight_to)::double as total from month) e
)
select
    t.n,
    t.i,
    case
        when t.at_joining
            then least(t.first_seen_date + whole(t.day_draw * 4)::integer, date '2026-09-30')
        else greatest(
            m.first_day + whole(t.day_draw * m.days)::integer,
            least(t.first_seen_date + 4, date '2026-09-30'))
    end::date as disbursed_date,
    draw('credit', t.n, 'hour') as hour_draw,
    draw('credit', t.n, 'product') as product_draw
from timed t
asof join (select *, (weight_to - weight)::double as weight_from from month) m
    on t.weight_at >= m.weight_from;

drop table customer;

create table numbered_credit as
select
    row_number() over () as loan_no,
    * exclude (hour_draw)
from (select * from dated_credit order by disbursed_date, hour_draw, n);

drop table dated_credit;

create table work.credit_start as
select
    n,
    i,
    loan_no,
    (i % getvariable('batches'))::smallint as batch_no,
    disbursed_date,
    case
        when product_draw < 0.800 then 'pay_later'
        when product_draw < 0.930 then 'consumer_loan'
        when product_draw < 0.970 then 'card_bill_instalment'
        else 'micro'
    end as product
from numbered_credit
order by batch_no, n;

drop table numbered_credit;

-- Requests: one for each credit (one in all for a customer's pay-later account), and
-- those that led to nothing.
create table request_made as
with opening as (
    select min(loan_no) as loan_no
    from work.credit_start
    where product = 'pay_later'
    group by i
),
fruitless as (
    -- Applicants who never became customers, and refusals of customers.
    select
        'p' || i::varchar as k,
        i,
        case when first_seen_date < date '2024-01-01'
            then date '2024-01-01' + whole(draw('refusal', 'p' || i::varchar, 'day') * 1000)::integer
            else first_seen_date
        end as applied_date
    from work.arrival
    where not is_customer
    union all
    select
        'c' || i::varchar,
        i,
        greatest(first_seen_date, date '2024-01-01')
            + whole(draw('refusal', 'c' || i::varchar, 'day')
                * (date '2026-09-30' - greatest(first_seen_date, date '2024-01-01')))::integer
    from work.arrival
    where is_customer and draw('refusal', 'c' || i::varchar, 'asked') < 0.26
)
select 'n' || n::varchar as k, n, i, disbursed_date as applied_date
from work.credit_start
where product <> 'pay_later' or loan_no in (select loan_no from opening)
union all
select k, null, i, applied_date::date
from fruitless;

create table work.request_made as
select
    row_number() over () as application_no,
    (i % getvariable('batches'))::smallint as batch_no,
    *
from (select * from request_made order by applied_date, k)
order by batch_no, application_no;

drop table request_made;
