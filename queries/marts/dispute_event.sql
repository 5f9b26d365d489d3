-- One row: a credit-record dispute in the period of an event of it, received or resolved. A
-- dispute has up to two rows, one an event; an event without a day has none.
with dispute as (
    select
        credit_repair_item.item_id,
        credit_repair_item.borrower_id,
        coalesce(credit_repair_item.borrower_id, credit_repair_item.item_id)
                                                            as cluster_id,
        credit_repair_item.opened_date,
        credit_repair_item.resolved_date,
        credit_repair_item.outcome
    from credit_repair_item
    where credit_repair_item.kind = 'dispute'
),

event as (
    select
        dispute.*,
        'received'                                          as event,
        dispute.opened_date                                 as event_date
    from dispute
    where dispute.opened_date is not null
    union all
    select
        dispute.*,
        'resolved'                                          as event,
        dispute.resolved_date                               as event_date
    from dispute
    where dispute.resolved_date is not null
)

select
    event.item_id,
    event.borrower_id,
    event.cluster_id,
    event.event,
    event.event_date,
    event.opened_date,
    event.outcome,
    calendar_day.period,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from event
join calendar_day
    on calendar_day.day = event.event_date
left join borrower_period
    on borrower_period.borrower_id = event.borrower_id
    and borrower_period.period = calendar_day.period
