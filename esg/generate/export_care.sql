-- The files of the customer's side, over all borrowers.

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
join work.trait p using (i);

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
    left join work.trait p using (i)
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
