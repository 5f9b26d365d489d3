-- The files' tables, with the contract's column names. Traits and cents stay behind.

create table out_institution as
select * from (values
    ('HG', date '2021-03-01', '禾光消费金融有限公司(示例)', 'consumer_finance', 'none', '3B', '330000'),
    ('HG', date '2025-09-01', '禾光消费金融有限公司(示例)', 'consumer_finance', 'named_23', '3A', '330000')
) v(institution_id, valid_from, name, type, policy_list, rating, province_code);

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

create table out_spending as
select
    id('S', spending_no) as spending_id,
    id('L', loan_no) as loan_id,
    spent_date,
    yuan(amount_cents) as amount,
    category,
    province_code,
    verification,
    verified_date,
    paid_by,
    refunded_date,
    yuan(refunded_cents) as refunded_amount,
    is_green
from purchase;

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

create table out_subsidy_claim as
select
    id('C', claim_no) as claim_id,
    id('L', loan_no) as loan_id,
    quarter,
    province_code,
    filed_date,
    yuan(claimed_cents) as claimed,
    yuan(approved_cents) as approved,
    yuan(central_cents) as paid_central,
    yuan(provincial_cents) as paid_provincial,
    paid_date,
    yuan(clawed_back_cents) as clawed_back,
    reject_reason
from claim;

create table out_complaint as
with classed as (
    select
        g.*,
        g.received_date::timestamp + to_seconds(28800 + whole(draw('grievance', g.k, 'hour') * 45000)) as received_at,
        case when complexity_draw < 0.70 then 'simple' when complexity_draw < 0.93 then 'complex' else 'very_complex' end as complexity,
        case when complexity_draw < 0.70 then 15 when complexity_draw < 0.93 then 30 else 60 end as days_allowed,
        case
            when draw('grievance', g.k, 'source') < 0.72 then 'own'
            when draw('grievance', g.k, 'source') < 0.93 then 'regulator_forwarded'
            when draw('grievance', g.k, 'source') < 0.98 then 'public_platform'
            else 'mediation'
        end as source,
        draw('grievance', g.k, 'withdrawn') < 0.03 as is_withdrawn
    from grievance g
),
clocked as (
    select
        *,
        received_at + to_seconds(whole(86400 * days_allowed * case
            when speed_draw < 0.955 then 0.05 + speed_draw * 0.88
            else 1.05 + (speed_draw - 0.955) * 18 end)) as planned_at
    from classed
),
ended as (
    select
        *,
        case when not is_withdrawn and planned_at <= timestamp '2026-09-30 23:59:59' then planned_at end as informed_at
    from clocked
)
select
    id('K', complaint_no) as complaint_id,
    case when draw('grievance', k, 'borrower known') >= 0.04 then id('B', e.i + 1) end as borrower_id,
    product,
    p.province_code,
    received_at,
    source,
    topic,
    complexity,
    case when complexity = 'very_complex' then received_at + to_seconds(1900800) end as extension_approved_at,
    informed_at - to_seconds(1800) as decided_at,
    informed_at,
    case when is_withdrawn and received_at + to_seconds(172800) <= timestamp '2026-09-30 23:59:59'
        then received_at + to_seconds(172800) end as withdrawn_at,
    draw('grievance', k, 'disputed') < 0.22 as is_disputed,
    case when informed_at is not null then draw('grievance', k, 'upheld') < 0.31 end as is_upheld,
    yuan(case when informed_at is not null and draw('grievance', k, 'upheld') < 0.14
        then 1000 + 10 * whole(draw('grievance', k, 'relief') * draw('grievance', k, 'relief') * 9000) end) as relief_amount,
    case when informed_at is not null then
        case when draw('grievance', k, 'upheld') < 0.14 then 'monetary'
            when draw('grievance', k, 'upheld') < 0.34 then 'non_monetary' else 'none' end
    end as relief_kind,
    -- Four in a hundred say again what the same person said before.
    case when draw('grievance', k, 'repeat') < 0.30 then
        lag(id('K', complaint_no)) over (partition by e.i, topic order by complaint_no) end as repeats
from ended e
join person p using (i);

create table out_service_contact as
with timed as (
    select
        s.*,
        s.started_date::timestamp + to_seconds(case when served_by = 'human'
            then 28800 + whole(draw('session', k, 'hour') * 43200)
            else 21600 + whole(draw('session', k, 'hour') * 63000) end) as started_at,
        p.birth_year <= 1966 as is_older,
        draw('session', k, 'wait') as wait_draw
    from session s
    left join person p using (i)
),
answered as (
    select
        *,
        case when served_by <> 'bot' or draw('session', k, 'asked for human') < 0.035
            then started_at + to_seconds(case when served_by = 'human' then 2 else 25 + whole(wait_draw * 90) end)
        end as human_requested_at,
        draw('session', k, 'resolved') < case served_by
            when 'bot' then 0.79 when 'handed_over' then 0.76 else 0.88 end
            - case when is_older then 0.05 else 0 end as resolved
    from timed
)
select
    id('V', contact_no) as contact_id,
    id('B', i + 1) as borrower_id,
    started_at,
    case when served_by = 'human' then pick(draw('session', k, 'channel'), ['phone', 'phone', 'app_chat'])
        else pick(draw('session', k, 'channel'), ['app_chat', 'app_chat', 'app_chat', 'wechat', 'phone']) end as channel,
    served_by,
    human_requested_at,
    case when served_by <> 'bot' then
        human_requested_at + to_seconds(whole(spread(wait_draw,
            [3, 5, 7, 9, 11, 13, 15, 18, 20, 23, 26, 29, 33, 37, 42, 47, 54, 64, 85, 140, 600])))
    end as human_connected_at,
    case when started_date < date '2025-08-12'
        then pick(draw('session', k, 'topic'), ['repayment', 'repayment', 'repayment', 'bill', 'bill', 'limit',
            'fees_and_rates', 'bill', 'account', 'credit_reporting', 'collection', 'other'])
        else pick(draw('session', k, 'topic'), ['repayment', 'repayment', 'repayment', 'bill', 'bill', 'limit',
            'fees_and_rates', 'subsidy', 'account', 'credit_reporting', 'collection', 'other'])
    end as topic,
    case when served_by = 'human' then whole(spread(draw('session', k, 'first word'),
            [4, 7, 10, 12, 14, 16, 19, 22, 25, 28, 31, 35, 39, 44, 50, 58, 68, 82, 105, 170, 600]))
        else 1 + whole(draw('session', k, 'first word') * 2.6) end as first_response_s,
    started_at + to_seconds(whole(spread(draw('session', k, 'length'),
        [30, 45, 60, 75, 90, 100, 115, 130, 145, 160, 180, 200, 225, 250, 280, 320, 370, 440, 560, 800, 2400])
        * case served_by when 'bot' then 0.7 when 'human' then 1.3 else 1.6 end) + 90) as ended_at,
    -- Not every session is asked whether the matter is settled.
    case when draw('session', k, 'asked') >= 0.08 then resolved end as was_resolved,
    case when draw('session', k, 'answers') < case served_by when 'bot' then 0.16 else 0.24 end then
        pick(draw('session', k, 'stars'), case
            when resolved then [5, 5, 5, 5, 5, 5, 4, 4, 4, 3]
            else [1, 1, 1, 2, 2, 3, 3, 4, 4, 5] end) end as satisfaction,
    case when i is not null then draw('session', k, 'accessible') < case when is_older then 0.34 else 0.012 end end
        as uses_accessible_mode
from answered;

create table out_fraud_alert as
with inspected as (
    select
        *,
        case
            when flagged and draw('screening', k, 'inspected') < 0.965 then 'flagged'
            when is_complained then 'complaint'
            when not flagged and draw('screening', k, 'inspected') < 0.80 then 'random'
        end as reason,
        whole(spread(draw('screening', k, 'amount'),
            [20, 40, 60, 90, 120, 150, 190, 240, 300, 380, 460, 560, 700, 900, 1200, 1600, 2200, 3200, 5000, 9000, 60000]) * 100) as amount_cents
    from screening
)
select
    id('F', alert_no) as alert_id,
    occurred_date::timestamp + to_seconds(whole(draw('screening', k, 'hour') * 86399)) as occurred_at,
    pick(draw('screening', k, 'type'), ['account_takeover', 'account_takeover', 'identity_theft', 'scam_transfer',
        'scam_transfer', 'scam_transfer', 'merchant_fraud', 'merchant_fraud', 'fake_order', 'fake_order']) as fraud_type,
    false as is_card_present,
    yuan(amount_cents) as amount,
    flagged,
    flagged and draw('screening', k, 'blocked') < 0.93 as blocked,
    reason is not null as inspected,
    reason as inspection_reason,
    case reason when 'random' then 40 when 'flagged' then 1 when 'complaint' then 1 end as inspection_weight,
    case when reason is not null then truly_fraud end as is_fraud,
    yuan(case when reason is not null then case when truly_fraud and not (flagged and draw('screening', k, 'blocked') < 0.93)
        then amount_cents else 0 end end) as loss,
    yuan(case when reason is not null and truly_fraud and not (flagged and draw('screening', k, 'blocked') < 0.93)
        and draw('screening', k, 'recovered') < 0.35 then amount_cents // 2 end) as recovered_amount
from inspected;
