/*---
id: month_end_after_write_off
title: {en: A written-off loan still carries a balance, zh: 已核销贷款仍有余额}
severity: warn
needs: {loan_month: [balance, written_off_date]}
---*/
select
    loan_id,
    as_of_date,
    balance,
    written_off_date
from loan_month
where written_off_date <= as_of_date
    and balance > 0
