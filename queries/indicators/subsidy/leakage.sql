/*---
id: subsidy.leakage
code: SUB-06
title: {en: Leakage, zh: 错享率}
definition:
  en: >-
    Borrowers with an approved subsidy on the claims for the period to whom the dated rules give nothing
    on bills due in it, of all borrowers with an approved subsidy; and the amount approved for them. A cap
    that is used up gives nothing. Borrowers with a bill that cannot be judged and none that settles it
    are missing. Borrowers who got more than the rules give are eligible; by how much is SUB-17.
  zh: >-
    对本期申报获核准贴息的借款人中，按有效规则对本期应还账单不应享贴息者的占比及其核准金额。上限已用尽的，规则不再给予贴息。
    有账单无法判定且无其他账单可判定者列为未知。多享但符合条件者不计入，其差额见SUB-17。
version: 1
direction: lower_is_better
serves: [subsidy_misuse]
unit: share
measures:
  - {name: share, kind: share, numerator: ineligible, denominator: beneficiaries, missing: unknown}
  - name: amount
    title: {en: Approved without ground in the rules, zh: 错享贴息金额}
    kind: amount
    unit: money
    numerator: ineligible_approved
    n: beneficiaries
    numerator_n: ineligible
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["GRI:201-4"]
needs:
  subsidy_claim: [approved]
  loan: [borrower_id]
  spending: [verification]
  interest_bill: [interest_due]
  institution: [policy_list]
---*/
select
    period,
    count(*) filter (where is_subsidised and is_eligible = false)
                                                            as ineligible,
    count(*) filter (where is_subsidised and is_eligible is not null)
                                                            as beneficiaries,
    count(*) filter (where is_subsidised and is_eligible is null)
                                                            as unknown,
    coalesce(sum(approved) filter (where is_subsidised and is_eligible = false), 0)
                                                            as ineligible_approved
from subsidy_person
group by all
