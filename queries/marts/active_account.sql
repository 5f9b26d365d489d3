-- One row: a borrower's active accounts of one product over the month ends of a period:
-- how many account-months there are, and how many month ends they are spread over. An
-- account is active at a month end with a balance above zero, not written off. A period
-- that ended without its last month end on record has no rows; the running one takes
-- those it has.
with month_end as (
    select
        calendar.period,
        calendar.last_day,
        month_day.as_of_date,
        count(*) over (partition by calendar.period)        as month_ends,
        max(month_day.as_of_date) over (partition by calendar.period)
                                                            as latest_date
    from calendar
    join (
        select distinct loan_month.as_of_date
        from loan_month
        where loan_month.as_of_date = last_day(loan_month.as_of_date)
    ) as month_day
        on month_day.as_of_date between calendar.first_day and calendar.last_day
),

counted as (
    select
        month_end.period,
        month_end.month_ends,
        loan.borrower_id,
        -- A loan without borrower stands for itself.
        case when loan.borrower_id is null then loan_month.loan_id end
                                                            as lone_loan_id,
        loan.product,
        count(*)                                            as account_months
    from month_end
    cross join report_date
    join loan_month
        on loan_month.as_of_date = month_end.as_of_date
    left join loan
        on loan.loan_id = loan_month.loan_id
    where loan_month.balance > 0
        and not coalesce(loan_month.written_off_date <= loan_month.as_of_date, false)
        and (
            month_end.latest_date = month_end.last_day
            or report_date.data_date < month_end.last_day
        )
    group by all
)

select
    counted.period,
    counted.month_ends,
    counted.borrower_id,
    coalesce(counted.borrower_id, counted.lone_loan_id)     as cluster_id,
    counted.product,
    counted.account_months,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from counted
left join borrower_period
    on borrower_period.borrower_id = counted.borrower_id
    and borrower_period.period = counted.period
