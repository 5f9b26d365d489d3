/*---
id: spending_before_disbursement
title: {en: Spending dated before its loan was disbursed, zh: 消费日期早于贷款发放日期}
severity: fail
needs: {spending: [spent_date], loan: [disbursed_at]}
---*/
-- A bill instalment or a revolving line pays for what was bought before it.
select
    spending.spending_id,
    spending.loan_id,
    spending.spent_date,
    loan.disbursed_at
from spending
join loan on loan.loan_id = spending.loan_id
where spending.spent_date < cast(loan.disbursed_at as date)
    and loan.product not in ('card_bill_instalment', 'card_revolving')
