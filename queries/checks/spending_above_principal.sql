/*---
id: spending_above_principal
title: {en: More spent from a loan than it lent, zh: 贷款项下消费合计超过贷款本金}
severity: warn
needs: {spending: [amount], loan: [principal]}
---*/
-- A revolving line is drawn again once it is repaid.
select
    spending.loan_id,
    sum(spending.amount)                                    as amount,
    loan.principal
from spending
join loan on loan.loan_id = spending.loan_id
where loan.product not in ('card_revolving', 'pay_later')
group by spending.loan_id, loan.principal
having sum(spending.amount) > loan.principal
