-- One row: a complaint in the period in which its time limit falls, and whether the
-- complainant was informed by then. Limits that fall after the day the data stand at are
-- left out, also where the answer came early: else quick answers alone would count.
-- Where a source keeps no day of an answer, its own verdict stands in the period of
-- receipt.
with judged_complaint as (
    select
        complaint_clock.*,
        case
            when complaint_clock.has_clock
                then coalesce(complaint_clock.limit_date, complaint_clock.received_date)
            else complaint_clock.received_date
        end                                                 as judged_date
    from complaint_clock
)

select
    judged_complaint.complaint_id,
    judged_complaint.borrower_id,
    calendar_day.period,
    judged_complaint.received_date,
    judged_complaint.limit_date,
    judged_complaint.informed_date,
    judged_complaint.has_clock,
    judged_complaint.is_in_time,
    judged_complaint.product,
    judged_complaint.topic,
    judged_complaint.source,
    coalesce(judged_complaint.province_code, borrower_period.province)
                                                            as province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from judged_complaint
cross join report_date
join calendar_day
    on calendar_day.day = judged_complaint.judged_date
left join borrower_period
    on borrower_period.borrower_id = judged_complaint.borrower_id
    and borrower_period.period = calendar_day.period
where judged_complaint.judged_date <= report_date.data_date
    -- A withdrawal ends the clock; one after the limit comes too late to do so.
    and (
        judged_complaint.withdrawn_date is null
        or (
            judged_complaint.has_clock
            and judged_complaint.withdrawn_date > judged_complaint.limit_date
        )
    )
