/*---
id: inclusion.approval_rate
code: INC-14
title: {en: Approval rate, zh: 授信通过率}
definition:
  en: >-
    Approved applications, of those that were complete and decided (approved or declined) in the
    period. The day of the decision gives the period; where a source has none, the day of the
    application does. Withdrawn and incomplete applications never came to a decision on credit: they
    stand in neither number and are counted apart. Applications without any recorded decision are
    unknown.
  zh: >-
    期内审结的完整申请（通过或拒绝）中的通过占比。以审批日定期间，来源无审批日的以申请日代替。
    撤回及材料不全的申请未形成授信结论，分子分母均不计，另行列数；无审批结论记录的申请列为未知。
reading:
  en: >-
    It counts applications, not persons. A higher rate is not better by itself: it rises when weak
    applicants are kept from applying.
  zh: 按申请计，不按人计。通过率高未必更好：事先劝退资质较弱者也会使其上升。
version: 1
direction: context
serves: [access]
unit: share
measures:
  - {name: share, kind: share, numerator: approved, denominator: decided, missing: unknown}
  - name: withdrawn_or_incomplete
    title: {en: Withdrawn or incomplete applications, zh: 撤回或材料不全的申请}
    kind: count
    unit: count
    numerator: withdrawn_or_incomplete
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product]
frameworks: ["SASB:FN-CF-270a.2@2023-12"]
needs: {application: [decision]}
moves: {application: 1, borrower: 0}
---*/
select
    period,
    count(*) filter (where is_approved)                     as approved,
    count(*) filter (where is_approved is not null)         as decided,
    count(*) filter (where decision is null)                as unknown,
    count(*) filter (where is_closed_undecided)             as withdrawn_or_incomplete
from application_decided
group by all
