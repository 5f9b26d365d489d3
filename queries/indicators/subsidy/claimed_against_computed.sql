/*---
id: subsidy.claimed_against_computed
code: SUB-17
title: {en: Claimed against computed, zh: 申报与测算差异}
definition:
  en: >-
    Each claim for the period beside what the dated rules give for its loan and quarter (as 'esg policy
    reconcile'): the sum of all differences without their sign, of what the rules give; and the
    differences by kind. A second claim on the same loan and quarter is a duplicate, and all of it is
    too much; a claim filed later than the days set is late, whatever its amount; a claim on a loan that
    the rules give nothing has no ground; loans that nobody claimed for are left out. Differences up to
    the tolerance set are rounding and count in the sum. Claims above what can be computed, of a loan
    with a bill that cannot be judged, are unknown: they stand in neither amount.
  zh: >-
    逐笔比较本期申报与按有效规则对同一贷款同一季度的测算（同 esg policy reconcile）：差额绝对值合计占测算额的比例，并按类列示差额。
    同一贷款同一季度的第二次申报为重复，全额计为多报；超过设定天数提交的为逾期申报，不论金额；规则不予贴息的贷款所作申报为无依据；应报未申报的贷款列为漏报。
    设定容差以内的差额为取整差，计入合计。有账单无法判定且申报额高于可测算额的列为未知，分子分母均不计。
reading:
  en: The rules here are our reading of the documents under the settings printed in the method annex; a difference is a question, not a verdict.
  zh: 测算依据为本工具对文件的理解及方法附录所列设定；差异提示核对，并非定论。
version: 1
direction: lower_is_better
serves: [subsidy_misuse]
unit: money
measures:
  - name: difference_share
    title: {en: Differences of what the rules give, zh: 差额占测算额}
    kind: ratio
    unit: share
    numerator: absolute_difference
    denominator: computed
    # No interval: every claim is compared, none is a sample of others.
    n: judged_claims
  - name: agreeing_share
    title: {en: Claims that agree or differ by rounding, zh: 相符及取整差申报占比}
    kind: share
    unit: share
    numerator: agreeing_claims
    denominator: judged_claims_only
    missing: unknown_claims
    direction: higher_is_better
  - {name: claimed, title: {en: Claimed, zh: 申报金额}, kind: amount, numerator: claimed, n: claims, direction: context}
  - {name: computed, title: {en: Given by the rules, zh: 规则测算金额}, kind: amount, numerator: computed, n: judged_claims, direction: context}
  - {name: over, title: {en: Claimed too much, zh: 多报}, kind: amount, numerator: over, n: claims, numerator_n: over_claims}
  - {name: under, title: {en: Claimed too little, zh: 少报}, kind: amount, numerator: under, n: claims, numerator_n: under_claims}
  - {name: no_ground, title: {en: Claimed without ground, zh: 无依据申报}, kind: amount, numerator: no_ground, n: claims, numerator_n: no_ground_claims}
  - {name: not_claimed, title: {en: Not claimed, zh: 应报未报}, kind: amount, numerator: not_claimed, n: judged_claims, numerator_n: not_claimed_loans}
  - {name: duplicate, title: {en: Claimed twice, zh: 重复申报}, kind: amount, numerator: duplicate, n: claims, numerator_n: duplicate_claims}
  - {name: late, title: {en: Claimed late, zh: 逾期申报}, kind: amount, numerator: late, n: claims, numerator_n: late_claims}
  - {name: unknown, title: {en: Claimed and not to be judged, zh: 无法判定的申报}, kind: amount, numerator: unknown, n: claims, numerator_n: unknown_claims, direction: context}
breakdowns: [province, product]
frameworks: ["GRI:201-4"]
needs: {subsidy_claim: [claimed], spending: [verification], interest_bill: [interest_due], institution: [policy_list]}
---*/
select
    period,
    sum(case
        when verdict = 'unknown' then 0
        when difference < 0 then -difference
        else difference
    end)                                                    as absolute_difference,
    sum(case when verdict <> 'unknown' then computed else 0 end)
                                                            as computed,
    count(*) filter (where verdict <> 'unknown')            as judged_claims,
    count(*) filter (where verdict in ('agrees', 'rounding'))
                                                            as agreeing_claims,
    -- A loan that nobody claimed for is no claim.
    count(*) filter (where verdict not in ('unknown', 'not_claimed'))
                                                            as judged_claims_only,
    count(*) filter (where verdict = 'unknown')             as unknown_claims,
    coalesce(sum(claimed), 0)                               as claimed,
    count(claim_id)                                         as claims,
    coalesce(sum(difference) filter (where verdict = 'over'), 0)
                                                            as over,
    count(*) filter (where verdict = 'over')                as over_claims,
    coalesce(sum(-difference) filter (where verdict = 'under'), 0)
                                                            as under,
    count(*) filter (where verdict = 'under')               as under_claims,
    coalesce(sum(difference) filter (where verdict = 'no_ground'), 0)
                                                            as no_ground,
    count(*) filter (where verdict = 'no_ground')           as no_ground_claims,
    coalesce(sum(-difference) filter (where verdict = 'not_claimed'), 0)
                                                            as not_claimed,
    count(*) filter (where verdict = 'not_claimed')         as not_claimed_loans,
    coalesce(sum(claimed) filter (where verdict = 'duplicate'), 0)
                                                            as duplicate,
    count(*) filter (where verdict = 'duplicate')           as duplicate_claims,
    coalesce(sum(claimed) filter (where verdict = 'late'), 0)
                                                            as late,
    count(*) filter (where verdict = 'late')                as late_claims,
    coalesce(sum(claimed) filter (where verdict = 'unknown'), 0)
                                                            as unknown
from claim_beside_rule
group by all
