-- Credits granted to the batch: how much, on which terms.

create table credit_start as
select
    t.n,
    t.i,
    t.loan_no,
    t.disbursed_date,
    t.product,
    p._limit_cents as limit_cents,
    t.product = 'pay_later' and p._takes_instalments
        and draw('credit', t.n, 'instalments') < 0.55 as wants_instalments,
    case when t.product = 'pay_later' then 1 + whole(3.6 * draw('credit', t.n, 'tickets')
        * draw('credit', t.n, 'tickets')) end as tickets,
    case
        when t.product = 'consumer_loan' then whole(spread(draw('credit', t.n, 'amount'),
            [8, 12, 16, 20, 25, 30, 36, 42, 50, 58, 66, 78, 90, 105, 125, 150, 190, 240, 330, 430, 1300]
        )) * 10000
        when t.product = 'card_bill_instalment' then whole(spread(draw('credit', t.n, 'amount'),
            [6, 8, 10, 12, 15, 18, 20, 24, 28, 32, 36, 42, 50, 58, 66, 78, 90, 110, 150, 220, 400]
        )) * 10000
        when t.product = 'micro' then whole(spread(draw('credit', t.n, 'amount'),
            [30, 40, 50, 60, 60, 80, 80, 100, 100, 120, 120, 150, 150, 180, 200, 200, 240, 300, 360, 500, 1000]
        )) * 10000
    end as amount_cents
from work.credit_start t
join person p using (i)
where t.batch_no = getvariable('batch_no');

-- Tickets of pay-later credits: their sum is the credit's principal.
create table ticket as
with listed as (
    select
        n,
        i,
        disbursed_date,
        unnest(range(tickets)) as ticket_no,
        tickets
    from credit_start
    where product = 'pay_later'
),
drawn as (
    select
        *,
        n::varchar || '.' || ticket_no::varchar as k
    from listed
)
select
    n,
    i,
    ticket_no,
    k,
    case when ticket_no = 0 then disbursed_date
        else (disbursed_date + whole(draw('ticket', k, 'day')
            * (least(last_day(disbursed_date), date '2026-09-30') - disbursed_date + 1))::integer)::date
    end as spent_date,
    nearest(spread(draw('ticket', k, 'amount'),
        [3, 6, 9, 12, 15, 18, 22, 26, 30, 34, 38, 45, 54, 64, 76, 90, 115, 145, 190, 290, 900]
    ) * 100) as amount_cents
from drawn;

create table credit as
with principal as (
    select
        s.* exclude (amount_cents),
        coalesce(s.amount_cents, t.amount_cents) as principal_cents
    from credit_start s
    left join (select n, sum(amount_cents)::bigint as amount_cents from ticket group by n) t
        using (n)
),
planned as (
    select
        *,
        -- Nobody spreads a small bill over months.
        wants_instalments and principal_cents >= 6000 as is_pay_later_plan
    from principal
),
termed as (
    select
        *,
        case
            when product = 'pay_later' and not is_pay_later_plan then 1
            when product = 'pay_later' then pick(draw('credit', n, 'term'), [3, 3, 3, 6, 6, 12])
            when product = 'consumer_loan' then pick(draw('credit', n, 'term'), [3, 6, 6, 12, 12, 12, 18, 24])
            when product = 'card_bill_instalment' then pick(draw('credit', n, 'term'), [3, 6, 6, 12])
            else pick(draw('credit', n, 'term'), [6, 12, 12])
        end::integer as term_months,
        case when product = 'card_bill_instalment'
            then pick(draw('credit', n, 'fee'), [40, 55, 55, 70]) end::integer as fee_basis_points,
        case
            when product = 'pay_later' then pick(draw('credit', n, 'rate'), [110000, 131000, 146000, 146000, 153000])
            when product = 'micro' then pick(draw('credit', n, 'rate'), [96000, 108000, 120000, 136000, 148000])
            when product = 'consumer_loan' and draw('credit', n, 'promotion') < 0.04 then 18000
            when product = 'consumer_loan' and draw('credit', n, 'promotion') < 0.12 then 36000
            -- The window guidance of autumn 2025 ended rates above 20 %.
            when product = 'consumer_loan' and disbursed_date >= date '2025-11-01'
                then pick(draw('credit', n, 'rate'), [72000, 90000, 108000, 126000, 144000, 156000, 168000, 180000, 192000, 199000])
            when product = 'consumer_loan'
                then pick(draw('credit', n, 'rate'), [90000, 108000, 126000, 144000, 156000, 168000, 180000, 198000, 216000, 235000])
        end::integer as quoted_millionths
    from planned
)
select
    t.* exclude (quoted_millionths, wants_instalments),
    -- For a flat fee the quote is fee x 12: the figure that must never feed a cap test.
    coalesce(t.quoted_millionths, t.fee_basis_points * 1200) as rate_millionths,
    coalesce(f.irr_millionths, t.quoted_millionths) as nominal_millionths,
    case when t.product = 'consumer_loan' then draw('credit', t.n, 'cancelled') < 0.02
        else false end as is_cancelled,
    case when t.product = 'consumer_loan' and t.term_months >= 6
            and draw('credit', t.n, 'prepaid') < 0.18
        then 2 + whole(draw('credit', t.n, 'prepaid at') * (t.term_months - 2))
    end::integer as prepaid_at_no,
    -- The agreement lets the lender read the transactions; card instalments need their own.
    case
        when t.disbursed_date >= date '2026-01-01' and t.product in ('consumer_loan', 'pay_later', 'card_bill_instalment')
                and draw('credit', t.n, 'agreement') < 0.80
            then t.disbursed_date
        when t.disbursed_date >= date '2025-09-01' and t.product in ('consumer_loan', 'pay_later')
                and draw('credit', t.n, 'agreement') < 0.50
            then (t.disbursed_date + case when draw('credit', t.n, 'agreement') < 0.06 then 12 else 0 end)::date
        -- Older loans join by a supplementary agreement, for what is bought afterwards.
        when t.disbursed_date >= date '2025-07-01' and t.product = 'consumer_loan'
                and draw('credit', t.n, 'agreement') < 0.35
            then (date '2025-09-01' + whole(draw('credit', t.n, 'joined on') * 9)::integer)::date
    end as agreement_date
from termed t
left join flat_fee_cost f using (fee_basis_points, term_months);
