/*---
id: subsidy.automatic_identification_share
code: SUB-16
title: {en: Automatic identification share, zh: 自动识别占比}
definition:
  en: >-
    Amount of subsidised spending that the lender's system verified by itself, of all verified
    spending. Subsidised spending is every verified purchase, made in the time that the subsidy covers
    (from 2025-09-01) and up to the period's last day, from a loan with an approved subsidy on the claims
    for the period; earlier purchases from the same loan earn none. Refunds made by that day are taken
    off, the whole purchase where a refund states no amount. Unverified purchases earn no subsidy and stand in neither amount; purchases whose
    verification is not recorded are missing.
  zh: >-
    受贴息消费中由系统自动识别核验的金额占全部已核验消费金额的比例。受贴息消费指在贴息政策覆盖期内（自2025-09-01起）、截至期末最后一日，由对本期申报获核准贴息的贷款支付且已核验的消费，同一贷款此前的消费不享受贴息；并扣除至该日的退款（未填退款金额的按全额扣除）。
    未核验的消费不享受贴息，分子分母均不计；核验方式未记录的列为未知。
reading:
  en: What is not identified automatically the customer has to prove with invoices.
  zh: 未能自动识别的消费需由客户上传凭证证明。
version: 1
direction: higher_is_better
serves: [subsidy_misuse]
unit: share
measures:
  - name: share
    kind: weighted_share
    numerator: automatic
    denominator: verified
    missing: unknown
    n: verified_purchases
    numerator_n: automatic_purchases
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, category]
frameworks: ["GRI:G4-FS7"]
needs: {subsidy_claim: [approved], spending: [verification]}
rules: [fiscal_subsidy.spending_window]
---*/
with subsidised_purchase as (
    select
        claimed_loan.*,
        spending.category,
        spending.verification,
        spending.amount - case
            when spending.refunded_date <= claimed_loan.last_day
                then coalesce(spending.refunded_amount, spending.amount)
            else 0
        end                                                 as amount
    from claimed_loan
    join spending
        on spending.loan_id = claimed_loan.loan_id
        and spending.spent_date <= claimed_loan.last_day
    join rule_value as spending_window
        on spending_window.rule = 'fiscal_subsidy.spending_window'
        and spending.spent_date
            between spending_window.valid_from and spending_window.valid_to
        and spending_window.value = 1
    where claimed_loan.is_subsidised
)

select
    period,
    coalesce(sum(amount) filter (where verification = 'automatic'), 0)
                                                            as automatic,
    coalesce(sum(amount) filter (where verification in ('automatic', 'manual')), 0)
                                                            as verified,
    coalesce(sum(amount) filter (where verification is null), 0)
                                                            as unknown,
    count(*) filter (where verification in ('automatic', 'manual'))
                                                            as verified_purchases,
    count(*) filter (where verification = 'automatic')      as automatic_purchases
from subsidised_purchase
group by all
