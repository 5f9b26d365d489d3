/*---
id: bills_overlap
title: {en: Two bills of one loan charge the same day, zh: 同一贷款两期账单计息日重叠}
severity: fail
needs: {interest_bill: [from_date, to_date]}
---*/
-- to_date is exclusive: a bill may begin on the day the one before it ends.
select
    interest_bill.loan_id,
    interest_bill.period_no,
    interest_bill.from_date,
    earlier.period_no                                       as earlier_period_no,
    earlier.to_date                                         as earlier_to_date
from interest_bill
join interest_bill as earlier
    on earlier.loan_id = interest_bill.loan_id
    and earlier.from_date <= interest_bill.from_date
    and earlier.to_date > interest_bill.from_date
where earlier.period_no <> interest_bill.period_no
    -- Two that begin on one day are told once.
    and (earlier.from_date < interest_bill.from_date or earlier.period_no < interest_bill.period_no)
