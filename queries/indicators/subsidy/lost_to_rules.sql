/*---
id: subsidy.lost_to_rules
code: SUB-15
title: {en: Lost to caps and to the half-rate rule, zh: 因封顶与50%规则未享金额}
definition:
  en: >-
    What one percentage point would give for all eligible purchases on the interest of the period, what
    the rule takes off it (half of the contract rate, the cap of a purchase, of small purchases, of the
    borrower, in this order, each on what the one before left), and what remains. Computed from
    purchases and bills under the dated rules and the settings of this workspace, whatever was claimed.
    Interest counts in the quarter that its bill falls due in. Loans with a bill whose rate, charge or
    lender is not known are counted apart; their known bills are in the amounts, and missing in the share.
  zh: >-
    对本期利息，全部合格消费按1个百分点测算的贴息，依次扣减合同利率50%上限、单笔上限、小额累计上限、个人累计上限后的余额。
    依据消费与账单、按有效规则及本工作区的设定测算，与是否申报无关。利息按账单应还日归属季度。利率、息费或机构名单不明的贷款另行列数，其已知账单计入金额，但不计入占比（列为未知）。
reading:
  en: What caps take off is the rule at work, not a fault of the lender or the borrower.
  zh: 封顶扣减是规则本身的作用，并非机构或借款人的过失。
version: 1
direction: context
serves: [subsidy_reach]
unit: money
measures:
  - {name: uncapped, title: {en: One point on all eligible purchases, zh: 合格消费按1个百分点测算}, kind: amount, numerator: uncapped, n: eligible_loans}
  - {name: lost, title: {en: Lost to the half-rate rule and to caps, zh: 50%规则及各项上限扣减}, kind: amount, numerator: lost, n: eligible_loans, numerator_n: lost_loans}
  - {name: lost_half_rate, title: {en: Lost to half of the contract rate, zh: 合同利率50%上限扣减}, kind: amount, numerator: lost_half_rate, n: eligible_loans, numerator_n: half_rate_part}
  - {name: lost_transaction_cap, title: {en: Lost to the cap of a purchase, zh: 单笔上限扣减}, kind: amount, numerator: lost_transaction_cap, n: eligible_loans, numerator_n: transaction_cap_part}
  - {name: lost_small_cap, title: {en: Lost to the cap of small purchases, zh: 小额累计上限扣减}, kind: amount, numerator: lost_small_cap, n: eligible_loans, numerator_n: small_cap_part}
  - {name: lost_total_cap, title: {en: Lost to the cap of the borrower, zh: 个人累计上限扣减}, kind: amount, numerator: lost_total_cap, n: eligible_loans, numerator_n: total_cap_part}
  - {name: given, title: {en: Subsidy by the rule, zh: 规则测算贴息}, kind: amount, numerator: given, n: given_loans}
  - {name: central, title: {en: Of it paid by the central government, zh: 其中中央财政承担}, kind: amount, numerator: central, n: given_loans}
  - {name: provincial, title: {en: Of it paid by the provinces, zh: 其中省级财政承担}, kind: amount, numerator: provincial, n: given_loans}
  - name: lost_share
    title: {en: Share lost to the half-rate rule and to caps, zh: 50%规则及各项上限扣减占比}
    kind: weighted_share
    unit: share
    numerator: judged_lost
    denominator: judged_uncapped
    missing: unknown_uncapped
    n: judged_loans
    numerator_n: judged_lost_loans
    cluster: cluster_id
  - {name: unknown_loans, title: {en: Loans with a bill that cannot be judged, zh: 有账单无法判定的贷款}, kind: count, unit: loan, numerator: unknown_loans}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time]
frameworks: ["GRI:201-4", "GRI:G4-FS7"]
needs: {spending: [verification], interest_bill: [interest_due], institution: [policy_list]}
---*/
with rule_loan as (
    select
        subsidy_due.*,
        uncapped - subsidy                                  as lost
    from subsidy_due
)

select
    period,
    sum(uncapped)                                           as uncapped,
    sum(lost)                                               as lost,
    sum(lost_half_rate)                                     as lost_half_rate,
    sum(lost_transaction_cap)                               as lost_transaction_cap,
    sum(lost_small_cap)                                     as lost_small_cap,
    sum(lost_total_cap)                                     as lost_total_cap,
    sum(subsidy)                                            as given,
    sum(central)                                            as central,
    sum(provincial)                                         as provincial,
    count(*) filter (where uncapped > 0)                    as eligible_loans,
    count(*) filter (where lost > 0)                        as lost_loans,
    -- The four parts add up to what is lost: where one of them is few loans, the others
    -- are hidden with it, or it could be found by taking them off the whole.
    case when sum(lost_half_rate) = 0 then 0 else least(
        nullif(count(*) filter (where lost_half_rate > 0), 0),
        nullif(count(*) filter (where lost_transaction_cap > 0), 0),
        nullif(count(*) filter (where lost_small_cap > 0), 0),
        nullif(count(*) filter (where lost_total_cap > 0), 0)
    ) end                                                   as half_rate_part,
    case when sum(lost_transaction_cap) = 0 then 0 else least(
        nullif(count(*) filter (where lost_half_rate > 0), 0),
        nullif(count(*) filter (where lost_transaction_cap > 0), 0),
        nullif(count(*) filter (where lost_small_cap > 0), 0),
        nullif(count(*) filter (where lost_total_cap > 0), 0)
    ) end                                                   as transaction_cap_part,
    case when sum(lost_small_cap) = 0 then 0 else least(
        nullif(count(*) filter (where lost_half_rate > 0), 0),
        nullif(count(*) filter (where lost_transaction_cap > 0), 0),
        nullif(count(*) filter (where lost_small_cap > 0), 0),
        nullif(count(*) filter (where lost_total_cap > 0), 0)
    ) end                                                   as small_cap_part,
    case when sum(lost_total_cap) = 0 then 0 else least(
        nullif(count(*) filter (where lost_half_rate > 0), 0),
        nullif(count(*) filter (where lost_transaction_cap > 0), 0),
        nullif(count(*) filter (where lost_small_cap > 0), 0),
        nullif(count(*) filter (where lost_total_cap > 0), 0)
    ) end                                                   as total_cap_part,
    count(*) filter (where subsidy > 0)                     as given_loans,
    coalesce(sum(lost) filter (where unknown_facts = 0), 0) as judged_lost,
    coalesce(sum(uncapped) filter (where unknown_facts = 0), 0)
                                                            as judged_uncapped,
    coalesce(sum(uncapped) filter (where unknown_facts > 0), 0)
                                                            as unknown_uncapped,
    count(*) filter (where uncapped > 0 and unknown_facts = 0)
                                                            as judged_loans,
    count(*) filter (where lost > 0 and unknown_facts = 0)  as judged_lost_loans,
    count(*) filter (where unknown_facts > 0)               as unknown_loans
from rule_loan
group by all
