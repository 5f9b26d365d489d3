-- One row is a loan; the file has no borrower key, so each loan is its own borrower.
-- The row's own number is used because it survives sorting and filtering.
-- Job titles are the applicants' free text and stay behind: no indicator needs them.
select
    source_row,
    'lc-' || rownames as borrower_id,
    'US-' || state as province_code,
    -- Zero stands in 23 joint applications, where the second person earns. It is kept:
    -- a row is about the first person, and the joint income belongs to two.
    cast(cast(annual_income as decimal(18, 2)) / 12 as decimal(18, 2))
        as monthly_income,
    case verified_income
        when 'Verified' then 'verified'
        -- Here the employer was verified, not the amount.
        when 'Source Verified' then 'declared'
        when 'Not Verified' then 'declared'
        else verified_income
    end as income_basis
from source
