-- The file knows the month of issue only: the first of the month stands for it.
-- The hours are local to the lender, as everywhere in a workspace.
with granted as (
    select
        source_row,
        'lc-' || rownames as loan_id,
        loan_amount,
        -- Cast first: the file holds 14.07 as a binary fraction.
        cast(interest_rate as decimal(9, 4)) as percent_a_year,
        term,
        loan_purpose,
        split_part(issue_month, '-', 1) as issue_month_name,
        split_part(issue_month, '-', 2) as issue_year,
        issue_month
    from source
)

select
    source_row,
    loan_id,
    loan_id as borrower_id,
    'consumer_loan' as product,
    -- A month that is not of the quarter passes as it is and is judged there.
    case issue_month_name
        when 'Jan' then issue_year || '-01-01 00:00:00'
        when 'Feb' then issue_year || '-02-01 00:00:00'
        when 'Mar' then issue_year || '-03-01 00:00:00'
        else issue_month
    end as disbursed_at,
    cast(loan_amount as decimal(18, 2)) as principal,
    'USD' as currency,
    percent_a_year * 0.01 as contract_rate,
    term as term_months,
    'equal_payment' as repayment_method,
    -- The applicant's stated purpose; nobody verified it.
    loan_purpose as sector
from granted
