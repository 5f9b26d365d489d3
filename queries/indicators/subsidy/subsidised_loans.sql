/*---
id: subsidy.subsidised_loans
code: SUB-01
title: {en: Subsidised loans, zh: 享受贴息贷款笔数与余额}
definition:
  en: >-
    Loans with an approved interest subsidy above zero on the claims for the period, each counted
    once, and their balance at the period's last month end. A claim belongs to the quarter it is made
    for, not to the day it was filed; in monthly periods it stands in the quarter's last month. Loans
    repaid or written off by the month end count as loans and hold no balance. Loans without an approved
    claim and with an undecided one are counted apart; while no claim is decided there is no number.
  zh: >-
    对本期的申报中核准贴息额大于零的贷款笔数（一笔只计一次）及其在期内最后一个月末的余额。申报归属其所属季度，而非申报日；按月列示时归入该季度最后一个月。
    月末前已结清或已核销的贷款计笔数，不计余额。无核准申报且有申报尚未审定的贷款另行列数；全部申报均未审定时不出数。
reading:
  en: The claims for a quarter are filed after it. The latest quarter is empty until then.
  zh: 季度申报在季后提交，最近一个季度在此之前无数据。
version: 1
direction: higher_is_better
serves: [subsidy_reach]
unit: loan
measures:
  - name: loans
    title: {en: "Subsidised loans", zh: "享受贴息贷款笔数"}
    kind: count
    numerator: subsidised_loans
  - name: balance
    title: {en: Balance of subsidised loans, zh: 享受贴息贷款余额}
    kind: amount
    unit: money
    numerator: balance
    n: loans_with_balance
  - name: undecided_loans
    title: {en: Loans with a claim still undecided, zh: 尚待审定的贷款笔数}
    kind: count
    numerator: undecided_loans
    direction: context
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time]
frameworks: ["GRI:G4-FS7", "SASB:FN-CB-240a.1@2023-12"]
needs: {subsidy_claim: [claimed]}
moves: {subsidy_claim: 1, loan: 0, loan_month: 0, application: breakdowns, borrower: 0}
---*/
select
    period,
    -- Null while no claim is decided: undecided is not unsubsidised.
    case when count(is_subsidised) > 0
        then count(*) filter (where is_subsidised)
    end                                                     as subsidised_loans,
    case when count(is_subsidised) > 0
        then coalesce(sum(balance) filter (where is_subsidised and has_balance), 0)
    end                                                     as balance,
    count(*) filter (where is_subsidised and has_balance)   as loans_with_balance,
    count(*) filter (where is_subsidised is null)           as undecided_loans
from claimed_loan
group by all
