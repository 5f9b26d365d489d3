/*---
id: inclusion.loans_disbursed
code: INC-10
title: {en: Loans disbursed, zh: 发放贷款笔数与金额}
definition:
  en: >-
    Loans whose disbursement falls in the period, by local date, and the sum of their principal.
    Loans cancelled afterwards and refinancings of earlier loans are included: they were disbursed.
    A revolving account counts once, in the period it was opened. A loan without a disbursement date
    belongs to no period; one without a principal counts as a loan and adds nothing to the amount.
  zh: >-
    按本地日期，发放日落在期内的贷款笔数及本金合计。发放后取消的贷款及借新还旧均计入；循环账户仅在开立当期计一笔。
    无发放日的贷款不属于任何期间；无本金的贷款计笔数，不计金额。
version: 1
direction: context
serves: [access]
unit: loan
measures:
  - name: loans
    title: {en: "Loans disbursed", zh: "发放贷款笔数"}
    kind: count
    numerator: loans
  - name: amount
    title: {en: Amount disbursed, zh: 发放金额}
    kind: amount
    unit: money
    numerator: amount
    n: loans_with_principal
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["IRIS:PI8381@5.3c", "IRIS:PI5476@5.3c", "SASB:FN-CB-000.B@2023-12"]
needs: {loan: [disbursed_at]}
moves: {loan: 1, application: 0, borrower: 0}
---*/
select
    period,
    count(*)                                                as loans,
    sum(principal)                                          as amount,
    count(principal)                                        as loans_with_principal
from new_loan
group by all
