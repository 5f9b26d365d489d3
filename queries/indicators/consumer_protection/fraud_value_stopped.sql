/*---
id: consumer_protection.fraud_value_stopped
code: CP-18
title: {en: Value of fraud stopped, zh: 欺诈金额拦截率}
definition:
  en: >-
    Of the value at stake in the period's events that an inspection found to be fraud, the part that
    was stopped. Stopped: the amount of blocked events, less a loss recorded all the same. Lost: the
    losses recorded, before recovery. Value neither blocked nor lost stands in neither. Fraud that
    was not blocked, or of which that is not recorded, and whose loss is blank, is missing with its
    amount; a blocked event with a blank loss lost nothing. Amounts are those on record, without
    inspection weights.
  zh: >-
    期内经核查认定为欺诈的事件中，被拦截金额占被拦截金额与损失金额之和的比例。拦截金额为已拦截事件的金额减去仍发生的损失；
    损失金额为记录的损失，未扣追回。既未拦截也未损失的金额不计。未拦截（或是否拦截未记录）且损失为空的，按其金额列为未知；
    已拦截而损失为空的视为无损失。金额为实际记录数，不加核查权重。
reading:
  en: >-
    Known fraud only: what nobody found was not stopped, so the true share is lower. A few large
    events decide it.
  zh: 仅含已知欺诈，未被发现的欺诈自然未被拦截，真实比例更低；少数大额事件可左右结果。
version: 1
direction: higher_is_better
serves: [fraud]
unit: share
measures:
  - name: share
    kind: weighted_share
    numerator: stopped
    denominator: stopped_or_lost
    missing: unknown_amount
    n: judged_events
    numerator_n: stopped_events
    cluster: occurred_date
  - name: stopped
    title: {en: Value stopped, zh: 拦截金额}
    kind: amount
    unit: money
    numerator: stopped
    n: stopped_events
breakdowns: [fraud_type]
needs: {fraud_alert: [amount, blocked, inspected, is_fraud]}
---*/
with valued_event as (
    select
        fraud_event.*,
        case
            when fraud_event.blocked and fraud_event.amount is not null
                then greatest(fraud_event.amount - coalesce(fraud_event.loss, 0), 0)
            when fraud_event.loss is not null then 0
        end                                                 as stopped_amount,
        case
            when fraud_event.blocked and fraud_event.amount is not null
                then coalesce(fraud_event.loss, 0)
            else fraud_event.loss
        end                                                 as lost_amount
    from fraud_event
    where fraud_event.is_found_fraud
)

select
    period,
    coalesce(sum(stopped_amount), 0)                        as stopped,
    coalesce(sum(stopped_amount + lost_amount), 0)          as stopped_or_lost,
    coalesce(sum(amount) filter (where lost_amount is null), 0)
                                                            as unknown_amount,
    count(*) filter (where stopped_amount > 0)              as stopped_events,
    count(*) filter (where stopped_amount + lost_amount > 0)
                                                            as judged_events
from valued_event
group by all
