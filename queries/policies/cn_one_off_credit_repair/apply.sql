-- One row: an overdue item put forward for the one-off credit repair, as it stands on the
-- day of the data. What is covered, and by when it is hidden, stands in the mart that the
-- indicators read as well.
with scoped_item as (
    select
        one_off_item.*,
        case
            when one_off_item.arose_date is null then 'day_unknown'
            when one_off_item.max_amount is null then 'arose_outside'
            when one_off_item.amount is null then 'amount_unknown'
            when one_off_item.is_eligible then 'covered'
            else 'amount_above'
        end                                                 as scope,
        case
            when one_off_item.is_repaid_in_window then 'repaid_in_window'
            when one_off_item.repaid_date is not null then 'repaid_outside'
            when window_now.value = 1 then 'may_still_repay'
            else 'not_repaid'
        end                                                 as repayment
    from one_off_item
    cross join report_date
    left join rule_value as window_now
        on window_now.rule = 'cn_one_off_credit_repair.repayment_window'
        and report_date.data_date between window_now.valid_from and window_now.valid_to
)

select
    scoped_item.item_id,
    scoped_item.borrower_id,
    policy_version.version                                  as rule_version,
    scoped_item.arose_date,
    scoped_item.amount,
    scoped_item.repaid_date,
    case
        when policy_version.version is null then 'not_judged'
        when scoped_item.scope in ('day_unknown', 'amount_unknown') then 'unknown'
        when scoped_item.scope <> 'covered' then 'not_covered'
        when scoped_item.repayment = 'repaid_in_window' then 'entitled'
        when scoped_item.repayment = 'may_still_repay' then 'open'
        else 'missed'
    end                                                     as verdict,
    case
        when policy_version.version is null then 'before_programme'
        when scoped_item.scope <> 'covered' then scoped_item.scope
        else scoped_item.repayment
    end                                                     as reason,
    case when policy_version.version is null then 'before_programme' else scoped_item.scope
    end                                                     as scope,
    case when scoped_item.scope = 'covered' then scoped_item.repayment
    end                                                     as repayment,
    case
        when scoped_item.scope <> 'covered' or scoped_item.hidden_by_date is null then null
        when scoped_item.months_to_hide = 0 then 'from_start'
        else 'by_month_end'
    end                                                     as hiding,
    case when scoped_item.scope = 'covered' then scoped_item.hidden_by_date
    end                                                     as hidden_by_date,
    cast(most.value as decimal(18, 2))                      as most
from scoped_item
cross join report_date
left join policy_version
    on report_date.data_date between policy_version.first_day and policy_version.last_day
left join policy_value as most
    on most.version = policy_version.version
    and most.rule = 'max_item_amount'
