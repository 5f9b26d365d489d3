-- The batch's requests with what was asked for.

create table request as
with fruitless as (
    select
        *,
        case k[1]
            when 'p' then case
                when draw('refusal', k, 'outcome') < 0.80 then 'declined'
                when draw('refusal', k, 'outcome') < 0.90 then 'withdrawn'
                else 'incomplete'
            end
            else case
                when draw('refusal', k, 'outcome') < 0.84 then 'declined'
                when draw('refusal', k, 'outcome') < 0.92 then 'withdrawn'
                else 'incomplete'
            end
        end as decision
    from work.request_made
    where batch_no = getvariable('batch_no') and n is null
),
every_request as (
    select
        r.application_no,
        r.k,
        r.n,
        r.i,
        c.product,
        'approved' as decision,
        r.applied_date,
        case when c.product = 'pay_later' then c.limit_cents
            else c.principal_cents end as amount_cents
    from work.request_made r
    join credit c using (n)
    where r.batch_no = getvariable('batch_no')
    union all
    select
        application_no,
        k,
        null,
        i,
        pick(draw('refusal', k, 'product'), ['pay_later', 'consumer_loan', 'consumer_loan', 'consumer_loan', 'card_bill_instalment', 'micro']),
        decision,
        applied_date,
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
