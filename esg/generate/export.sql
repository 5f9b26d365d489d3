-- The batch's files, with the contract's column names. Traits and cents stay behind.

create table out_borrower as
with last_use as (
    select i, max(disbursed_date) as disbursed_date from credit group by i
)
select
    id('B', p.person_no) as borrower_id,
    p.birth_year,
    p.gender,
    p.province_code,
    p.county_code,
    p.area,
    p.is_urban_resident,
    p.hukou_city_code,
    p.resident_city_code,
    p.hukou_since_date,
    p.new_citizen_evidence,
    yuan(p.income_cents) as monthly_income,
    case when p.income_cents is not null then p.income_basis end as income_basis,
    p.occupation,
    p.has_disability,
    p.first_seen_date,
    least(date '2026-09-30', greatest(p.first_seen_date, coalesce(u.disbursed_date, p.first_seen_date))
        + whole(draw('person', p.i, 'last active') * 75)::integer)::date as last_active_date,
    p.consents_secondary_use,
    p.data_used_secondarily
from person p
left join last_use u using (i);

create table out_application as
with timed as (
    select
        r.*,
        c.disbursed_date,
        coalesce(c.disbursed_date, r.applied_date)::timestamp + to_seconds(
            25200 + whole(draw('request', r.k, 'hour') * 50000)) as moment,
        p._risk
    from request r
    join person p using (i)
    left join credit c using (n)
)
select
    id('A', application_no) as application_id,
    id('B', i + 1) as borrower_id,
    product,
    case when decision = 'approved'
        then disbursed_date::timestamp - to_seconds(300 + whole(draw('request', k, 'lead') * 40000))
        else moment end as applied_at,
    yuan(amount_cents) as amount,
    case
        when decision = 'approved' then disbursed_date::timestamp
            - to_seconds(5 + whole(draw('request', k, 'lead') * 240))
        when decision = 'declined' then moment + to_seconds(4 + whole(draw('request', k, 'lead') * 3600))
    end as decided_at,
    decision,
    case
        when decision in ('withdrawn', 'incomplete') or draw('request', k, 'shadow') < 0.06 then null
        when decision = 'approved' then
            case when draw('request', k, 'bureau') < case
                    when turn > 1 then 0.06
                    when first_file_status = 'no_file' then 0.93
                    when first_file_status = 'no_account' then 0.78
                    when first_file_status = 'no_outside_account' then 0.30
                    else 0.07 end then 'declined' else 'approved' end
        else case when draw('request', k, 'bureau') < 0.82 then 'declined' else 'approved' end
    end as bureau_only_decision,
    case
        when decision = 'incomplete' then null
        when turn = 1 and first_file_status = 'no_file' then 'alternative'
        when draw('request', k, 'basis') < 0.64 then 'both'
        else 'bureau'
    end as data_basis,
    case
        when decision = 'incomplete' or draw('request', k, 'file known') < 0.015 then null
        when turn = 1 or first_file_status = 'established' then first_file_status
        when draw('request', k, 'file') < 0.65 then 'no_outside_account'
        else 'established'
    end as credit_file_status,
    case when decision in ('approved', 'declined') then
        whole(case when decision = 'approved' then 590 else 480 end
            + draw('request', k, 'score') * 190 - _risk * 45) end as score,
    case when decision = 'declined' then
        pick(draw('request', k, 'reason'), ['score', 'score', 'score', 'debt_burden', 'debt_burden',
            'thin_file', 'fraud_check', 'identity', 'policy']) end as decline_reason
from timed;

create table out_loan as
select
    id('L', c.loan_no) as loan_id,
    id('A', u.application_no) as application_id,
    id('B', c.i + 1) as borrower_id,
    'HG' as institution_id,
    c.product,
    draw('credit', c.n, 'own book') < 0.93 as is_own_book,
    c.disbursed_date::timestamp + to_seconds(case
        when draw('credit', c.n, 'hour') < 0.055 then whole(draw('credit', c.n, 'hour') / 0.055 * 21600)
        else 25200 + whole((draw('credit', c.n, 'hour') - 0.055) / 0.945 * 61199) end) as disbursed_at,
    yuan(c.principal_cents) as principal,
    'CNY' as currency,
    rate(c.rate_millionths) as contract_rate,
    case
        when draw('credit', c.n, 'cost known') < 0.01 then null
        -- One plan in 30 still shows the flat quote as if it were the annual cost.
        when draw('credit', c.n, 'cost known') < 0.04 then rate(c.rate_millionths)
        when c.product = 'pay_later' and not c.is_pay_later_plan then rate(0)
        else rate(c.nominal_millionths)
    end as disclosed_annual_cost,
    yuan(0) as fees_upfront,
    yuan(case when c.product = 'consumer_loan' and draw('credit', c.n, 'add-on') < 0.04
        then 2000 + c.principal_cents // 100 else 0 end) as fees_addon,
    c.term_months,
    case
        when c.product = 'card_bill_instalment' then 'flat_fee'
        when c.product = 'pay_later' and not c.is_pay_later_plan then 'bullet'
        else 'equal_payment'
    end as repayment_method,
    case when c.product = 'pay_later' and not c.is_pay_later_plan
        then (date_trunc('month', c.disbursed_date) + interval 1 month + interval 10 day)::date - c.disbursed_date
        else 0 end as interest_free_days,
    case when c.product = 'pay_later' then yuan(c.limit_cents) end as credit_limit,
    case when draw('credit', c.n, 'channel known') >= 0.01 then
        case c.product
            when 'pay_later' then pick(draw('credit', c.n, 'channel'), ['merchant_checkout', 'merchant_checkout', 'merchant_checkout', 'app'])
            when 'micro' then pick(draw('credit', c.n, 'channel'), ['app', 'partner', 'outlet'])
            else pick(draw('credit', c.n, 'channel'), ['app', 'app', 'app', 'partner', 'web', 'outlet'])
        end
    end as channel,
    c.product = 'consumer_loan' and draw('credit', c.n, 'refinancing') < 0.035 as is_refinancing,
    coalesce(g.is_green, false) as is_green,
    case when c.product = 'micro' then
        pick(draw('credit', c.n, 'sector'), ['retail', 'catering', 'transport', 'farming', 'repair', 'services']) end as sector,
    c.disbursed_date as contract_signed_date,
    c.agreement_date as subsidy_agreement_date,
    case
        -- Before the duty began, interest-free purchases carried no sheet.
        when c.product = 'pay_later' and not c.is_pay_later_plan
            and c.disbursed_date < date '2026-08-01' then null
        when draw('credit', c.n, 'cost sheet') < case
                when c.disbursed_date >= date '2026-08-01' then 0.965
                when c.disbursed_date >= date '2026-03-15' then 0.45
                else 0.0 end
            then c.disbursed_date::timestamp
    end as cost_sheet_acknowledged_at,
    case
        -- Before the duty began, interest-free purchases carried no sheet.
        when c.product = 'pay_later' and not c.is_pay_later_plan
            and c.disbursed_date < date '2026-08-01' then null
        when draw('credit', c.n, 'cost sheet') < case
                when c.disbursed_date >= date '2026-08-01' then 0.965
                when c.disbursed_date >= date '2026-03-15' then 0.45
                else 0.0 end
            then 4 + whole(draw('credit', c.n, 'items') * 3)
    end as cost_sheet_items,
    case when c.is_cancelled then least(date '2026-09-30',
        c.disbursed_date + 1 + whole(draw('credit', c.n, 'cancelled at') * 13)::integer)::date end as cancelled_date,
    case when c.is_cancelled then yuan(case when draw('credit', c.n, 'cancel cost') < 0.06 then 3000 else 0 end) end as cancellation_cost
from credit c
left join use_of_request u using (n)
left join (
    select n, sum(case when is_green then amount_cents else 0 end) * 2 > sum(amount_cents) as is_green
    from purchase group by n
) g using (n);

create table out_interest_bill as
select
    id('L', b.loan_no) as loan_id,
    b.period_no,
    b.from_date,
    b.to_date,
    rate(b.rate_millionths) as rate,
    yuan(b.opening_cents) as opening_balance,
    yuan(b.principal_due_cents) as principal_due,
    yuan(b.interest_cents) as interest_due,
    yuan(b.fees_cents) as fees_due,
    -- Default interest: the contract rate and a half, on what is late, per day.
    yuan(divide(
        b.principal_due_cents * b.rate_millionths * 3
            * greatest(coalesce(b.paid_date, date '2026-09-30') - b.due_date, 0),
        730000000)) as penalty_due,
    yuan(b.principal_due_cents + b.interest_cents + b.fees_cents) as minimum_due,
    b.due_date,
    b.paid_date,
    yuan(coalesce(s.subsidy_cents, 0)) as subsidy_deducted
from bill b
left join subsidised_bill s using (n, period_no);

create table out_loan_month as
select
    id('L', loan_no) as loan_id,
    as_of_date,
    yuan(balance_cents) as balance,
    days_past_due,
    case when product = 'pay_later' then yuan(balance_cents) end as credit_used,
    case when product = 'pay_later' then yuan(limit_cents) end as credit_limit,
    is_restructured,
    written_off_date,
    yuan(written_off_cents) as written_off_amount,
    yuan(recovered_cents) as recovered_amount,
    yuan(divide(balance_cents * case
        when days_past_due is null then 0 when days_past_due = 0 then 1
        when days_past_due <= 30 then 8 when days_past_due <= 60 then 30
        when days_past_due <= 90 then 60 else 100 end, 100)) as allowance
from standing;
