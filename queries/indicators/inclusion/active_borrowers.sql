/*---
id: inclusion.active_borrowers
code: INC-02
title: {en: Active borrowers, zh: 期末活跃借款人数}
definition:
  en: >-
    Borrowers with at least one loan whose balance is above zero at the period's last month end,
    each counted once however many loans they hold. Loans written off by then and overpaid loans
    do not make a borrower active; loans without a borrower cannot be counted as persons.
  zh: 期内最后一个月末至少有一笔贷款余额大于零的借款人数，一人多笔只计一次。截至该日已核销的贷款及溢缴款贷款不计；无借款人编号的贷款无法按人计数。
reading:
  en: A stock at one day. The running period shows its latest month end.
  zh: 时点数。未结束的期间取其最近一个月末。
version: 1
direction: context
serves: [access]
unit: person
measures:
  - {name: active_borrowers, kind: count, numerator: active_borrowers}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["IRIS:PI9327@5.3c", "SASB:FN-CB-000.B@2023-12", "PBOC:usage@2016"]
needs: {loan_month: [balance], loan: [borrower_id]}
moves: {loan_month: 1, loan: 0, application: 0, borrower: 0}
---*/
select
    period,
    count(*)                                                as active_borrowers
from active_borrower
group by all
