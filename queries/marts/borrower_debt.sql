-- One row: an active borrower with the credit bureau's latest file up to the period's end (in
-- the running period, the day the data stand at). Older files than the dated rule allows say
-- nothing: such a borrower has none, as one whom nobody asked the bureau about.
with dated_file as (
    select
        calendar.period,
        bureau_month.borrower_id,
        bureau_month.as_of_date,
        bureau_month.other_lenders,
        bureau_month.monthly_debt_service,
        row_number() over (
            partition by calendar.period, bureau_month.borrower_id
            order by bureau_month.as_of_date desc
        )                                                   as file_no
    from calendar
    cross join report_date
    join rule_value as most_days
        on most_days.rule = 'bureau_file.most_days'
        and calendar.last_day between most_days.valid_from and most_days.valid_to
    join bureau_month
        on bureau_month.as_of_date <= least(calendar.last_day, report_date.data_date)
        and bureau_month.as_of_date + cast(most_days.value as integer)
            >= least(calendar.last_day, report_date.data_date)
)

select
    active_borrower.borrower_id,
    active_borrower.period,
    calendar.last_day,
    dated_file.as_of_date                                   as file_date,
    -- This lender is one of them: the borrower owes it a balance.
    dated_file.other_lenders + 1                            as lenders,
    dated_file.monthly_debt_service,
    active_borrower.monthly_income,
    -- Debt service over an income of nothing is no number.
    dated_file.monthly_debt_service / nullif(active_borrower.monthly_income, 0)
                                                            as dsti,
    active_borrower.province,
    active_borrower.area,
    active_borrower.gender,
    active_borrower.age_band,
    active_borrower.income_quintile,
    active_borrower.new_citizen
from active_borrower
join calendar
    on calendar.period = active_borrower.period
left join dated_file
    on dated_file.borrower_id = active_borrower.borrower_id
    and dated_file.period = active_borrower.period
    and dated_file.file_no = 1
