-- One row: a dispute of a credit record, its limit, and whether it was resolved by then.
select
    dispute_clock.item_id,
    dispute_clock.borrower_id,
    policy_version.version                                  as rule_version,
    dispute_clock.opened_date,
    dispute_clock.limit_days,
    dispute_clock.limit_date,
    dispute_clock.resolved_date,
    case
        when dispute_clock.opened_date is null then 'unknown'
        when dispute_clock.limit_date is null then 'not_judged'
        when dispute_clock.resolved_date <= dispute_clock.limit_date then 'in_time'
        when dispute_clock.limit_date <= report_date.data_date then 'late'
        else 'open'
    end                                                     as verdict,
    case
        when dispute_clock.opened_date is null then 'receipt_unknown'
        when dispute_clock.limit_date is null then 'before_rules'
        when dispute_clock.resolved_date <= dispute_clock.limit_date then 'resolved_in_time'
        when dispute_clock.limit_date > report_date.data_date then 'running'
        when dispute_clock.resolved_date is not null then 'resolved_late'
        else 'never_resolved'
    end                                                     as reason
from dispute_clock
cross join report_date
left join policy_version
    on dispute_clock.opened_date
        between policy_version.first_day and policy_version.last_day
