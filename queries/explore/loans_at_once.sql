-- One row: how many loans a borrower owes at the quarter's last month end, with the
-- borrowers who owe so many; the last row holds that many or more.
with setting as (
    select
        '2026Q3'                                            as period,
        30                                                  as most_days_past_due,
        6                                                   as last_row
),

owing_borrower as (
    select
        loan_stock.borrower_id,
        least(count(*), max(setting.last_row))              as loans_at_once,
        sum(loan_stock.balance)                             as balance,
        -- One late loan is enough; not late is known only when all loans are.
        case
            when max(loan_stock.days_past_due) > max(setting.most_days_past_due)
                then true
            when count(loan_stock.days_past_due) = count(*) then false
        end                                                 as is_late
    from loan_stock
    join setting
        on setting.period = loan_stock.period
    where loan_stock.borrower_id is not null
        and loan_stock.balance > 0
        and not loan_stock.is_written_off
    group by loan_stock.borrower_id
)

select
    loans_at_once,
    count(*)                                                as borrowers,
    sum(balance)                                            as balance,
    sum(balance) / count(*)                                 as balance_a_borrower,
    count(*) filter (where is_late)                         as late_borrowers,
    count(*) filter (where is_late is null)                 as unknown_borrowers,
    count(*) filter (where is_late) / nullif(count(is_late), 0)
                                                            as late_share
from owing_borrower
group by loans_at_once
order by loans_at_once
