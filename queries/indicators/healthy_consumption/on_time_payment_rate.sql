/*---
id: healthy_consumption.on_time_payment_rate
code: HC-15
title: {en: On-time payment rate, zh: 按期还款率}
definition:
  en: >-
    Bills that fell due in the period and were paid in full on or before their due date, of all
    bills that fell due in it. A bill still open on the day the data stand at counts as not on time;
    a bill not yet due by then is not counted at all; a bill on which nothing is due is left
    out. The due date as billed decides, without days of grace.
  zh: >-
    期内到期账单中，在到期日（含当日）前全额还清的账单占比。截至数据日仍未还清的到期账单计为未按期；
    截至数据日尚未到期的不计；应还金额为零的账单不计。以账单所载到期日为准，不考虑宽限期。
reading:
  en: >-
    It counts bills, not customers or amounts: customers with many loans weigh more. Loans written
    off get no more bills, so the worst payers leave the count.
  zh: 按账单计，不按客户或金额计，贷款较多的客户权重较大。贷款核销后不再出账，还款最差的客户会退出统计。
version: 1
direction: higher_is_better
serves: [financial_health, credit_loss]
unit: share
measures:
  - {name: share, kind: share, numerator: on_time_bills, denominator: due_bills, missing: unknown_bills, cluster: cluster_id}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["IRIS:FP5979@5.3c"]
needs: {interest_bill: [due_date, paid_date]}
moves: {interest_bill: 1, loan: 0, application: breakdowns, borrower: 0}
---*/
select
    period,
    count(*) filter (where is_on_time)                      as on_time_bills,
    count(is_on_time)                                       as due_bills,
    -- Always nothing: a due date is required, and an open bill is not on time.
    count(*) filter (where is_on_time is null)              as unknown_bills
from bill_due
where is_payable
group by all
