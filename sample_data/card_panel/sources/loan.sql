-- A card is one revolving credit. When it was opened and what it costs is not known.
select
    source_row,
    "ID" as loan_id,
    "ID" as borrower_id,
    'card_revolving' as product,
    'TWD' as currency,
    'revolving' as repayment_method,
    "LIMIT_BAL" as credit_limit
from source
