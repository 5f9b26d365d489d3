-- One row: a reason why rows of a source's latest load were rejected. A row with several
-- reasons stands under each, so the rows do not add up to the rows quarantined.
with setting as (
    select
        '%'                                                 as source_like,
        1                                                   as least_rows
)

select
    latest_load.source,
    latest_load.file,
    current_quarantine.rule,
    coalesce(current_quarantine.column_name, '')            as column_name,
    count(distinct current_quarantine.row_number)           as rows_rejected,
    count(distinct current_quarantine.row_number)
        / nullif(max(latest_load.rows_read), 0)             as share_of_rows_read,
    min(current_quarantine.row_number)                      as first_row,
    min(current_quarantine.seen)                            as seen_as
from current_quarantine
join latest_load
    on latest_load.load_no = current_quarantine.load_no
join setting
    on latest_load.source like setting.source_like
group by
    latest_load.source,
    latest_load.file,
    current_quarantine.rule,
    coalesce(current_quarantine.column_name, '')
having count(distinct current_quarantine.row_number)
    >= (select setting.least_rows from setting)
order by rows_rejected desc, latest_load.source, current_quarantine.rule, column_name
