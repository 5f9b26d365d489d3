-- One row: a loan at a period's month end. The running period has no last month end yet
-- and takes the latest one within it; a period that ended without one has no rows.
with month_day as (
    select distinct loan_month.as_of_date
    from loan_month
),

stock_day as (
    select
        calendar.period,
        calendar.last_day,
        -- One day for all loans: a loan's own latest day would revive loans repaid since.
        max(month_day.as_of_date)                           as as_of_date
    from calendar
    cross join report_date
    join month_day
        on month_day.as_of_date between calendar.first_day and calendar.last_day
    where month_day.as_of_date = calendar.last_day
        or report_date.data_date < calendar.last_day
    group by calendar.period, calendar.last_day
)

select
    loan_month.loan_id,
    stock_day.period,
    stock_day.last_day,
    loan_month.as_of_date,
    loan_month.balance,
    loan_month.days_past_due,
    loan_month.is_restructured,
    loan_month.credit_used,
    coalesce(loan_month.credit_limit, loan.credit_limit)    as credit_limit,
    loan_month.allowance,
    loan_month.written_off_date,
    loan_month.written_off_amount,
    loan_month.recovered_amount,
    -- A blank date is a known no: lenders record the day when they write off.
    coalesce(loan_month.written_off_date <= loan_month.as_of_date, false)
                                                            as is_written_off,
    loan.borrower_id,
    loan.application_id,
    loan.institution_id,
    loan_trait.product,
    loan.is_own_book,
    loan.is_green,
    loan.disbursed_at,
    loan.principal,
    loan.contract_rate,
    loan_trait.channel,
    loan_trait.first_time,
    loan_trait.subsidised_from_date <= stock_day.last_day
                                                            as subsidised,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen,
    borrower_period.is_new_citizen,
    borrower_period.monthly_income
from stock_day
join loan_month
    on loan_month.as_of_date = stock_day.as_of_date
left join loan
    on loan.loan_id = loan_month.loan_id
left join loan_trait
    on loan_trait.loan_id = loan_month.loan_id
left join borrower_period
    on borrower_period.borrower_id = loan.borrower_id
    and borrower_period.period = stock_day.period
