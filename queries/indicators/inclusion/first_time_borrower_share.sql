/*---
id: inclusion.first_time_borrower_share
code: INC-04
title: {en: First-time borrower share, zh: 首贷占比}
definition:
  en: >-
    Borrowers who received their first credit from any institution, of all borrowers whose first
    loan with us was disbursed in the period. First credit means that the credit file at the
    decision on that loan showed no file (W1) or a file without any account ever (W2). A borrower
    whose first loan has no application, or an application without a recorded file status, is
    unknown and stands in neither number. The measure of first-time borrowers is INC-03.
  zh: >-
    期内首次在本机构获得贷款的借款人中，首次从任何机构获得信贷者的占比。以该笔贷款审批时的征信状态判定：无征信档案（W1）或有档案但从未有信贷账户（W2）为首贷。
    首笔贷款无对应申请、或申请未记录征信状态的，列为未知，分子分母均不计。其中首贷户数即 INC-03。
reading:
  en: >-
    First with us means first in the data loaded. Customers whose earlier loans were not loaded
    count as new borrowers here, but their file status keeps them out of the first-time count.
  zh: 所谓首次在本机构，指已加载数据中的首笔。历史贷款未加载的老客户会进入分母，但其征信状态不会使其成为首贷户。
version: 1
direction: higher_is_better
serves: [access]
unit: share
measures:
  - name: share
    kind: share
    numerator: first_time_borrowers
    denominator: new_borrowers
    missing: unknown
  - name: first_time_borrowers
    title: {en: First-time borrowers, zh: 首贷户数}
    kind: count
    unit: person
    numerator: first_time_borrowers
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, subsidised]
frameworks: ["IRIS:PI2822@5.3c", "IRIS:PI8732@5.3c", "GRI:G4-FS14"]
needs: {loan: [disbursed_at, borrower_id], application: [credit_file_status]}
---*/
select
    period,
    count(*) filter (where is_first_credit)                 as first_time_borrowers,
    count(*) filter (where is_first_credit is not null)     as new_borrowers,
    count(*) filter (where is_first_credit is null)         as unknown
from new_loan
where is_first_with_us
group by all
