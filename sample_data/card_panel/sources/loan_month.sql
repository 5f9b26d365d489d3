-- Wide to long: one row of the file is six months of one card.
-- Months run backwards, from September (1) to April (6); the first payment status is
-- called PAY_0 where its bill is BILL_AMT1, and there is no PAY_1.
with statement_month (month_no, as_of_date) as (
    values
        (1, '2005-09-30'),
        (2, '2005-08-31'),
        (3, '2005-07-31'),
        (4, '2005-06-30'),
        (5, '2005-05-31'),
        (6, '2005-04-30')
),

statement as (
    select
        source_row,
        "ID" as loan_id,
        as_of_date,
        case month_no
            when 1 then "BILL_AMT1"
            when 2 then "BILL_AMT2"
            when 3 then "BILL_AMT3"
            when 4 then "BILL_AMT4"
            when 5 then "BILL_AMT5"
            when 6 then "BILL_AMT6"
        end as bill,
        case month_no
            when 1 then "PAY_0"
            when 2 then "PAY_2"
            when 3 then "PAY_3"
            when 4 then "PAY_4"
            when 5 then "PAY_5"
            when 6 then "PAY_6"
        end as payment_status,
        "LIMIT_BAL" as credit_limit
    from source
    cross join statement_month
)

select
    source_row,
    loan_id,
    as_of_date,
    -- Negative where the client has overpaid: 3,932 statements.
    bill as balance,
    case
        -- Nothing used, paid in full, minimum paid.
        when payment_status in ('-2', '-1', '0') then '0'
        -- k months late: the (k - 1)th month is over for certain, and its next day too.
        when regexp_matches(payment_status, '^[1-9]$')
            then cast(30 * (cast(payment_status as integer) - 1) + 1 as varchar)
        -- A bare number would be read as days.
        else 'status ' || payment_status
    end as days_past_due,
    bill as credit_used,
    -- The file has one limit a client, not one a month.
    credit_limit
from statement
