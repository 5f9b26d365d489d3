/*---
id: spending_before_disbursement
title: {en: Spending dated before its loan was disbursed, zh: 消费日期早于贷款发放日期}
severity: fail
needs: {spending: [spent_date], loan: [disbursed_at]}
---*/
select
    spending.spending_id,
    spending.loan_id,
    spending.spent_date,
    loan.disbursed_at
from spending
join loan on loan.loan_id = spending.loan_id
where spending.spent_date < cast(loan.disbursed_at as date)
