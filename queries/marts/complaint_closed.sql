-- One row: a complaint in the period it was closed in, with its outcome. Where a source
-- keeps no closing day at all, its complaints stand in the period of receipt.
with register as (
    select count(coalesce(complaint.decided_at, complaint.informed_at)) > 0
                                                            as keeps_closing_day
    from complaint
),

closed_complaint as (
    select
        complaint.*,
        cast(
            case
                when register.keeps_closing_day
                    then coalesce(complaint.decided_at, complaint.informed_at)
                else complaint.received_at
            end as date
        )                                                   as closed_date,
        register.keeps_closing_day
    from complaint
    cross join register
    -- A withdrawn complaint ends without an outcome.
    where complaint.withdrawn_at is null
)

select
    closed_complaint.complaint_id,
    closed_complaint.borrower_id,
    calendar_day.period,
    closed_complaint.closed_date,
    closed_complaint.keeps_closing_day,
    cast(closed_complaint.received_at as date)              as received_date,
    closed_complaint.is_upheld,
    closed_complaint.is_disputed,
    -- Without a kind, only money paid proves relief; no money does not rule out another.
    case
        when closed_complaint.relief_kind in ('monetary', 'non_monetary') then true
        when closed_complaint.relief_amount > 0 then true
        when closed_complaint.relief_kind = 'none' then false
    end                                                     as has_relief,
    closed_complaint.relief_amount,
    closed_complaint.relief_kind,
    closed_complaint.product,
    closed_complaint.topic,
    closed_complaint.source,
    coalesce(closed_complaint.province_code, borrower_period.province)
                                                            as province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from closed_complaint
join calendar_day
    on calendar_day.day = closed_complaint.closed_date
left join borrower_period
    on borrower_period.borrower_id = closed_complaint.borrower_id
    and borrower_period.period = calendar_day.period
