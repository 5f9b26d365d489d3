-- One row: a screened event in the period it happened in, with its place in the
-- confusion table. What nobody inspected has no place there: it is not a negative.
with weighed_event as (
    select
        fraud_alert.alert_id,
        fraud_alert.occurred_at,
        -- Attacks come in waves: the events of a day move together.
        cast(fraud_alert.occurred_at as date)               as occurred_date,
        fraud_alert.fraud_type,
        fraud_alert.amount,
        fraud_alert.flagged,
        fraud_alert.blocked,
        fraud_alert.is_card_present,
        fraud_alert.loss,
        fraud_alert.recovered_amount,
        fraud_alert.inspection_reason,
        fraud_alert.inspected,
        calendar_day.period,
        -- A drawn event without a weight stands for an unknown number of others, so it
        -- tells nothing; one that was picked for itself stands for itself.
        case
            when fraud_alert.inspected is not true then null
            when fraud_alert.is_fraud is null then null
            when fraud_alert.inspection_reason = 'random'
                then cast(fraud_alert.inspection_weight as decimal(18, 6))
            else coalesce(
                cast(fraud_alert.inspection_weight as decimal(18, 6)),
                cast(1 as decimal(18, 6))
            )
        end                                                 as weight,
        fraud_alert.is_fraud
    from fraud_alert
    join calendar_day
        on calendar_day.day = cast(fraud_alert.occurred_at as date)
),

-- Unflagged fraud is seen only where some unflagged events are drawn at random. Each
-- type is asked for itself: one type's sample says nothing about another's misses.
drawn_type as (
    select
        weighed_event.period,
        weighed_event.fraud_type,
        count(*) > 0                                        as has_random_part,
        -- A draw that found no fraud bounds what was missed and does not estimate it.
        count(*) filter (where weighed_event.is_fraud) > 0  as has_drawn_fraud
    from weighed_event
    where not weighed_event.flagged
        and weighed_event.inspection_reason = 'random'
        and weighed_event.weight is not null
    group by weighed_event.period, weighed_event.fraud_type
),

placed_event as (
    select
        weighed_event.alert_id,
        weighed_event.occurred_at,
        weighed_event.occurred_date,
        weighed_event.fraud_type,
        weighed_event.period,
        weighed_event.amount,
        weighed_event.flagged,
        weighed_event.blocked,
        weighed_event.is_card_present,
        weighed_event.loss,
        weighed_event.recovered_amount,
        -- Found by an inspection: what nobody inspected is no fraud and no legitimate event.
        case when weighed_event.inspected then weighed_event.is_fraud end
                                                            as is_found_fraud,
        weighed_event.weight,
        case
            when weighed_event.weight is null then null
            when weighed_event.flagged and weighed_event.is_fraud then 'true_positive'
            when weighed_event.flagged then 'false_positive'
            when weighed_event.is_fraud then 'false_negative'
            else 'true_negative'
        end                                                 as outcome,
        coalesce(drawn_type.has_random_part, false)         as has_random_part,
        coalesce(drawn_type.has_drawn_fraud, false)         as has_drawn_fraud
    from weighed_event
    left join drawn_type
        on drawn_type.period = weighed_event.period
        and drawn_type.fraud_type is not distinct from weighed_event.fraud_type
)

select
    placed_event.*,
    coalesce(placed_event.outcome = 'true_positive', false) as is_found,
    coalesce(placed_event.outcome = 'false_positive', false)
                                                            as is_false_alarm,
    coalesce(placed_event.outcome in ('true_positive', 'false_negative'), false)
                                                            as is_known_fraud,
    coalesce(placed_event.outcome in ('true_positive', 'true_negative'), false)
                                                            as is_right,
    -- What was passed is estimated only where passed events are drawn at random.
    placed_event.has_random_part and placed_event.outcome is not null
                                                            as is_seen,
    placed_event.has_drawn_fraud and placed_event.outcome is not null
                                                            as is_recallable,
    -- The draw stands for the unflagged events of its type, not for flagged ones.
    not placed_event.has_random_part
        or (placed_event.flagged and placed_event.outcome is null)
                                                            as is_unseen
from placed_event
