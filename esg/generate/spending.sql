-- Purchases: the tickets of pay-later credits, and one to three purchases of a loan.

create table purchase as
with loan_part as (
    select
        c.n,
        unnest(range(1 + whole(draw('credit', c.n, 'purchases') * 2.4))) as part_no,
        1 + whole(draw('credit', c.n, 'purchases') * 2.4) as parts,
        c.principal_cents,
        c.disbursed_date,
        c.agreement_date,
        c.product
    from credit c
    where c.product in ('consumer_loan', 'card_bill_instalment') and not c.is_cancelled
),
loan_purchase as (
    select
        n,
        part_no as ticket_no,
        n::varchar || '.' || part_no::varchar as k,
        -- A card instalment turns a bill into a plan: its purchases came before.
        case when product = 'card_bill_instalment'
            then (disbursed_date - 1 - whole(draw('purchase', n::varchar || '.' || part_no::varchar, 'day') * 25)::integer)::date
            when agreement_date > disbursed_date + 12 and part_no > 0
                then agreement_date + whole(draw('purchase', n::varchar || '.' || part_no::varchar, 'day') * 12)::integer
            else least(disbursed_date + whole(draw('purchase', n::varchar || '.' || part_no::varchar, 'day')
                * draw('purchase', n::varchar || '.' || part_no::varchar, 'day') * 20)::integer, date '2026-09-30')::date
        end as spent_date,
        case when part_no = parts - 1
            then principal_cents - (parts - 1) * (principal_cents // parts)
            else principal_cents // parts
        end as amount_cents
    from loan_part
    -- The rest of a loan stays unspent, or leaves no trace that the lender may read.
    where part_no = 0 or draw('purchase', n::varchar || '.' || part_no::varchar, 'traced') < 0.88
),
every_purchase as (
    select n, ticket_no, k, spent_date, amount_cents from ticket
    union all
    select n, ticket_no, k, spent_date, amount_cents from loan_purchase
),
described as (
    select
        e.*,
        c.loan_no,
        c.product,
        p.province_code,
        case when c.product = 'pay_later' then
            case
                when draw('purchase', e.k, 'paid by') < 0.995 then 'merchant'
                else 'personal_transfer'
            end
        else
            case
                when draw('purchase', e.k, 'paid by') < 0.86 then 'merchant'
                when draw('purchase', e.k, 'paid by') < 0.94 then 'personal_transfer'
                else 'cash'
            end
        end as paid_by,
        draw('purchase', e.k, 'verified') as verified_draw,
        case when c.product = 'pay_later'
            then pick(draw('purchase', e.k, 'category'), [
                'other', 'other', 'other', 'other', 'other', 'other', 'home', 'home', 'electronics',
                'culture_travel', 'culture_travel', 'health', 'education', 'elder_birth'])
            else pick(draw('purchase', e.k, 'category'), [
                'home', 'home', 'home', 'electronics', 'electronics', 'education', 'education',
                'health', 'culture_travel', 'elder_birth', 'other', 'other'])
        end as category,
        draw('purchase', e.k, 'refund') as refund_draw
    from every_purchase e
    join credit c using (n)
    join person p using (i)
),
checked as (
    select
        *,
        case
            when paid_by = 'merchant' and verified_draw < 0.93 then 'automatic'
            when verified_draw < case when paid_by = 'merchant' then 0.96 else 0.45 end then 'manual'
            else 'none'
        end as verification,
        case when refund_draw < 0.025
                and spent_date + 2 + whole(draw('purchase', k, 'refund day') * 12)::integer <= date '2026-09-30'
            then (spent_date + 2 + whole(draw('purchase', k, 'refund day') * 12)::integer)::date
        end as refunded_date
    from described
)
select
    * exclude (verified_draw, refund_draw, k),
    case
        when verification = 'automatic' then spent_date
        when verification = 'manual' then least(
            spent_date + 1 + whole(draw('purchase', k, 'review') * 9)::integer, date '2026-09-30')::date
    end as verified_date,
    case when refunded_date is not null then
        case when refund_draw < 0.018 then amount_cents else amount_cents * 2 // 5 end
    end as refunded_cents,
    case
        when category in ('home', 'electronics') then draw('purchase', k, 'green') < 0.17
        when category = 'culture_travel' then draw('purchase', k, 'green') < 0.08
        else draw('purchase', k, 'green') < 0.015
    end as is_green
from checked;
