-- One row: a complaint in the period it was received in. A complainant need not be a
-- customer, so the complaint's own province goes before the customer's.
select
    complaint.complaint_id,
    complaint.borrower_id,
    calendar.period,
    complaint.received_at,
    complaint.withdrawn_at,
    complaint.repeats,
    complaint.product,
    complaint.topic,
    complaint.source,
    coalesce(complaint.province_code, borrower_period.province)
                                                            as province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from complaint
join calendar
    on cast(complaint.received_at as date)
        between calendar.first_day and calendar.last_day
left join borrower_period
    on borrower_period.borrower_id = complaint.borrower_id
    and borrower_period.period = calendar.period
