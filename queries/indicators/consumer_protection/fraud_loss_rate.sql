/*---
id: consumer_protection.fraud_loss_rate
code: CP-16
title: {en: Fraud loss rate, zh: 欺诈损失率}
definition:
  en: >-
    Net loss of the period's events that an inspection found to be fraud (loss less what was
    recovered of it), for every 10,000 of principal disbursed in the period. Losses are those on
    record, one event one loss, without inspection weights: it is what was lost, not an estimate of
    what went unseen. An event stands in the period it happened in, also when the loss was recovered
    later. Beside it the net loss, and the gross loss with the card present and without it; fraud
    whose loss, or whose kind of transaction, is not recorded is counted and in no amount. Nothing
    disbursed is no rate.
  zh: >-
    期内经核查认定为欺诈的事件的净损失（损失减已追回金额），按期内放款本金每万元计（基点）。损失为实际记录数，一件计一次，不加权，
    反映已知损失而非对未发现损失的估计。按事件发生日归期，其后追回的亦冲减该期。并列示净损失金额，以及有卡交易与无卡交易的损失（未扣追回）；
    认定欺诈而损失或交易方式未记录的另行计数，不计入金额。当期无放款的不列示比率。
reading:
  en: >-
    Fraud that nobody inspected is not in it: a lender that looks less shows less. Recent periods fall
    further as money is recovered.
  zh: 未核查的欺诈不在其中，核查越少数值越低；近期各期会因后续追回而下降。
version: 1
direction: lower_is_better
serves: [fraud]
unit: money
measures:
  - name: rate
    title: {en: "Net fraud loss per 10,000 disbursed", zh: 净欺诈损失率}
    kind: ratio
    unit: basis_point
    numerator: net_loss_times_10000
    denominator: disbursed
    n: lossy_events
    cluster: event_date
  - name: net_loss
    title: {en: Net fraud loss, zh: 净欺诈损失}
    kind: amount
    numerator: net_loss
    n: lossy_events
  - name: card_not_present_loss
    title: {en: Loss without the card present, zh: 无卡交易损失}
    kind: amount
    numerator: card_not_present_loss
    n: card_not_present_events
  - name: card_present_loss
    title: {en: Loss with the card present, zh: 有卡交易损失}
    kind: amount
    numerator: card_present_loss
    n: card_present_events
  - name: unknown_losses
    title: {en: Fraud whose loss is not recorded, zh: 损失未记录的欺诈}
    kind: count
    unit: count
    numerator: unknown_losses
frameworks: ["SASB:FN-CF-230a.2@2023-12"]
breakdowns: []
needs: {fraud_alert: [inspected, is_fraud, loss], loan: [disbursed_at, principal]}
---*/
-- Losses and loans one below the other: a join would multiply them.
with fraud_or_loan as (
    select
        fraud_event.period,
        fraud_event.occurred_date                           as event_date,
        fraud_event.loss,
        fraud_event.loss - coalesce(fraud_event.recovered_amount, 0)
                                                            as net_loss,
        fraud_event.is_card_present,
        true                                                as is_fraud,
        cast(null as decimal(18, 2))                        as principal
    from fraud_event
    where fraud_event.is_found_fraud
    union all
    select
        new_loan.period,
        new_loan.disbursed_date                             as event_date,
        cast(null as decimal(18, 2))                        as loss,
        cast(null as decimal(18, 2))                        as net_loss,
        cast(null as boolean)                               as is_card_present,
        false                                               as is_fraud,
        new_loan.principal
    from new_loan
)

select
    period,
    coalesce(sum(net_loss), 0)                              as net_loss,
    10000 * coalesce(sum(net_loss), 0)                      as net_loss_times_10000,
    coalesce(sum(principal), 0)                             as disbursed,
    count(*) filter (where loss > 0)                        as lossy_events,
    coalesce(sum(loss) filter (where not is_card_present), 0)
                                                            as card_not_present_loss,
    count(*) filter (where loss > 0 and not is_card_present)
                                                            as card_not_present_events,
    coalesce(sum(loss) filter (where is_card_present), 0)   as card_present_loss,
    count(*) filter (where loss > 0 and is_card_present)    as card_present_events,
    count(*) filter (where is_fraud and loss is null)       as unknown_losses
from fraud_or_loan
group by all
