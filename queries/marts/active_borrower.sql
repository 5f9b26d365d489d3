-- One row: a borrower who owes money at a period's month end. An overpaid loan does not
-- offset another, and a loan that is written off no longer makes its borrower active.
with owing_borrower as (
    select
        loan_stock.borrower_id,
        loan_stock.period,
        count(*)                                            as loans,
        sum(loan_stock.balance)                             as balance
    from loan_stock
    where loan_stock.borrower_id is not null
        and loan_stock.balance > 0
        and not loan_stock.is_written_off
    group by loan_stock.borrower_id, loan_stock.period
),

ranked_application as (
    select
        application.borrower_id,
        application.credit_file_status,
        row_number() over (
            partition by application.borrower_id
            order by application.applied_at, application.application_id
        )                                                   as application_no
    from application
    where application.borrower_id is not null
)

select
    owing_borrower.borrower_id,
    owing_borrower.period,
    owing_borrower.loans,
    owing_borrower.balance,
    ranked_application.credit_file_status                   as first_credit_file_status,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen,
    borrower_period.is_new_citizen,
    borrower_period.monthly_income,
    borrower_period.first_seen_date,
    borrower.birth_year,
    borrower.age_group,
    borrower.new_citizen_evidence
from owing_borrower
left join ranked_application
    on ranked_application.borrower_id = owing_borrower.borrower_id
    and ranked_application.application_no = 1
left join borrower_period
    on borrower_period.borrower_id = owing_borrower.borrower_id
    and borrower_period.period = owing_borrower.period
left join borrower
    on borrower.borrower_id = owing_borrower.borrower_id
