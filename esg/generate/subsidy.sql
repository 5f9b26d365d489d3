-- The subsidy of each bill by the dated rule, and the lender's claims, which differ from
-- it in a few known ways. Written independently of the project's policy engine, so that
-- the engine can be checked against it.

create table eligible_purchase as
select
    u.n,
    u.spent_date,
    -- First version: 50,000 and more only in a key area, and 50,000 of it at most.
    case
        when u.spent_date >= date '2026-01-01' or u.amount_cents < 5000000 then u.amount_cents
        when u.category <> 'other' then 5000000
    end as base_cents,
    u.refunded_date,
    coalesce(u.refunded_cents, 0) as refunded_cents,
    greatest(u.spent_date, c.agreement_date) as starts_on
from purchase u
join credit c using (n)
where
    u.verification in ('automatic', 'manual')
    and c.agreement_date is not null
    and not c.is_cancelled
    and u.spent_date <= c.agreement_date + 400
    and (
        (c.product in ('consumer_loan', 'pay_later') and u.spent_date >= date '2025-09-01')
        or (c.product = 'card_bill_instalment' and u.spent_date >= date '2026-01-01')
    );

create table subsidised_bill as
with charge as (
    select
        b.n,
        b.loan_no,
        b.period_no,
        b.from_date,
        b.to_date,
        b.due_date,
        b.interest_cents + b.fees_cents as charge_cents,
        b.nominal_millionths,
        b.principal_cents
    from bill b
    -- Not for a bill unpaid on its due date.
    where b.interest_cents + b.fees_cents > 0
        and b.paid_date <= b.due_date
        and b.due_date >= date '2025-09-01'
),
overlap as (
    select
        c.*,
        e.base_cents * greatest(c.to_date - greatest(c.from_date, e.starts_on), 0)
            - least(e.refunded_cents, e.base_cents)
                * case when e.refunded_date is null then 0
                    else greatest(c.to_date - greatest(c.from_date, e.starts_on, e.refunded_date), 0) end
            as cent_days
    from charge c
    join eligible_purchase e using (n)
    where e.base_cents is not null
),
summed as (
    select
        n,
        loan_no,
        period_no,
        any_value(due_date) as due_date,
        any_value(from_date) as from_date,
        any_value(to_date) as to_date,
        any_value(charge_cents) as charge_cents,
        any_value(nominal_millionths) as nominal_millionths,
        any_value(principal_cents) as principal_cents,
        sum(cent_days)::hugeint as cent_days
    from overlap
    group by n, loan_no, period_no
)
select
    n,
    loan_no,
    period_no,
    due_date,
    -- charge x eligible share x min(1 % / rate, 50 %), rounded once.
    divide(
        charge_cents * cent_days * least(20000, nominal_millionths),
        principal_cents::hugeint * (to_date - from_date) * 2 * nominal_millionths
    ) as subsidy_cents
from summed
where cent_days > 0;

create table claim as
with due as (
    select
        loan_no,
        any_value(n) as n,
        year(due_date) as claim_year,
        quarter(due_date) as claim_quarter,
        sum(subsidy_cents)::bigint as computed_cents
    from subsidised_bill
    group by all
    having sum(subsidy_cents) > 0
),
-- A few claims on loans without an agreement: no ground at all.
groundless as (
    select
        c.loan_no,
        c.n,
        year(b.due_date) as claim_year,
        quarter(b.due_date) as claim_quarter,
        sum(divide(b.interest_cents, 15))::bigint as computed_cents
    from credit c
    join bill b using (n)
    where c.agreement_date is null
        and c.product = 'consumer_loan'
        and c.disbursed_date >= date '2025-09-01'
        and b.interest_cents > 100
        and draw('claim', c.n, 'groundless') < 0.03
    group by all
),
every_claim as (
    select *, true as has_ground from due
    union all
    select *, false as has_ground from groundless
),
drawn as (
    select
        *,
        claim_year::varchar || 'Q' || claim_quarter::varchar as quarter,
        n::varchar || '.' || claim_year::varchar || claim_quarter::varchar as k
    from every_claim
),
claimed as (
    select
        *,
        case
            when draw('claim', k, 'error') < 0.010 then computed_cents + 1 + computed_cents // 4
            when draw('claim', k, 'error') < 0.018 then computed_cents - computed_cents // 5
            else computed_cents
        end as claimed_cents,
        last_day(make_date(claim_year, claim_quarter * 3, 1)) as quarter_end,
        draw('claim', k, 'decision') as decision_draw
    from drawn
),
filed as (
    select
        *,
        -- A quarter is filed when it is over; the claims were drawn on 2026-10-31, a
        -- month after everything else, or the last quarter could not have any.
        (quarter_end + 8 + whole(draw('claim', k, 'filed') * 12)::integer)::date as filed_date
    from claimed
),
decided as (
    select
        *,
        case
            when quarter = '2026Q3' and decision_draw >= 0.85 then null
            when quarter = '2026Q2' and decision_draw >= 0.98 then null
            when not has_ground and decision_draw < 0.60 then 0
            when decision_draw < 0.018 then 0
            when decision_draw < 0.038 then claimed_cents - claimed_cents // 4
            else claimed_cents
        end as approved_cents,
        (filed_date + 40 + whole(draw('claim', k, 'paid') * 100)::integer)::date as pay_day
    from filed
),
paid as (
    select
        *,
        case when approved_cents > 0 and pay_day <= date '2026-10-31' then pay_day end as paid_date
    from decided
)
select
    p.loan_no,
    p.quarter,
    s.province_code,
    p.filed_date,
    p.claimed_cents,
    p.approved_cents,
    case when p.paid_date is not null then divide(p.approved_cents * 90, 100) end as central_cents,
    -- Provinces pay their tenth later than the centre, some of them not yet.
    case when p.paid_date is not null
            and p.paid_date + 20 <= date '2026-10-31'
            and not (s.province_code in ('450000', '520000', '620000') and p.claim_year = 2026)
        then p.approved_cents - divide(p.approved_cents * 90, 100)
    end as provincial_cents,
    p.paid_date,
    case when p.paid_date is not null and draw('claim', p.k, 'clawed back') < 0.006
        then p.approved_cents end as clawed_back_cents,
    case
        when p.approved_cents = 0 and not p.has_ground then 'no_agreement'
        when p.approved_cents < p.claimed_cents
            then pick(draw('claim', p.k, 'reason'), ['no_evidence', 'refunded_purchase', 'overdue_interest', 'duplicate_claim'])
    end as reject_reason
from paid p
join credit c using (n)
join person s using (i);
