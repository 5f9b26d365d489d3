/*---
id: subsidy.interest_subsidy
code: SUB-02
title: {en: Interest subsidy, zh: 贴息金额}
definition:
  en: >-
    The interest subsidy approved on the claims for the period, before claw-backs; beside it the
    amount claimed, and the part of it on which no decision is known. A claim belongs to the quarter
    it is made for. An undecided claim adds to the amounts claimed and undecided, never to the
    approved one, which has no number while no claim is decided.
  zh: >-
    对本期的申报中核准的贴息金额（未扣追回），并列申报金额及其中尚未审定的部分。申报归属其所属季度。未审定的申报计入申报额与未审定额，不计入核准额；全部申报均未审定时核准额不出数。
reading:
  en: >-
    It is money of the state that reaches customers as lower interest, not assistance to the lender
    (GRI 201-4). What is approved may still be clawed back (SUB-13).
  zh: 该资金由财政承担、以少付利息的形式惠及客户，并非对本机构的补助（GRI 201-4）。核准后仍可能被追回。
version: 1
direction: higher_is_better
serves: [subsidy_reach]
unit: money
measures:
  - {name: approved, kind: amount, numerator: approved, n: subsidised_loans}
  - name: claimed
    title: {en: Subsidy claimed, zh: 申报贴息金额}
    kind: amount
    numerator: claimed
    n: claimed_loans
    direction: context
  - name: undecided
    title: {en: Subsidy claimed and undecided, zh: 尚未审定的申报金额}
    kind: amount
    numerator: undecided
    n: undecided_loans
    direction: context
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time]
frameworks: ["GRI:201-4", "GRI:G4-FS7"]
needs: {subsidy_claim: [claimed]}
moves: {subsidy_claim: approved, loan: 0, loan_month: 0, application: breakdowns, borrower: 0}
---*/
select
    period,
    -- Null, not zero, while no claim is decided.
    sum(approved)                                           as approved,
    count(*) filter (where is_subsidised)                   as subsidised_loans,
    sum(claimed)                                            as claimed,
    count(*)                                                as claimed_loans,
    coalesce(sum(claimed_undecided), 0)                     as undecided,
    count(*) filter (where undecided_claims > 0)            as undecided_loans
from claimed_loan
group by all
