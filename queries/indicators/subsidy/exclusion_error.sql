/*---
id: subsidy.exclusion_error
code: SUB-05
title: {en: Exclusion error, zh: 应享未享率}
definition:
  en: >-
    Borrowers to whom the dated rules give a subsidy on bills due in the period and who got none approved
    on its claims, of all such borrowers whose claims are decided: one less the take-up (SUB-04). Beside
    it, why: nothing was claimed for them, or their claims were rejected; and, outside the share, those
    to whom the rules give nothing and whose first obstacle on a purchase is a missing agreement, or a
    purchase not verified. Whoever was charged no interest is not excluded from anything.
  zh: >-
    按有效规则对本期应还账单应享贴息、但本期申报未获核准贴息的借款人，占申报已审定的应享借款人的比例（即1减SUB-04）。
    并列其原因：未申报，或申报被驳回；另列（不计入占比）规则不予贴息、且其消费首要障碍为未签订协议或消费未经识别核验的借款人。未计收利息者不属于应享未享。
reading:
  en: An agreement can be signed and a purchase shown by an invoice. Those two counts say how many customers stand one step short.
  zh: 协议可以补签，消费可以凭票核验；后两项人数反映仅差一步即可享受贴息的客户。
version: 1
direction: lower_is_better
serves: [subsidy_reach]
unit: share
measures:
  - {name: share, kind: share, numerator: not_reached, denominator: eligible_known, missing: unknown}
  - {name: not_claimed, title: {en: Eligible customers nobody claimed for, zh: 应享未申报客户数}, kind: count, unit: person, numerator: not_claimed}
  - {name: rejected, title: {en: Eligible customers whose claims were rejected, zh: 应享被驳回客户数}, kind: count, unit: person, numerator: rejected}
  - {name: unsigned, title: {en: Customers stopped by a missing agreement, zh: 因未签协议未享客户数}, kind: count, unit: person, numerator: unsigned}
  - {name: unverified, title: {en: Customers stopped by an unverified purchase, zh: 因消费未核验未享客户数}, kind: count, unit: person, numerator: unverified}
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
    count(*) filter (where is_eligible and is_subsidised = false)
                                                            as not_reached,
    count(*) filter (where is_eligible and is_subsidised is not null)
                                                            as eligible_known,
    count(*) filter (
        where is_eligible is null or (is_eligible and is_subsidised is null)
    )                                                       as unknown,
    count(*) filter (where is_eligible and claimed_loans = 0)
                                                            as not_claimed,
    count(*) filter (where is_eligible and is_subsidised = false and claimed_loans > 0)
                                                            as rejected,
    count(*) filter (where is_eligible = false and unsigned_facts > 0)
                                                            as unsigned,
    count(*) filter (where is_eligible = false and unsigned_facts = 0 and unverified_facts > 0)
                                                            as unverified
from subsidy_person
group by all
