-- One row: a complaint with its time limits and what became of them, whenever they fall.
-- Where a source keeps no day of an answer, its own verdict stands in their place.
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
        -- A longer limit must be on record to count: an unknown complexity has the short
        -- limit, and 60 days need an approval.
        cast(
            case
                when complaint.complexity = 'very_complex'
                    and complaint.extension_approved_at is not null
                    then very_complex_days.value
                when complaint.complexity in ('complex', 'very_complex')
                    then complex_days.value
                else simple_days.value
            end as integer
        )                                                   as limit_days,
        cast(forward_days.value as integer)                 as forward_days
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
    left join rule_value as forward_days
        on forward_days.rule = 'cn_complaint_clocks.forward_working_days'
        and complaint.regulator_received_date
            between forward_days.valid_from and forward_days.valid_to
),

limited_complaint as (
    select
        timed_complaint.*,
        -- Calendar days, and the day after receipt is day 1.
        timed_complaint.received_date + timed_complaint.limit_days
                                                            as limit_date
    from timed_complaint
)

select
    limited_complaint.complaint_id,
    limited_complaint.borrower_id,
    limited_complaint.product,
    limited_complaint.topic,
    limited_complaint.source,
    limited_complaint.province_code,
    limited_complaint.complexity,
    limited_complaint.extension_approved_at is not null     as is_extended,
    limited_complaint.received_date,
    limited_complaint.limit_days,
    limited_complaint.limit_date,
    limited_complaint.informed_date,
    limited_complaint.withdrawn_date,
    limited_complaint.has_clock,
    limited_complaint.was_timely,
    case
        when not limited_complaint.has_clock then limited_complaint.was_timely
        -- Received before any limit was in force: there is nothing to keep.
        when limited_complaint.limit_date is null then null
        else coalesce(
            limited_complaint.informed_date <= limited_complaint.limit_date,
            false
        )
    end                                                     as is_in_time,
    limited_complaint.regulator_received_date,
    limited_complaint.forward_days,
    -- Of a year whose holidays nobody announced there is no such day: not known.
    forward_limit.day                                       as forward_limit_date
from limited_complaint
left join working_day as regulator_day
    on regulator_day.day = limited_complaint.regulator_received_date
left join working_day as forward_limit
    on forward_limit.nth = regulator_day.nth + limited_complaint.forward_days
    and forward_limit.is_working
