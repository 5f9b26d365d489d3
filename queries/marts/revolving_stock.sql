-- One row: a loan on a revolving line that owes money at a period's month end, not written
-- off. A card, or a loan repaid as revolving credit, is an account of its own; purchases on
-- pay-later are loans that draw on one line, as the source gives every one the whole limit.
select
    loan_stock.loan_id,
    loan_stock.period,
    loan_stock.last_day,
    loan_stock.as_of_date,
    loan_stock.balance,
    loan_stock.credit_used,
    loan_stock.credit_limit,
    loan_stock.borrower_id,
    -- A loan without borrower moves alone.
    coalesce(loan_stock.borrower_id, loan_stock.loan_id)    as cluster_id,
    coalesce(
        loan_stock.product = 'card_revolving' or loan.repayment_method = 'revolving',
        false
    )                                                       as is_account,
    cast(loan_stock.disbursed_at as date)                   as opened_date,
    loan_stock.product,
    loan_stock.channel,
    loan_stock.first_time,
    loan_stock.subsidised,
    loan_stock.province,
    loan_stock.area,
    loan_stock.gender,
    loan_stock.age_band,
    loan_stock.income_quintile,
    loan_stock.new_citizen
from loan_stock
left join loan
    on loan.loan_id = loan_stock.loan_id
where loan_stock.balance > 0
    and not loan_stock.is_written_off
    and (
        loan_stock.product in ('card_revolving', 'pay_later')
        or loan.repayment_method = 'revolving'
    )
