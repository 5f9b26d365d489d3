-- One row: a bill in the period it fell due in. Bills that fall due after the day the
-- data stand at are left out: nobody can know yet how they will be paid.
select
    interest_bill.loan_id,
    interest_bill.period_no,
    calendar_day.period,
    calendar_day.last_day,
    interest_bill.due_date,
    interest_bill.paid_date,
    interest_bill.principal_due,
    interest_bill.interest_due,
    interest_bill.fees_due,
    interest_bill.penalty_due,
    -- An empty paid_date is an open bill, and its due date is over: a known no.
    coalesce(interest_bill.paid_date <= interest_bill.due_date, false)
                                                            as is_on_time,
    -- False only where every part is known to be nothing: such a bill cannot be paid.
    not coalesce(
        interest_bill.principal_due
            + interest_bill.interest_due
            + coalesce(interest_bill.fees_due, 0)
            + coalesce(interest_bill.penalty_due, 0) = 0,
        false
    )                                                       as is_payable,
    loan_trait.borrower_id,
    -- A loan without borrower moves alone.
    coalesce(loan_trait.borrower_id, interest_bill.loan_id) as cluster_id,
    loan_trait.product,
    loan_trait.channel,
    loan_trait.first_time,
    loan_trait.subsidised_from_date <= calendar_day.last_day
                                                            as subsidised,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from interest_bill
cross join report_date
join calendar_day
    on calendar_day.day = interest_bill.due_date
left join loan_trait
    on loan_trait.loan_id = interest_bill.loan_id
left join borrower_period
    on borrower_period.borrower_id = loan_trait.borrower_id
    and borrower_period.period = calendar_day.period
where interest_bill.due_date <= report_date.data_date
