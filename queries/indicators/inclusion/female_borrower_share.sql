/*---
id: inclusion.female_borrower_share
code: INC-05
title: {en: Female borrower share, zh: 女性借款人占比}
definition:
  en: >-
    Women among the active borrowers whose gender is known. Active means a loan balance above zero
    at the period's last month end. Borrowers without a recorded gender are unknown and stand in
    neither number; those recorded as other are known and stand in the denominator.
  zh: 期末活跃借款人（最后一个月末贷款余额大于零）中，性别已知者的女性占比。性别未记录者列为未知，分子分母均不计；记录为"其他"者属已知，计入分母。
version: 1
direction: higher_is_better
serves: [access]
unit: share
measures:
  - {name: share, kind: share, numerator: female, denominator: known, missing: unknown}
breakdowns: [province, area, age_band, income_quintile, new_citizen]
frameworks: ["IRIS:PI8330@5.3c", "GRI:G4-FS14"]
needs: {loan_month: [balance], borrower: [gender]}
moves: {loan_month: 1, loan: 0, application: 0, borrower: 0}
---*/
select
    period,
    count(*) filter (where gender = 'female')               as female,
    count(*) filter (where gender is not null)              as known,
    count(*) filter (where gender is null)                  as unknown
from active_borrower
group by all
