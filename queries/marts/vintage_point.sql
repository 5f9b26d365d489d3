-- One row: a loan in the period it was disbursed in, at one of the points of the vintage
-- curve, and whether it had ever been late beyond PAR30 by that month end.
with cohort_loan as (
    select
        new_loan.loan_id,
        new_loan.period,
        new_loan.cluster_id,
        new_loan.channel,
        new_loan.first_time,
        new_loan.subsidised,
        new_loan.province,
        new_loan.area,
        new_loan.gender,
        new_loan.age_band,
        new_loan.income_quintile,
        new_loan.new_citizen,
        new_loan.product,
        new_loan.disbursed_date,
        case curve_point.rule
            when 'vintage.early_months' then 'early'
            when 'vintage.middle_months' then 'middle'
            when 'vintage.mature_months' then 'mature'
        end                                                 as point,
        last_day(
            cast(
                make_date(year(new_loan.disbursed_date), month(new_loan.disbursed_date), 1)
                    + to_months(cast(curve_point.value as integer)) as date
            )
        )                                                   as point_date
    from new_loan
    join rule_value as curve_point
        on curve_point.rule in (
            'vintage.early_months', 'vintage.middle_months', 'vintage.mature_months'
        )
        and new_loan.disbursed_date
            between curve_point.valid_from and curve_point.valid_to
),

-- One row a loan and point, before the attributes come: months must not multiply loans.
followed as (
    select
        cohort_loan.loan_id,
        cohort_loan.point,
        count(*)                                            as months,
        count(loan_month.days_past_due)                     as known_months,
        max(loan_month.as_of_date)                          as last_seen,
        max(loan_month.as_of_date) filter (where loan_month.balance > 0)
                                                            as last_owing,
        coalesce(
            max(
                case
                    when loan_month.days_past_due > late_days.value then 1
                    when loan_month.written_off_date <= loan_month.as_of_date then 1
                    else 0
                end
            ),
            0
        )                                                   as ever_late
    from cohort_loan
    join loan_month
        on loan_month.loan_id = cohort_loan.loan_id
        and loan_month.as_of_date <= cohort_loan.point_date
        and loan_month.as_of_date = last_day(loan_month.as_of_date)
    left join rule_value as late_days
        on late_days.rule = 'portfolio_at_risk.days_past_due'
        and loan_month.as_of_date between late_days.valid_from and late_days.valid_to
    group by cohort_loan.loan_id, cohort_loan.point
)

select
    cohort_loan.loan_id,
    cohort_loan.period,
    cohort_loan.point,
    cohort_loan.point_date,
    case
        when followed.ever_late = 1 then true
        when followed.known_months = followed.months
            and (
                followed.last_seen = cohort_loan.point_date
                -- Nothing was owed any more at the last month end seen.
                or coalesce(followed.last_owing < followed.last_seen, true)
            )
            -- Every month end from the first to the last one seen is there.
            and followed.months
                = (year(followed.last_seen) - year(cohort_loan.disbursed_date)) * 12
                + month(followed.last_seen) - month(cohort_loan.disbursed_date) + 1
            then false
    end                                                     as was_late,
    cohort_loan.cluster_id,
    cohort_loan.channel,
    cohort_loan.first_time,
    cohort_loan.subsidised,
    cohort_loan.province,
    cohort_loan.area,
    cohort_loan.gender,
    cohort_loan.age_band,
    cohort_loan.income_quintile,
    cohort_loan.new_citizen,
    cohort_loan.product
from cohort_loan
left join followed
    on followed.loan_id = cohort_loan.loan_id
    and followed.point = cohort_loan.point
