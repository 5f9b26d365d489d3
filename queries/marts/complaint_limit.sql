-- One row: a complaint in the period in which its time limit falls, and whether the
-- complainant was informed by then. Limits that fall after the day the data stand at are
-- left out, also where the answer came early: else quick answers alone would count.
-- Where a source keeps no day of an answer, its own verdict stands in the period of
-- receipt.
with register as (
    select count(complaint.informed_at) > 0                 as keeps_answer_day
    from complaint
),

timed_complaint as (
    select
        complaint.*,
        cast(complaint.received_at as date)                 as received_date,
        cast(complaint.informed_at as date)                 as informed_date,
        cast(complaint.withdrawn_at as date)                as withdrawn_date,
        -- One answer missing among others is an open complaint; a register without any
        -- day of an answer, or a verdict in its place, is a source without a clock.
        register.keeps_answer_day
            and (
                complaint.informed_at is not null
                or complaint.decided_at is not null
                or complaint.was_timely is null
            )                                               as has_clock,
        -- The day after receipt is day 1. A longer limit must be on record to count: an
        -- unknown complexity has the short limit, and 60 days need an approval.
        cast(complaint.received_at as date) + cast(
            case
                when complaint.complexity = 'very_complex'
                    and complaint.extension_approved_at is not null
                    then very_complex_days.value
                when complaint.complexity in ('complex', 'very_complex')
                    then complex_days.value
                else simple_days.value
            end as integer
        )                                                   as limit_date
    from complaint
    cross join register
    -- The rule of the day of receipt: a later rule does not shorten a running clock.
    left join rule_value as simple_days
        on simple_days.rule = 'cn_complaint_clocks.simple_days'
        and cast(complaint.received_at as date)
            between simple_days.valid_from and simple_days.valid_to
    left join rule_value as complex_days
        on complex_days.rule = 'cn_complaint_clocks.complex_days'
        and cast(complaint.received_at as date)
            between complex_days.valid_from and complex_days.valid_to
    left join rule_value as very_complex_days
        on very_complex_days.rule = 'cn_complaint_clocks.very_complex_days'
        and cast(complaint.received_at as date)
            between very_complex_days.valid_from and very_complex_days.valid_to
),

judged_complaint as (
    select
        timed_complaint.*,
        case
            when timed_complaint.has_clock
                then coalesce(timed_complaint.limit_date, timed_complaint.received_date)
            else timed_complaint.received_date
        end                                                 as judged_date,
        case
            when not timed_complaint.has_clock then timed_complaint.was_timely
            -- Received before any limit was in force: there is nothing to keep.
            when timed_complaint.limit_date is null then null
            else coalesce(
                timed_complaint.informed_date <= timed_complaint.limit_date,
                false
            )
        end                                                 as is_in_time
    from timed_complaint
)

select
    judged_complaint.complaint_id,
    judged_complaint.borrower_id,
    calendar.period,
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
    borrower_period.age_band
from judged_complaint
cross join report_date
join calendar
    on judged_complaint.judged_date between calendar.first_day and calendar.last_day
left join borrower_period
    on borrower_period.borrower_id = judged_complaint.borrower_id
    and borrower_period.period = calendar.period
where judged_complaint.judged_date <= report_date.data_date
    -- A withdrawal ends the clock; one after the limit comes too late to do so.
    and (
        judged_complaint.withdrawn_date is null
        or (
            judged_complaint.has_clock
            and judged_complaint.withdrawn_date > judged_complaint.limit_date
        )
    )
