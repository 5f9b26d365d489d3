/*---
id: subsidy.leverage
code: SUB-12
title: {en: Leverage of public funds, zh: 财政资金撬动倍数}
definition:
  en: >-
    Yuan of verified purchases for each yuan of subsidy, since the policy began: purchases made in the
    time that the subsidy covers and up to the period's last day, verified, less refunds made by then
    (all of the purchase where a refund states no amount), from loans with an approved subsidy on claims
    for quarters up to the period; over the subsidy approved on those claims. Beside it the principal of
    those loans, counted once. Both sides add up over quarters, because a purchase earns subsidy in many
    of them: one quarter's purchases over one quarter's subsidy would say nothing. Purchases whose
    verification is not recorded are counted apart.
  zh: >-
    政策实施以来，每1元贴息对应的已核验消费金额：截至期末、政策期内由获核准贴息的贷款支付且已核验的消费（扣除至该日的退款，未填退款金额的按全额扣除），
    除以截至本期各季度申报累计核准的贴息；并列同一批贷款本金（一笔只计一次）。一笔消费可在多个季度获得贴息，故两侧均累计计算，不以单季相除。核验方式未记录的消费另行列数。
reading:
  en: It falls as loans age, and says nothing about purchases that would not have been made otherwise.
  zh: 随贷款存续期延长而下降；不代表新增消费。
version: 1
# Neither way is better: it falls by itself as loans age.
direction: context
serves: [subsidy_reach]
unit: ratio
measures:
  - {name: spending, title: {en: Verified purchases for each yuan of subsidy, zh: 已核验消费对贴息的倍数}, kind: ratio, numerator: verified, denominator: approved, n: loans, cluster: cluster_id, at_least: 0}
  - {name: principal, title: {en: Principal of subsidised loans for each yuan of subsidy, zh: 获贴息贷款本金对贴息的倍数}, kind: ratio, numerator: principal, denominator: approved, n: loans, cluster: cluster_id, at_least: 0}
  - {name: unknown_purchases, title: {en: Purchases whose verification is not recorded, zh: 核验方式未记录的消费笔数}, kind: count, unit: count, numerator: unknown_purchases, direction: lower_is_better}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time]
frameworks: ["GRI:201-4", "GRI:G4-FS7"]
needs: {subsidy_claim: [approved], spending: [verification], loan: [principal]}
rules: [fiscal_subsidy.spending_window]
---*/
with subsidised_loan as (
    select
        subsidy_claim.loan_id,
        calendar.period,
        calendar.last_day,
        sum(subsidy_claim.approved)                         as approved
    from subsidy_claim
    join calendar
        on make_date(
            cast(substring(subsidy_claim.quarter, 1, 4) as integer),
            3 * cast(substring(subsidy_claim.quarter, 6, 1) as integer),
            1
        ) <= calendar.last_day
    -- A claim under another policy has no purchases beside it.
    where coalesce(subsidy_claim.policy, 'cn_consumer_loan_subsidy') = 'cn_consumer_loan_subsidy'
    group by subsidy_claim.loan_id, calendar.period, calendar.last_day
    having sum(subsidy_claim.approved) > 0
),

loan_purchase as (
    select
        subsidised_loan.loan_id,
        subsidised_loan.period,
        sum(
            spending.amount - case
                when spending.refunded_date <= subsidised_loan.last_day
                    then coalesce(spending.refunded_amount, spending.amount)
                else 0
            end
        ) filter (where spending.verification in ('automatic', 'manual'))
                                                            as verified,
        count(*) filter (where spending.verification is null)
                                                            as unknown_purchases
    from subsidised_loan
    join spending
        on spending.loan_id = subsidised_loan.loan_id
        and spending.spent_date <= subsidised_loan.last_day
    join rule_value as spending_window
        on spending_window.rule = 'fiscal_subsidy.spending_window'
        and spending.spent_date
            between spending_window.valid_from and spending_window.valid_to
        and spending_window.value = 1
    group by subsidised_loan.loan_id, subsidised_loan.period
),

levered_loan as (
    select
        subsidised_loan.loan_id,
        subsidised_loan.period,
        subsidised_loan.approved,
        coalesce(loan_purchase.verified, 0)                 as verified,
        coalesce(loan_purchase.unknown_purchases, 0)        as unknown_purchases,
        loan.principal,
        loan.product,
        loan.channel,
        loan_trait.first_time,
        coalesce(loan.borrower_id, subsidised_loan.loan_id) as cluster_id,
        borrower_period.province,
        borrower_period.area,
        borrower_period.gender,
        borrower_period.age_band,
        borrower_period.income_quintile,
        borrower_period.new_citizen
    from subsidised_loan
    left join loan_purchase
        on loan_purchase.loan_id = subsidised_loan.loan_id
        and loan_purchase.period = subsidised_loan.period
    left join loan
        on loan.loan_id = subsidised_loan.loan_id
    left join loan_trait
        on loan_trait.loan_id = subsidised_loan.loan_id
    left join borrower_period
        on borrower_period.borrower_id = loan.borrower_id
        and borrower_period.period = subsidised_loan.period
)

select
    period,
    sum(approved)                                           as approved,
    sum(verified)                                           as verified,
    sum(principal)                                          as principal,
    count(*)                                                as loans,
    sum(unknown_purchases)                                  as unknown_purchases
from levered_loan
group by all
