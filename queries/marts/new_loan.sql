-- One row: a loan in the period it was disbursed in, with its borrower as of that period
-- and what was known of its borrower's credit file when the loan was decided.
select
    loan.loan_id,
    calendar_day.period,
    calendar_day.last_day,
    loan.application_id,
    loan.borrower_id,
    -- Whose loans move together; a loan without borrower moves alone.
    coalesce(loan.borrower_id, loan.loan_id)                as cluster_id,
    loan.institution_id,
    loan_trait.product,
    loan.is_own_book,
    loan.disbursed_at,
    cast(loan.disbursed_at as date)                         as disbursed_date,
    loan.principal,
    loan.currency,
    loan.contract_rate,
    loan.disclosed_annual_cost,
    loan.fees_upfront,
    loan.fees_addon,
    loan.term_months,
    loan.repayment_method,
    loan.interest_free_days,
    loan.credit_limit,
    loan.is_refinancing,
    loan.is_green,
    loan.sector,
    loan.contract_signed_date,
    loan.subsidy_agreement_date,
    loan.cost_sheet_acknowledged_at,
    loan.cost_sheet_items,
    loan.cancelled_date,
    loan.cancellation_cost,
    loan.vehicle_value,
    loan.vehicle_km_per_year,
    loan.vehicle_emission_factor,
    loan.emission_data_score,
    application.credit_file_status,
    application.data_basis,
    application.bureau_only_decision,
    loan_trait.is_first_with_us,
    -- Of any institution, as the credit file said at the decision.
    loan_trait.first_time                                   as is_first_credit,
    loan_trait.channel,
    loan_trait.first_time,
    loan_trait.subsidised_from_date <= calendar_day.last_day
                                                            as subsidised,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen,
    borrower_period.is_new_citizen,
    borrower_period.monthly_income
from loan
join calendar_day
    on calendar_day.day = cast(loan.disbursed_at as date)
left join loan_trait
    on loan_trait.loan_id = loan.loan_id
left join application
    on application.application_id = loan.application_id
left join borrower_period
    on borrower_period.borrower_id = loan.borrower_id
    and borrower_period.period = calendar_day.period
