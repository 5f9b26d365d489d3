/*---
id: subsidy.additional_spending
code: SUB-14
title: {en: Additional spending of the subsidised, zh: 增量消费效应}
definition:
  en: >-
    By how much more a month the borrowers whom the subsidy reached changed their spending than those it
    did not reach, a borrower and month: difference in differences. Spending is purchases paid from loans,
    net of refunds; a month without one is 0, and a loan's principal is no spending. Before are the months
    set by the rule up to the first day of the policy, those before the lender's first recorded purchase
    left out; after are all months from then to the period's end that are over. Compared are borrowers
    with purchases both before and after. Reached is who has a claim approved with more than 0 for a
    quarter up to the period; a rejected claim reaches nobody. Borrowers with undecided claims alone, or
    with a claim under another policy, stand in neither group and are counted as missing. The interval
    lets the months of one borrower move together. No effect is given where the two groups did not move
    alike before (a joint test of all months before against the last of them), where too few months
    before are recorded, or where a group has too few borrowers. By month, the number is how far the two
    stand apart in that month alone, against the last one before. Deadweight is 1 less the effect over
    the mean spending of the reached since the policy began; its interval takes that spending as counted.
  zh: >-
    获贴息借款人与未获贴息借款人相比，每人每月消费多增多少（双重差分）。消费为以贷款支付的净额（扣除退款），当月无消费计0，贷款本金不视为消费。
    政策前为规则所设月数（早于首笔消费记录的月份不计），政策后为政策首日所在月至期末的全部完整月份。比较对象为政策前后均有消费的借款人。
    获贴息指截至本期所属季度的申报获核准金额大于0;被驳回的视为未获贴息。仅有未审定申报，或申报属于其他政策的借款人不归入任何一组，另列为未知。
    区间允许同一借款人各月相关。政策前两组走势不同（以政策前最后一个月为基准，对此前各月作联合检验）、政策前有记录的月数不足、或任何一组人数过少时，不给出数值。
    分月数值为两组当月差异相对政策前最后一个月的变动。无谓损失率为1减去增量与政策实施以来获贴息者月均消费之比，其区间视该月均消费为已知。
reading:
  en: >-
    Nobody was drawn by lot: who buys more is likelier to be subsidised once, so the number leans upward
    and is better read as a bound from above. A past that moved alike makes the comparison credible and
    proves nothing. Spending paid in cash or from other lenders is not seen, so what merely moved to these
    loans counts as additional. Whether people buy at all is not measured.
  zh: 贴息并非随机分配，消费较多者更容易获得贴息，数值可能偏高，宜视为上限。政策前走势一致使比较更可信，但不能证明因果。现金支付或使用他行贷款的消费不可见，仅由他处转来的消费也会计为增量。是否消费本身不在衡量范围内。
version: 1
direction: higher_is_better
unit: money
measures:
  - name: effect
    title: {en: Additional spending a borrower and month, zh: 每人每月增量消费}
    kind: index
    numerator: extra_spending
    n: borrowers_of_the_smaller
    low: extra_low
    high: extra_high
    refused: why_none
  - name: deadweight
    title: {en: Spending that would have come without the subsidy, zh: 无谓损失率}
    kind: index
    unit: share
    direction: lower_is_better
    numerator: deadweight
    n: borrowers_of_the_smaller
    low: deadweight_low
    high: deadweight_high
    refused: why_none
  - name: spending_of_reached
    title: {en: Spending of the reached a borrower and month, zh: 获贴息者每人每月消费}
    kind: ratio
    direction: context
    numerator: treated_spending
    denominator: treated_months
    n: treated_borrowers
  - name: past_p_value
    title: {en: "Test that both moved alike before, p-value", zh: 政策前走势检验p值}
    kind: index
    unit: ratio
    direction: context
    numerator: past_p_value
    n: borrowers_of_the_smaller
  - name: reached_share
    title: {en: Reached among the compared, zh: 比较对象中获贴息占比}
    kind: share
    unit: share
    direction: context
    numerator: treated_borrowers
    denominator: compared_borrowers
    missing: undecided_borrowers
refusals:
  past_apart:
    en: "not given: the spending of the two groups already moved apart before the policy began, so that what came after cannot be told from it"
    zh: 不予列示：政策实施前两组消费走势已不一致，无法区分政策效应与原有差异
  past_untested:
    en: "not given: too few months before the policy are recorded to test whether the two groups moved alike"
    zh: 不予列示：政策实施前有记录的月数过少，无法检验两组走势是否一致
  no_comparison:
    en: "not given: one of the two groups has no borrower with purchases before and after the policy began"
    zh: 不予列示：其中一组没有政策前后均有消费的借款人，无从比较
  too_few_clusters:
    en: "not given: too few borrowers, or too little spending before the policy, to test whether the two groups moved alike"
    zh: 不予列示：借款人过少或政策前消费过少，无法检验两组走势是否一致
breakdowns: [event_month]
frameworks: []
serves: [subsidy_reach]
needs: {subsidy_claim: [approved], spending: [spent_date, amount], loan: [borrower_id]}
rules: [additional_spending.months_before, additional_spending.fewest_months_before, additional_spending.past_level]
---*/
-- A row is a period and a month of its panel: over all months the number is the effect,
-- which stands on each of them, and over a single one that month's own gap.
select
    period,
    case when count(*) = 1 then max(gap) else max(effect) end
                                                            as extra_spending,
    case when count(*) = 1 then max(gap_low) else max(effect_low) end
                                                            as extra_low,
    case when count(*) = 1 then max(gap_high) else max(effect_high) end
                                                            as extra_high,
    case when count(*) > 1
        then 1 - max(effect) * sum(treated_months) / nullif(sum(treated_spending), 0)
    end                                                     as deadweight,
    case when count(*) > 1
        then 1 - max(effect_high) * sum(treated_months) / nullif(sum(treated_spending), 0)
    end                                                     as deadweight_low,
    case when count(*) > 1
        then 1 - max(effect_low) * sum(treated_months) / nullif(sum(treated_spending), 0)
    end                                                     as deadweight_high,
    sum(treated_spending)                                   as treated_spending,
    sum(treated_months)                                     as treated_months,
    case when count(*) > 1 then max(past_p_value) end       as past_p_value,
    max(treated_borrowers)                                  as treated_borrowers,
    max(treated_borrowers) + max(other_borrowers)           as compared_borrowers,
    max(undecided_borrowers)                                as undecided_borrowers,
    least(max(treated_borrowers), max(other_borrowers))     as borrowers_of_the_smaller,
    max(why_none)                                           as why_none
from spending_effect
group by all
