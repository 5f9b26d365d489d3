-- The file has no key: the row number is one, and the 50 pairs of equal rows stay two
-- applicants each. The key has the same form in application.sql.
with applicant as (
    select
        source_row,
        'tx2022-' || source_row as borrower_id,
        applicant_sex,
        applicant_age,
        income,
        -- Tells an amount from a word; the word itself is judged after the mapping.
        try_cast(income as decimal(18, 2)) as thousands_a_year
    from source
)

select
    source_row,
    borrower_id,
    -- The band is text; 8888 means that no age applies.
    case when applicant_age <> '8888' then applicant_age end as age_group,
    case applicant_sex
        when '1' then 'male'
        when '2' then 'female'
        -- Not provided, not applicable.
        when '3' then null
        when '4' then null
        -- The applicant selected both.
        when '6' then 'other'
        else applicant_sex
    end as gender,
    'US-TX' as province_code,
    case
        when thousands_a_year is null then income
        -- A loss or nothing from a business is no income to live on: not comparable.
        when thousands_a_year <= 0 then null
        else cast(cast(thousands_a_year * 1000 / 12 as decimal(18, 2)) as varchar)
    end as monthly_income
from applicant
