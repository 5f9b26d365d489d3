-- One row: an interest bill, what it charged, and whether it was paid by its due date. What
-- was paid is known by the day the bill was paid in full, or by the payments made on it; a bill asks for its
-- minimum where it names one, and otherwise for what is due less the subsidy that the
-- lender took off it; a bill that asks for nothing is paid. Where a workspace records
-- neither, nobody knows.
with recorded as (
    select
        (select count(*) from payment) > 0                  as has_payments,
        (select count(paid_date) from interest_bill) > 0    as has_paid_dates
),

paid as (
    select
        payment.loan_id,
        payment.period_no,
        sum(
            coalesce(payment.principal, 0) + coalesce(payment.interest, 0) + coalesce(payment.fees, 0)
        )                                                   as paid_in_time
    from payment
    join interest_bill
        on interest_bill.loan_id = payment.loan_id
        and interest_bill.period_no = payment.period_no
        and payment.paid_date <= interest_bill.due_date
    group by payment.loan_id, payment.period_no
)

select
    interest_bill.loan_id,
    interest_bill.period_no,
    interest_bill.from_date,
    interest_bill.to_date,
    interest_bill.due_date,
    interest_bill.rate,
    coalesce(
        interest_bill.interest_due + coalesce(interest_bill.fees_due, 0), interest_bill.fees_due
    )                                                       as charge,
    case
        when interest_bill.paid_date <= interest_bill.due_date then true
        when coalesce(paid.paid_in_time, 0) >= coalesce(
            interest_bill.minimum_due,
            coalesce(interest_bill.principal_due, 0)
                + coalesce(interest_bill.interest_due, 0)
                + coalesce(interest_bill.fees_due, 0)
                - coalesce(interest_bill.subsidy_deducted, 0)
        ) then true
        when recorded.has_payments or recorded.has_paid_dates then false
    end                                                     as is_paid_in_time
from interest_bill
cross join recorded
left join paid
    on paid.loan_id = interest_bill.loan_id
    and paid.period_no = interest_bill.period_no
