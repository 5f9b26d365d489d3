-- Money received since 2026-01-01, when the lender began to keep receipts: what was
-- paid before stands in the bills alone. Receipts of a paid bill add up to what was due
-- less the subsidy, and its principal comes in within the month in which the bill is
-- settled: balances at month ends follow from receipts as from bills.

create table receipt as
with charged as (
    select
        b.*,
        e.written_off_date,
        coalesce(s.subsidy_cents, 0) as subsidy_cents,
        divide(
            b.principal_due_cents * b.rate_millionths * 3 * greatest(b.paid_date - b.due_date, 0),
            730000000) as penalty_cents,
        b.n::varchar || '.' || b.period_no::varchar as k
    from bill b
    left join subsidised_bill s using (n, period_no)
    left join episode e on e.n = b.n
),
settled as (
    select
        *,
        -- The subsidy is taken off what is charged for the money, interest or fee.
        interest_cents - case when fees_cents = 0 then subsidy_cents else 0 end as interest_paid_cents,
        fees_cents - case when fees_cents = 0 then 0 else subsidy_cents end as fees_paid_cents,
        -- Who pays late is more likely to pay in parts.
        case
            when principal_due_cents < 2000 then 1
            when draw('receipt', k, 'parts') < case when paid_date > due_date then 0.30 else 0.05 end
                then case when draw('receipt', k, 'third part') < 0.25 then 3 else 2 end
            else 1
        end as parts
    from charged
    where paid_date >= date '2026-01-01'
),
listed as (
    select
        *,
        unnest(range(1, parts + 1)) as part_no
    from settled
),
settling as (
    select
        loan_no,
        period_no,
        part_no,
        case when part_no = parts then paid_date
            else greatest(
                paid_date - ((parts - part_no) * (1 + whole(draw('receipt', k, 'days') * 5)))::integer,
                from_date,
                date_trunc('month', paid_date)::date)
        end::date as paid_date,
        case when part_no = parts
            then principal_due_cents - (parts - 1) * (principal_due_cents // (parts + 1))
            else principal_due_cents // (parts + 1)
        end as principal_cents,
        -- Interest and fees are settled first, the penalty last.
        case when part_no = 1 then interest_paid_cents else 0 end as interest_cents,
        case when part_no = 1 then fees_paid_cents else 0 end as fees_cents,
        case when part_no = parts then penalty_cents else 0 end as penalty_cents
    from listed
),
-- Some who are in arrears pay the interest, and the principal stays open.
interest_only as (
    select
        loan_no,
        period_no,
        1 as part_no,
        (due_date + 3 + whole(draw('receipt', k, 'days') * 25)::integer)::date as paid_date,
        0 as principal_cents,
        interest_cents,
        fees_cents,
        0 as penalty_cents,
        written_off_date
    from charged
    where paid_date is null
        and due_date >= date '2026-01-01'
        and interest_cents + fees_cents > 0
        and draw('receipt', k, 'interest only') < 0.35
),
recovered as (
    select
        loan_no,
        null::integer as period_no,
        1 as part_no,
        (date_trunc('month', as_of_date)::date + whole(draw('receipt', n, 'recovered') * 27)::integer)::date as paid_date,
        recovered_cents as principal_cents,
        0 as interest_cents,
        0 as fees_cents,
        0 as penalty_cents
    from standing
    where recovered_cents is not null and as_of_date >= date '2026-01-31'
)
select * from settling
union all
select * exclude (written_off_date)
from interest_only
where paid_date <= coalesce(written_off_date, date '2026-09-30')
union all
select * from recovered;

create table out_payment as
select
    id('P', loan_no) || '-' || coalesce(lpad(period_no::varchar, 2, '0'), 'R') || '-' || part_no::varchar as payment_id,
    id('L', loan_no) as loan_id,
    period_no,
    paid_date,
    yuan(principal_cents) as principal,
    yuan(interest_cents) as interest,
    yuan(fees_cents) as fees,
    yuan(penalty_cents) as penalty
from receipt;
