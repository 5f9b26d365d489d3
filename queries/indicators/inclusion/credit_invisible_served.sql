/*---
id: inclusion.credit_invisible_served
code: INC-22
title: {en: Credit-invisible customers served, zh: 信用白户服务客户数}
definition:
  en: >-
    Active borrowers who had no usable credit record at their first application with us, by three
    nested readings: W1, no credit file; W1–W2, no file or a file without any account ever; W1–W3,
    those and persons whose only accounts are with our own group. Each number is the union and holds
    the ones before it. The share is of the active borrowers whose file status at the first
    application is recorded; the others are unknown, and a later application does not fill the gap,
    because it may already see our own loan.
  zh: >-
    期末活跃借款人中，在本机构首次申请时无可用征信记录者，按三个逐层包含的口径列示：W1 无征信档案；W1–W2 无档案或有档案但从未有信贷账户；W1–W3 再加仅在本集团内有账户者。
    各口径均为并集。占比的分母为首次申请时征信状态已记录的活跃借款人；未记录者列为未知，不以其后的申请补填，因其可能已含本机构贷款。
reading:
  en: There is no statutory definition of credit-invisible (信用白户). Print which of the three is meant.
  zh: 信用白户并无法定定义，引用时应注明所用口径。
version: 1
direction: higher_is_better
serves: [access]
unit: share
measures:
  - name: w1_share
    title: {en: "No credit file (W1)", zh: "无征信档案（W1）占比"}
    kind: share
    numerator: w1
    denominator: known
    missing: unknown
  - name: w1_w2_share
    title: {en: "No file or no account ever (W1–W2)", zh: "无档案或从无账户（W1–W2）占比"}
    kind: share
    numerator: w1_w2
    denominator: known
    missing: unknown
  - name: w1_w3_share
    title: {en: "No account outside our group (W1–W3)", zh: "集团外无账户（W1–W3）占比"}
    kind: share
    numerator: w1_w3
    denominator: known
    missing: unknown
  - name: w1
    title: {en: "Customers without a credit file (W1)", zh: "无征信档案客户数（W1）"}
    kind: count
    unit: person
    numerator: w1
  - name: w1_w2
    title: {en: "Customers without file or account (W1–W2)", zh: "无档案或从无账户客户数（W1–W2）"}
    kind: count
    unit: person
    numerator: w1_w2
  - name: w1_w3
    title: {en: "Customers without an outside account (W1–W3)", zh: "集团外无账户客户数（W1–W3）"}
    kind: count
    unit: person
    numerator: w1_w3
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["IRIS:PI2822@5.3c", "GRI:G4-FS14"]
needs: {loan_month: [balance], loan: [borrower_id], application: [credit_file_status]}
rules: [credit_invisible.w1, credit_invisible.w1_w2, credit_invisible.w1_w3]
---*/
with read_borrower as (
    select
        active_borrower.*,
        w1.member is not null                               as is_w1,
        w1_w2.member is not null                            as is_w1_w2,
        w1_w3.member is not null                            as is_w1_w3
    from active_borrower
    join calendar
        on calendar.period = active_borrower.period
    left join rule_member as w1
        on w1.rule = 'credit_invisible.w1'
        and w1.member = active_borrower.first_credit_file_status
        and calendar.last_day between w1.valid_from and w1.valid_to
    left join rule_member as w1_w2
        on w1_w2.rule = 'credit_invisible.w1_w2'
        and w1_w2.member = active_borrower.first_credit_file_status
        and calendar.last_day between w1_w2.valid_from and w1_w2.valid_to
    left join rule_member as w1_w3
        on w1_w3.rule = 'credit_invisible.w1_w3'
        and w1_w3.member = active_borrower.first_credit_file_status
        and calendar.last_day between w1_w3.valid_from and w1_w3.valid_to
)

select
    period,
    count(*) filter (where is_w1)                           as w1,
    count(*) filter (where is_w1_w2)                        as w1_w2,
    count(*) filter (where is_w1_w3)                        as w1_w3,
    count(*) filter (where first_credit_file_status is not null)
                                                            as known,
    count(*) filter (where first_credit_file_status is null)
                                                            as unknown
from read_borrower
group by all
