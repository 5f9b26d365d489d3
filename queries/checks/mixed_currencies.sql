/*---
id: mixed_currencies
title: {en: Loans in another currency than most, zh: 与多数贷款币种不同的贷款}
severity: fail
needs: {loan: [currency]}
---*/
-- Amounts are never added across currencies: a workspace has one reporting currency.
with currency_use as (
    select
        currency,
        count(*)                                            as loans
    from loan
    group by currency
)

select
    loan.loan_id,
    loan.currency
from loan
where loan.currency <> (
    select currency
    from currency_use
    order by loans desc, currency
    limit 1
)
