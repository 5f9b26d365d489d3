-- One row: a case of relief that was asked for, a hardship case or a flexible repayment,
-- with its decision and how its loan stood at the month end at which the outcome is read.
-- That is so many months after the month of the decision as the rule of its kind says.
with asked_case as (
    select
        credit_repair_item.item_id,
        credit_repair_item.kind,
        credit_repair_item.borrower_id,
        coalesce(
            credit_repair_item.borrower_id,
            credit_repair_item.loan_id,
            credit_repair_item.item_id
        )                                                   as cluster_id,
        credit_repair_item.loan_id,
        coalesce(credit_repair_item.resolved_date, credit_repair_item.opened_date)
                                                            as decided_date,
        case
            when credit_repair_item.outcome like 'granted%' then true
            when credit_repair_item.outcome = 'declined' then false
        end                                                 as is_granted
    from credit_repair_item
    where credit_repair_item.kind in ('hardship', 'flexible_repayment')
),

dated_case as (
    select
        asked_case.*,
        last_day(
            asked_case.decided_date + to_months(cast(months_after.value as integer))
        )                                                   as outcome_date
    from asked_case
    left join rule_value as months_after
        on months_after.rule = case
            when asked_case.kind = 'hardship' then 'hardship.months_after'
            else 'flexible_repayment.months_after'
        end
        and asked_case.decided_date
            between months_after.valid_from and months_after.valid_to
),

later_month as (
    select
        dated_case.item_id,
        loan_month.as_of_date,
        loan_month.balance,
        loan_month.days_past_due,
        -- A recovery after a write-off may come as a row of its own, without the date.
        max(loan_month.written_off_date) over (partition by dated_case.item_id)
                                                            as written_off_date,
        row_number() over (
            partition by dated_case.item_id
            order by loan_month.as_of_date desc
        )                                                   as month_no
    from dated_case
    join loan_month
        on loan_month.loan_id = dated_case.loan_id
        and loan_month.as_of_date > dated_case.decided_date
        and loan_month.as_of_date <= dated_case.outcome_date
)

select
    dated_case.item_id,
    dated_case.kind,
    dated_case.borrower_id,
    dated_case.cluster_id,
    dated_case.loan_id,
    loan_trait.product,
    loan_trait.channel,
    loan_trait.first_time,
    loan_trait.subsidised_from_date,
    dated_case.decided_date,
    dated_case.outcome_date,
    dated_case.is_granted,
    -- Null where nothing tells; a loan without days past due tells nothing either.
    case
        when later_month.written_off_date <= dated_case.outcome_date then false
        -- A file that drops repaid loans shows their end at an earlier month end; an
        -- earlier month end of a loan that runs on says nothing about this one.
        when later_month.as_of_date = dated_case.outcome_date
            or later_month.balance <= 0
            then later_month.days_past_due = 0
    end                                                     as is_current
from dated_case
left join later_month
    on later_month.item_id = dated_case.item_id
    and later_month.month_no = 1
left join loan_trait
    on loan_trait.loan_id = dated_case.loan_id
