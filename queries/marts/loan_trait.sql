-- One row: a loan, with the breakdowns that are its own. Marts of many rows a loan take its
-- borrower and product from here as well: one join does for all of them.
with register as (
    select count(loan.subsidy_agreement_date) > 0           as keeps_agreements
    from loan
),

ranked_loan as (
    select
        loan.loan_id,
        loan.borrower_id,
        loan.application_id,
        loan.product,
        loan.channel,
        loan.subsidy_agreement_date,
        -- A loan that was never paid out is nobody's first.
        case
            when loan.borrower_id is not null and loan.disbursed_at is not null
                then row_number() over (
                    partition by loan.borrower_id
                    order by loan.disbursed_at nulls last, loan.loan_id
                )
        end                                                 as loan_no
    from loan
)

select
    ranked_loan.loan_id,
    ranked_loan.borrower_id,
    ranked_loan.product,
    ranked_loan.channel,
    -- Loans without a borrower have no order: nothing is known of them.
    ranked_loan.loan_no = 1                                 as is_first_with_us,
    -- First credit from any institution: no file (W1) or a file without any account (W2)
    -- at the decision. A later loan of ours is no first credit, whatever the file says; our
    -- first one alone does not make it one, and without the file it is unknown.
    case
        when ranked_loan.loan_no > 1 then false
        when application.credit_file_status in ('no_file', 'no_account')
            then case when ranked_loan.loan_no = 1 then true end
        when application.credit_file_status is not null then false
    end                                                     as first_time,
    -- The first day on which the loan is under a subsidy agreement; none is known not to be
    -- where the records keep such days at all, and else nobody knows.
    coalesce(
        ranked_loan.subsidy_agreement_date,
        case when register.keeps_agreements then make_date(9999, 12, 31) end
    )                                                       as subsidised_from_date
from ranked_loan
cross join register
left join application
    on application.application_id = ranked_loan.application_id
