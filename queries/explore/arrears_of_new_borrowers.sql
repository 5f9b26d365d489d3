-- One row: a province and area, with the loans still owed at the quarter's last month
-- end by borrowers whose first loan with us was disbursed since a day. A loan whose days
-- past due are not known stands beside the share, not in it.
with setting as (
    select
        '2026Q3'                                            as period,
        date '2025-10-01'                                   as first_loan_since,
        30                                                  as most_days_past_due,
        30                                                  as least_loans
),

new_borrower as (
    select loan.borrower_id
    from loan
    where loan.borrower_id is not null
    group by loan.borrower_id
    having cast(min(loan.disbursed_at) as date)
        >= (select setting.first_loan_since from setting)
),

owed_loan as (
    select
        loan_stock.loan_id,
        loan_stock.borrower_id,
        loan_stock.balance,
        coalesce(loan_stock.province, 'unknown')            as province,
        coalesce(loan_stock.area, 'unknown')                as area,
        loan_stock.days_past_due > setting.most_days_past_due
                                                            as is_late
    from loan_stock
    join setting
        on setting.period = loan_stock.period
    join new_borrower
        on new_borrower.borrower_id = loan_stock.borrower_id
    where loan_stock.balance > 0
        and not loan_stock.is_written_off
)

select
    province,
    area,
    count(distinct borrower_id)                             as borrowers,
    count(*)                                                as loans,
    count(*) filter (where is_late)                         as late_loans,
    count(*) filter (where is_late is null)                 as unknown_loans,
    sum(balance)                                            as balance,
    coalesce(sum(balance) filter (where is_late), 0)        as late_balance,
    count(*) filter (where is_late) / nullif(count(is_late), 0)
                                                            as late_share
from owed_loan
group by province, area
having count(*) >= (select setting.least_loans from setting)
order by late_share desc nulls last, province, area
