-- One row: a loan in the period it was disbursed in, with the months on book at which it was
-- first late beyond PAR30, and its month ends up to the last point of the curve as masks:
-- the month of disbursement counts 1, the next one 2, the third 4 and so on. Sums instead of
-- an order of months, because the months of all loans are too many to sort.
with followed_month as (
    select
        new_loan.loan_id,
        (year(loan_month.as_of_date) - year(new_loan.disbursed_date)) * 12
            + month(loan_month.as_of_date) - month(new_loan.disbursed_date)
                                                            as month_no,
        loan_month.balance,
        case
            when loan_month.days_past_due > late_days.value then true
            when loan_month.written_off_date <= loan_month.as_of_date then true
            when loan_month.days_past_due is not null then false
        end                                                 as is_late,
        last_point.value                                    as last_month
    from new_loan
    join rule_value as last_point
        on last_point.rule = 'vintage.mature_months'
        and new_loan.disbursed_date between last_point.valid_from and last_point.valid_to
    join loan_month
        on loan_month.loan_id = new_loan.loan_id
        and loan_month.as_of_date = last_day(loan_month.as_of_date)
    left join rule_value as late_days
        on late_days.rule = 'portfolio_at_risk.days_past_due'
        and loan_month.as_of_date between late_days.valid_from and late_days.valid_to
),

marked_month as (
    select
        followed_month.*,
        cast(power(2, month_no) as bigint)                  as mark
    from followed_month
    where month_no between 0 and last_month
),

followed_loan as (
    select
        loan_id,
        min(month_no) filter (where is_late)                as first_late_month,
        cast(sum(mark) as bigint)                           as seen_mask,
        cast(sum(mark) filter (where is_late is not null) as bigint)
                                                            as known_mask,
        cast(sum(mark) filter (where balance > 0) as bigint) as owing_mask
    from marked_month
    group by loan_id
),

register as (
    select count(loan.subsidy_agreement_date) > 0           as keeps_agreements
    from loan
)

select
    new_loan.loan_id,
    new_loan.period,
    new_loan.last_day,
    followed_loan.first_late_month,
    coalesce(followed_loan.seen_mask, 0)                    as seen_mask,
    coalesce(followed_loan.known_mask, 0)                   as known_mask,
    coalesce(followed_loan.owing_mask, 0)                   as owing_mask,
    -- No agreement is a known no where the records keep such days at all.
    case
        when new_loan.subsidy_agreement_date <= new_loan.last_day then true
        when register.keeps_agreements then false
    end                                                     as is_subsidised,
    new_loan.product
from new_loan
cross join register
left join followed_loan
    on followed_loan.loan_id = new_loan.loan_id
