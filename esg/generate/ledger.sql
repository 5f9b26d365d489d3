-- Control totals of 2026, the sums of all batches but for two planted differences: one
-- that the tolerance covers (payment.interest, 2026Q2) and one that it does not
-- (loan.principal, 2026Q3: a loan booked in the ledger alone).
create table out_ledger_total as
select
    table_name,
    measure,
    period,
    (sum(value) + case
        when table_name = 'payment' and measure = 'interest' and period = '2026Q2' then 0.37
        when table_name = 'loan' and measure = 'principal' and period = '2026Q3' then 1250.00
        else 0 end)::decimal(18, 2) as value,
    (case when measure = 'rows' then 0 else 1 end)::decimal(18, 2) as tolerance
from work.total
where period >= '2026'
group by table_name, measure, period;

-- One-year loan prime rate since the first reported year.
create table out_reference_rate as
select
    'lpr_1y' as rate_id,
    valid_from,
    rate,
    'People''s Bank of China, loan prime rate published through the National Interbank Funding Center on '
        || valid_from::varchar as source
from (values
    (date '2023-08-21', 0.0345::decimal(9, 6)),
    (date '2024-07-22', 0.0335::decimal(9, 6)),
    (date '2024-10-21', 0.0310::decimal(9, 6)),
    (date '2025-05-20', 0.0300::decimal(9, 6))
) v(valid_from, rate);
