/*---
id: subsidy.take_up
code: SUB-04
title: {en: Take-up of eligible customers, zh: 政策触达率（覆盖率）}
definition:
  en: >-
    Borrowers with an approved subsidy on the claims for the period, of the borrowers to whom the dated
    rules give a subsidy on bills due in it (purchase, bill and agreement as recorded). Eligible borrowers
    whose claims are undecided, and borrowers with a bill that cannot be judged and none that settles it,
    are missing. Borrowers whose purchases qualify and were charged no interest need no subsidy: they are
    counted apart and stand in neither number. While no claim for the period is decided there is no number.
  zh: >-
    按有效规则对本期应还账单应享贴息的借款人（以在案的消费、账单和协议判定）中，对本期申报获核准贴息者的占比。
    应享而申报尚未审定者，以及有账单无法判定且无其他账单可判定者列为未知。消费合格而本期未计收利息的借款人无需贴息，另行列数，分子分母均不计；全部申报均未审定时不出数。
reading:
  en: >-
    Borrowers without the agreement or without verified purchases are not eligible by the rule and not in
    the denominator; the exclusion error (SUB-05) counts them beside it.
  zh: 未签订协议或消费未经识别的借款人按规则不符合条件，不在分母内；应享未享率（SUB-05）另行列数。
version: 1
direction: higher_is_better
serves: [subsidy_reach]
unit: share
measures:
  - {name: share, kind: share, numerator: eligible_reached, denominator: eligible_known, missing: unknown}
  - name: eligible
    title: {en: Eligible customers, zh: 应享贴息客户数}
    kind: count
    unit: person
    numerator: eligible
    direction: context
  - name: interest_free
    title: {en: Customers who need none because no interest was charged, zh: 免息无需贴息客户数}
    kind: count
    unit: person
    numerator: interest_free
    direction: context
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["GRI:G4-FS7"]
needs:
  subsidy_claim: [approved]
  loan: [borrower_id]
  spending: [verification]
  interest_bill: [interest_due]
  institution: [policy_list]
---*/
select
    period,
    count(*) filter (where is_eligible and is_subsidised)   as eligible_reached,
    count(*) filter (where is_eligible and is_subsidised is not null)
                                                            as eligible_known,
    count(*) filter (
        where is_eligible is null or (is_eligible and is_subsidised is null)
    )                                                       as unknown,
    count(*) filter (where is_eligible)                     as eligible,
    count(*) filter (where is_interest_free)                as interest_free
from subsidy_person
group by all
