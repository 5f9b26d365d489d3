-- One row: a loan at a month end that a period looks at: those within the period, and the one
-- of the day before its first, its opening. A loan has a row for each, so sum with care.
with seen_day as (
    select
        calendar_day.day,
        calendar_day.period,
        calendar_day.first_day,
        calendar_day.last_day
    from calendar_day
    union all
    select
        calendar.first_day - 1                              as day,
        calendar.period,
        calendar.first_day,
        calendar.last_day
    from calendar
)

select
    loan_month.loan_id,
    seen_day.period,
    seen_day.first_day,
    seen_day.last_day,
    loan_month.as_of_date,
    loan_month.as_of_date < seen_day.first_day              as is_opening,
    loan_month.balance,
    loan_month.written_off_date,
    loan_month.written_off_amount,
    -- A blank date is a known no: lenders record the day when they write off.
    coalesce(loan_month.written_off_date <= loan_month.as_of_date, false)
                                                            as is_written_off,
    loan_trait.borrower_id,
    -- A loan without borrower moves alone.
    coalesce(loan_trait.borrower_id, loan_month.loan_id)    as cluster_id,
    loan_trait.product,
    loan_trait.channel,
    loan_trait.first_time,
    loan_trait.subsidised_from_date <= seen_day.last_day
                                                            as subsidised,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from loan_month
join seen_day
    on seen_day.day = loan_month.as_of_date
left join loan_trait
    on loan_trait.loan_id = loan_month.loan_id
left join borrower_period
    on borrower_period.borrower_id = loan_trait.borrower_id
    and borrower_period.period = seen_day.period
