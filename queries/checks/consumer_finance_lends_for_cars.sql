/*---
id: consumer_finance_lends_for_cars
title: {en: A consumer finance company pays for cars with subsidised loans, zh: 消费金融公司贴息贷款用于购车}
severity: warn
needs: {institution: [type], loan: [institution_id], spending: [category], subsidy_claim: [claimed]}
---*/
-- Measures for Consumer Finance Companies (Order 4 of 2024), article 3: their loans are
-- not for housing or cars; such a claim is a question to the data, not a subsidy.
select
    spending.spending_id,
    spending.loan_id,
    spending.amount
from spending
join loan on loan.loan_id = spending.loan_id
where spending.category = 'auto'
    and loan.institution_id in (
        select institution_id from institution where type = 'consumer_finance'
    )
    and loan.loan_id in (select loan_id from subsidy_claim)
