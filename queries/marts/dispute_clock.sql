-- One row: a dispute of a credit record with its time limit, whenever it falls.
select
    credit_repair_item.item_id,
    credit_repair_item.borrower_id,
    credit_repair_item.loan_id,
    credit_repair_item.opened_date,
    credit_repair_item.resolved_date,
    cast(dispute_days.value as integer)                     as limit_days,
    -- The day after receipt is day 1. A dispute from before the rule, or without a day of
    -- receipt, has no limit.
    credit_repair_item.opened_date + cast(dispute_days.value as integer)
                                                            as limit_date
from credit_repair_item
left join rule_value as dispute_days
    on dispute_days.rule = 'cn_credit_reporting.dispute_days'
    and credit_repair_item.opened_date
        between dispute_days.valid_from and dispute_days.valid_to
where credit_repair_item.kind = 'dispute'
