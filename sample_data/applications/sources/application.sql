-- Decided applications only: the source left withdrawn and incomplete ones out.
select
    source_row,
    'tx2022-' || source_row as application_id,
    'tx2022-' || source_row as borrower_id,
    -- The register covers loans secured by a dwelling, whatever they are for.
    'mortgage' as product,
    -- No date in the file, the year is all: its last day puts every row into 2022.
    '2022-12-31 00:00:00' as applied_at,
    -- Published as the midpoint of a band of 10,000 dollars.
    loan_amount as amount,
    case approved when '1' then 'approved' when '0' then 'declined' else approved end
        as decision,
    -- The register's code as text, without the decimal point that a spreadsheet of
    -- numbers with blanks left behind ('5.0'); blank stays blank.
    regexp_replace("applicant_race-1", '\.0$', '') as race
from source
