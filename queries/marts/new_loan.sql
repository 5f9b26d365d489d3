-- One row: a loan in the period it was disbursed in, with its borrower as of that period
-- and what was known of its borrower's credit file when the loan was decided.
with ranked_loan as (
    select
        loan.*,
        row_number() over (
            partition by loan.borrower_id
            order by loan.disbursed_at, loan.loan_id
        )                                                   as loan_no
    from loan
    where loan.disbursed_at is not null
)

select
    ranked_loan.loan_id,
    calendar.period,
    calendar.last_day,
    ranked_loan.application_id,
    ranked_loan.borrower_id,
    -- Whose loans move together; a loan without borrower moves alone.
    coalesce(ranked_loan.borrower_id, ranked_loan.loan_id)  as cluster_id,
    ranked_loan.institution_id,
    ranked_loan.product,
    ranked_loan.is_own_book,
    ranked_loan.disbursed_at,
    cast(ranked_loan.disbursed_at as date)                  as disbursed_date,
    ranked_loan.principal,
    ranked_loan.currency,
    ranked_loan.contract_rate,
    ranked_loan.disclosed_annual_cost,
    ranked_loan.fees_upfront,
    ranked_loan.fees_addon,
    ranked_loan.term_months,
    ranked_loan.repayment_method,
    ranked_loan.interest_free_days,
    ranked_loan.credit_limit,
    ranked_loan.channel,
    ranked_loan.is_refinancing,
    ranked_loan.is_green,
    ranked_loan.sector,
    ranked_loan.contract_signed_date,
    ranked_loan.subsidy_agreement_date,
    ranked_loan.cost_sheet_acknowledged_at,
    ranked_loan.cost_sheet_items,
    ranked_loan.cancelled_date,
    ranked_loan.cancellation_cost,
    ranked_loan.vehicle_value,
    ranked_loan.vehicle_km_per_year,
    ranked_loan.vehicle_emission_factor,
    ranked_loan.emission_data_score,
    application.credit_file_status,
    application.data_basis,
    application.bureau_only_decision,
    -- Loans without a borrower share one partition: their order says nothing.
    case
        when ranked_loan.borrower_id is not null then ranked_loan.loan_no = 1
    end                                                     as is_first_with_us,
    -- First credit from any institution: no file (W1) or a file without any account (W2)
    -- at the decision. A later loan of ours is no first credit, whatever the file says.
    case
        when ranked_loan.borrower_id is not null and ranked_loan.loan_no > 1 then false
        when application.credit_file_status in ('no_file', 'no_account')
            then case when ranked_loan.borrower_id is not null then true end
        when application.credit_file_status is not null then false
    end                                                     as is_first_credit,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.is_new_citizen,
    borrower_period.monthly_income
from ranked_loan
join calendar
    on cast(ranked_loan.disbursed_at as date)
        between calendar.first_day and calendar.last_day
left join application
    on application.application_id = ranked_loan.application_id
left join borrower_period
    on borrower_period.borrower_id = ranked_loan.borrower_id
    and borrower_period.period = calendar.period
