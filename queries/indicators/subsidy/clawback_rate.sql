/*---
id: subsidy.clawback_rate
code: SUB-13
title: {en: Claw-back rate, zh: 贴息追回率}
definition:
  en: >-
    Subsidy clawed back, of the subsidy approved on the claims for the period. A claw-back counts in
    the period its claim belongs to, whenever it happened; where none is recorded on a claim, nothing
    was taken back. Claims that are still undecided cannot be clawed back yet: the amount claimed on
    them is missing and stands in neither amount.
  zh: >-
    对本期的申报中，已追回贴息额占核准贴息额的比例。追回不论何时发生，均归属该申报的期间；申报上无追回记录的视为未追回。
    尚未审定的申报不存在追回，其申报额列为未知，分子分母均不计。
reading:
  en: Recent quarters have had less time to be audited. Their rate will rise.
  zh: 近期季度接受核查的时间较短，其追回率仍会上升。
version: 1
direction: lower_is_better
serves: [subsidy_reach]
unit: share
measures:
  - name: share
    kind: weighted_share
    numerator: clawed_back
    denominator: approved
    missing: undecided
    n: subsidised_loans
    numerator_n: clawed_back_loans
    cluster: cluster_id
  - name: clawed_back
    title: {en: Subsidy clawed back, zh: 追回贴息金额}
    kind: amount
    unit: money
    numerator: clawed_back
    n: clawed_back_loans
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time]
frameworks: ["GRI:201-4"]
needs: {subsidy_claim: [approved, clawed_back]}
---*/
select
    period,
    sum(clawed_back) filter (where approved is not null)    as clawed_back,
    coalesce(sum(approved), 0)                              as approved,
    coalesce(sum(claimed_undecided), 0)                     as undecided,
    count(*) filter (where is_subsidised)                   as subsidised_loans,
    count(*) filter (where clawed_back > 0)                 as clawed_back_loans
from claimed_loan
group by all
