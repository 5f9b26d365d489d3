-- Interest periods up to the data date, and how each was paid.

create table period as
with listed as (
    select
        c.*,
        unnest(range(1, coalesce(c.prepaid_at_no, c.term_months) + 1))::integer as period_no
    from credit c
    where not c.is_cancelled
),
dated as (
    select
        *,
        -- A statement collects the month's purchases and is due on the 11th of the next
        -- month: 41 days at most, from the first of a month with 31 days.
        case when product = 'pay_later'
            then (date_trunc('month', disbursed_date) + to_months(period_no) + interval 10 day)::date
            else (disbursed_date + to_months(period_no))::date
        end as due_date,
        case
            when period_no = 1 then disbursed_date
            when product = 'pay_later'
                then (date_trunc('month', disbursed_date) + to_months(period_no - 1) + interval 10 day)::date
            else (disbursed_date + to_months(period_no - 1))::date
        end as from_date
    from listed
),
statement as (
    select
        *,
        case when product = 'pay_later' and not is_pay_later_plan
            then date_trunc('month', due_date)::date
            else due_date
        end as to_date
    from dated
),
scheduled as (
    select
        s.*,
        case
            when s.product = 'pay_later' and not s.is_pay_later_plan then s.principal_cents
            when s.product = 'card_bill_instalment'
                then s.principal_cents - (s.period_no - 1) * (s.principal_cents // s.term_months)
            else nearest(s.principal_cents * o.factor / w.factor)
        end as opening_cents,
        case
            when s.period_no = coalesce(s.prepaid_at_no, s.term_months) then 0
            when s.product = 'card_bill_instalment'
                then s.principal_cents - s.period_no * (s.principal_cents // s.term_months)
            else nearest(s.principal_cents * c.factor / w.factor)
        end as closing_cents
    from statement s
    left join annuity w on w.rate_millionths = s.rate_millionths and w.months = s.term_months
    left join annuity o on o.rate_millionths = s.rate_millionths and o.months = s.term_months - s.period_no + 1
    left join annuity c on c.rate_millionths = s.rate_millionths and c.months = s.term_months - s.period_no
    where s.to_date <= date '2026-09-30'
),
charged as (
    select
        s.n,
        s.loan_no,
        s.i,
        s.product,
        s.disbursed_date,
        s.period_no,
        s.from_date,
        s.to_date,
        s.due_date,
        s.rate_millionths,
        s.nominal_millionths,
        s.principal_cents,
        s.opening_cents,
        s.opening_cents - s.closing_cents as principal_due_cents,
        case
            when s.product = 'card_bill_instalment' then 0
            when s.product = 'pay_later' and not s.is_pay_later_plan then 0
            else divide(s.opening_cents * s.rate_millionths, 12000000)
        end as interest_cents,
        case when s.product = 'card_bill_instalment'
            then divide(s.principal_cents * s.fee_basis_points, 10000) else 0 end as fees_cents,
        s.n::varchar || '.' || s.period_no::varchar as k,
        p._risk
            * case when p._earns_flowers then 0.55 else 1.05 end
            * case when p._uses_bill_assistant then 0.75 else 1.25 end
            * case
                -- The planted story: new county and rural customers of three provinces.
                when s.due_date >= date '2026-03-01' and p.first_seen_date >= date '2025-07-01'
                        and is_story_place(p.province_code, p.area)
                    then case when s.due_date >= date '2026-06-01' then 11.0 else 9.0 end
                when p.area = 'rural' then 1.15
                else 1.0
            end as hazard
    from scheduled s
    join person p using (i)
)
select
    *,
    draw('period', k, 'severe') < hazard * case product
        when 'pay_later' then 0.0085 when 'consumer_loan' then 0.0062
        when 'micro' then 0.0066 else 0.0050 end as is_severe,
    case when draw('period', k, 'late') < 0.055 * hazard
        then 1 + whole(draw('period', k, 'late days') * draw('period', k, 'late days') * 26)
        else 0 end::integer as late_days
from charged;

-- The first severe miss starts an episode: cured after 33 to 110 days, or written off at
-- the first month end more than 180 days on.
create table episode as
with missed as (
    select
        n,
        min(period_no) as period_no,
        min(due_date) as due_date,
        any_value(i) as i,
        any_value(product) as product
    from period
    where is_severe
    group by n
),
drawn as (
    select
        *,
        draw('episode', n, 'cured') < 0.50 as is_cured,
        (due_date + 33 + whole(draw('episode', n, 'days') * 78)::integer)::date as cure_day
    from missed
)
select
    n,
    i,
    product,
    period_no,
    due_date,
    case when is_cured and cure_day <= date '2026-09-30' then cure_day end as cured_date,
    case when not is_cured and last_day(due_date + 181) <= date '2026-09-30'
        then last_day(due_date + 181) end as written_off_date,
    is_cured and draw('episode', n, 'restructured') < 0.14 as is_restructured
from drawn;

create table bill as
select
    p.* exclude (is_severe, late_days, hazard, k),
    e.due_date as arrears_from,
    case
        when e.n is null or p.period_no < e.period_no then
            case when p.due_date + p.late_days <= date '2026-09-30'
                then (p.due_date + p.late_days)::date end
        when e.cured_date is not null and greatest(e.cured_date, p.due_date + p.late_days) <= date '2026-09-30'
            then greatest(e.cured_date, p.due_date + p.late_days)::date
    end as paid_date
from period p
left join episode e using (n)
where e.written_off_date is null or p.due_date <= e.written_off_date;
