/*---
id: inclusion.new_citizen_share
code: INC-08
title: {en: New citizen share, zh: 新市民借款人占比}
definition:
  en: >-
    New citizens among the active borrowers of whom it is known. A new citizen lives in a town or
    city without local household registration, or with one that is younger than the dated rule says
    (36 months) on the period's last day. Borrowers whose residence or registration does not decide
    it are unknown and stand in neither number. Beside it stand the number of new citizens, and how
    many of those with a recorded kind of evidence are documented rather than declared or inferred.
  zh: >-
    期末活跃借款人中可判定者的新市民占比。新市民指在城镇常住、未获得当地户籍，或至期末最后一日获得当地户籍不满规定月数（36个月）者。
    居住或户籍信息不足以判定者列为未知，分子分母均不计。另列新市民人数，以及证明方式已记录的新市民中有证件证明（而非自述或推断）的占比。
reading:
  en: >-
    Where much of the evidence is inferred, the share says as much about the method as about people.
    Where local registrations lack a date, the unknown are mostly long-settled residents, and the
    share of the known is too high.
  zh: 若证明方式多为推断，该占比反映的更多是判定方法。本地户籍缺落户日期时，不明者多为久居本地者，该占比因而偏高。
version: 1
direction: higher_is_better
serves: [access]
unit: share
measures:
  - {name: share, kind: share, numerator: new_citizens, denominator: known, missing: unknown}
  - name: new_citizens
    title: {en: New citizens, zh: 新市民借款人数}
    kind: count
    unit: person
    numerator: new_citizens
  - name: documented_share
    title: {en: New citizens with documents, zh: 有证件证明的新市民占比}
    kind: share
    numerator: documented
    denominator: with_evidence
    missing: without_evidence
    direction: context
breakdowns: [province, gender, age_band, income_quintile]
frameworks: ["GRI:G4-FS14", "CN-TOPICS:social-contribution@2024-05"]
needs:
  loan_month: [balance]
  borrower: [is_urban_resident, hukou_city_code, resident_city_code]
moves: {loan_month: 1, loan: 0, application: 0, borrower: 0}
rules: [new_citizen.hukou_months]
---*/
select
    period,
    count(*) filter (where is_new_citizen)                  as new_citizens,
    count(*) filter (where is_new_citizen is not null)      as known,
    count(*) filter (where is_new_citizen is null)          as unknown,
    count(*) filter (
        where is_new_citizen and new_citizen_evidence = 'documented'
    )                                                       as documented,
    count(*) filter (
        where is_new_citizen and new_citizen_evidence is not null
    )                                                       as with_evidence,
    count(*) filter (
        where is_new_citizen and new_citizen_evidence is null
    )                                                       as without_evidence
from active_borrower
group by all
