-- One snapshot, the end of June 2018; README.md shows why no earlier month fits.
with snapshot as (
    select
        source_row,
        'lc-' || rownames as loan_id,
        loan_status,
        cast(loan_amount as decimal(18, 2)) as amount,
        cast(balance as decimal(18, 2)) as balance,
        cast(paid_principal as decimal(18, 2)) as paid_principal
    from source
)

select
    source_row,
    loan_id,
    '2018-06-30' as as_of_date,
    -- The file already carries charged-off loans at zero: out of the portfolio.
    balance,
    -- The lower bound of the band that the status names: no loan is called later than
    -- it surely is. 'Late (31-120 days)' alone is more than 30 days late.
    case loan_status
        when 'Current' then '0'
        when 'Fully Paid' then '0'
        when 'In Grace Period' then '1'
        when 'Late (16-30 days)' then '16'
        when 'Late (31-120 days)' then '31'
        -- Written off after 120 days, or at once in a bankruptcy: days are not known.
        when 'Charged Off' then null
        else loan_status
    end as days_past_due,
    -- No date in the file: the snapshot is the day by which it had happened.
    case when loan_status = 'Charged Off' then '2018-06-30' end as written_off_date,
    case when loan_status = 'Charged Off' then amount - paid_principal end
        as written_off_amount
from snapshot
