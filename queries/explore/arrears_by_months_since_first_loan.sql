-- One row: a number of whole calendar months since the borrower's first loan with us,
-- over all month ends of the data; each loan owed at a month end counts once in it.
with setting as (
    select
        30                                                  as most_days_past_due,
        24                                                  as most_months
),

first_loan as (
    select
        loan.borrower_id,
        cast(min(loan.disbursed_at) as date)                as first_date
    from loan
    where loan.borrower_id is not null
    group by loan.borrower_id
),

owed_month as (
    select
        loan.borrower_id,
        loan_month.balance,
        12 * (year(loan_month.as_of_date) - year(first_loan.first_date))
            + month(loan_month.as_of_date) - month(first_loan.first_date)
                                                            as months_since_first_loan,
        loan_month.days_past_due > setting.most_days_past_due
                                                            as is_late
    from loan_month
    cross join setting
    join loan
        on loan.loan_id = loan_month.loan_id
    join first_loan
        on first_loan.borrower_id = loan.borrower_id
    where loan_month.balance > 0
        and coalesce(loan_month.written_off_date > loan_month.as_of_date, true)
)

select
    months_since_first_loan,
    count(distinct borrower_id)                             as borrowers,
    count(*)                                                as loans_at_month_end,
    count(*) filter (where is_late)                         as late_loans,
    count(*) filter (where is_late is null)                 as unknown_loans,
    count(*) filter (where is_late) / nullif(count(is_late), 0)
                                                            as late_share,
    sum(balance) filter (where is_late) / nullif(
        sum(balance) filter (where is_late is not null), 0
    )                                                       as late_balance_share
from owed_month
where months_since_first_loan <= (select setting.most_months from setting)
group by months_since_first_loan
order by months_since_first_loan
