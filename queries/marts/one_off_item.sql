-- One row: an overdue item put forward for the one-off credit repair, whenever: whether it
-- is covered, whether it was repaid while that counted, and by when it is hidden.
with hiding_start as (
    select min(rule_value.valid_from)                       as hidden_from_date
    from rule_value
    where rule_value.rule = 'cn_one_off_credit_repair.hiding'
        and rule_value.value = 1
)

select
    credit_repair_item.item_id,
    credit_repair_item.borrower_id,
    credit_repair_item.loan_id,
    credit_repair_item.arose_date,
    credit_repair_item.amount,
    credit_repair_item.repaid_date,
    credit_repair_item.told_date,
    max_amount.value                                        as max_amount,
    -- The rule's own dates are the window in which the overdue must have arisen;
    -- outside it there is no amount that could be within the limit.
    case
        when credit_repair_item.arose_date is null then null
        when max_amount.value is null then false
        else credit_repair_item.amount <= cast(max_amount.value as decimal(18, 2))
    end                                                     as is_eligible,
    repayment_window.value is not null                      as is_repaid_in_window,
    months_to_hide.value                                    as months_to_hide,
    case
        when months_to_hide.value = 0 then hiding_start.hidden_from_date
        when months_to_hide.value > 0
            then last_day(
                credit_repair_item.repaid_date
                    + to_months(cast(months_to_hide.value as integer))
            )
    end                                                     as hidden_by_date
from credit_repair_item
cross join hiding_start
left join rule_value as max_amount
    on max_amount.rule = 'cn_one_off_credit_repair.max_item_amount'
    and credit_repair_item.arose_date
        between max_amount.valid_from and max_amount.valid_to
left join rule_value as repayment_window
    on repayment_window.rule = 'cn_one_off_credit_repair.repayment_window'
    and credit_repair_item.repaid_date
        between repayment_window.valid_from and repayment_window.valid_to
left join rule_value as months_to_hide
    on months_to_hide.rule = 'cn_one_off_credit_repair.months_to_hide'
    and credit_repair_item.repaid_date
        between months_to_hide.valid_from and months_to_hide.valid_to
where credit_repair_item.kind = 'one_off_repair'
