-- One row: a complaint in the period it was received in. A complainant need not be a
-- customer, so the complaint's own province goes before the customer's.
select
    complaint.complaint_id,
    complaint.borrower_id,
    calendar_day.period,
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
join calendar_day
    on calendar_day.day = cast(complaint.received_at as date)
left join borrower_period
    on borrower_period.borrower_id = complaint.borrower_id
    and borrower_period.period = calendar_day.period
