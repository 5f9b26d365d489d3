-- One row: a complaint, its limit, and whether the complainant was informed by then. What
-- the limit is stands in the mart that the indicator reads as well.
select
    complaint_clock.complaint_id,
    policy_version.version                                  as rule_version,
    complaint_clock.received_date,
    complaint_clock.complexity,
    complaint_clock.limit_days,
    complaint_clock.limit_date,
    complaint_clock.informed_date,
    complaint_clock.withdrawn_date,
    case
        when not complaint_clock.has_clock and complaint_clock.withdrawn_date is not null
            then 'ended'
        when not complaint_clock.has_clock and complaint_clock.was_timely then 'in_time'
        when not complaint_clock.has_clock and not complaint_clock.was_timely then 'late'
        when not complaint_clock.has_clock then 'unknown'
        when complaint_clock.limit_date is null then 'not_judged'
        when complaint_clock.withdrawn_date <= complaint_clock.limit_date then 'ended'
        when complaint_clock.is_in_time then 'in_time'
        when complaint_clock.limit_date <= report_date.data_date then 'late'
        else 'open'
    end                                                     as verdict,
    case
        when not complaint_clock.has_clock and complaint_clock.withdrawn_date is not null
            then 'withdrawn'
        when not complaint_clock.has_clock and complaint_clock.was_timely
            then 'stated_in_time'
        when not complaint_clock.has_clock and not complaint_clock.was_timely
            then 'stated_late'
        when not complaint_clock.has_clock then 'nothing_stated'
        when complaint_clock.limit_date is null then 'before_rules'
        when complaint_clock.withdrawn_date <= complaint_clock.limit_date then 'withdrawn'
        when complaint_clock.is_in_time then 'informed_in_time'
        when complaint_clock.limit_date > report_date.data_date then 'running'
        when complaint_clock.informed_date is not null then 'informed_late'
        when complaint_clock.withdrawn_date is not null then 'withdrawn_late'
        else 'never_informed'
    end                                                     as reason,
    case
        when complaint_clock.limit_days is null or not complaint_clock.has_clock then null
        when complaint_clock.complexity = 'simple' then 'simple'
        when complaint_clock.complexity = 'complex' then 'complex'
        when complaint_clock.complexity = 'very_complex' and complaint_clock.is_extended
            then 'very_complex'
        when complaint_clock.complexity = 'very_complex' then 'extension_not_approved'
        else 'complexity_unknown'
    end                                                     as time_limit,
    complaint_clock.regulator_received_date,
    complaint_clock.forward_days,
    complaint_clock.forward_limit_date,
    case
        when complaint_clock.source is null then null
        when complaint_clock.source <> 'regulator_forwarded' then null
        when complaint_clock.regulator_received_date is null then 'forwarding_unrecorded'
        when complaint_clock.forward_days is null then null
        when complaint_clock.forward_limit_date is null then 'holidays_unannounced'
        when complaint_clock.received_date <= complaint_clock.forward_limit_date
            then 'forwarded_in_time'
        else 'forwarded_late'
    end                                                     as forwarding
from complaint_clock
cross join report_date
left join policy_version
    on complaint_clock.received_date
        between policy_version.first_day and policy_version.last_day
