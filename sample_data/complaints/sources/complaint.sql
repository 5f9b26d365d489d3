-- The file knows no day of an answer: "Date sent to company" is when the regulator
-- passed the complaint on. No clock can run; all there is is the regulator's verdict.
select
    source_row,
    "Complaint ID" as complaint_id,
    "Product" as product,
    -- A missing state stays missing: null joined to text is null.
    'US-' || "State" as province_code,
    -- M/D/YYYY becomes a timestamp; what does not fit passes as it is and is judged.
    coalesce(
        cast(try_strptime("Date received", '%m/%d/%Y') as varchar), "Date received"
    ) as received_at,
    'regulator_forwarded' as source,
    -- 'collection' is the one topic that an indicator asks for, and the source keeps it
    -- among its products; left in its words, the share of it would read as zero.
    -- All other topics stay in the source's own words.
    case when "Product" = 'Debt collection' then 'collection' else "Issue" end as topic,
    case "Timely response?"
        when 'Yes' then 'true'
        when 'No' then 'false'
        else "Timely response?"
    end as was_timely,
    -- Blank is not "No": it is also what an open complaint and a silent consumer have.
    case "Consumer disputed?"
        when 'Yes' then 'true'
        when 'No' then 'false'
        else "Consumer disputed?"
    end as is_disputed,
    case "Company response"
        when 'Closed with monetary relief' then 'monetary'
        when 'Closed with non-monetary relief' then 'non_monetary'
        when 'Closed with explanation' then 'none'
        when 'Closed' then 'none'
        -- Open, or answered too late: whether there was relief is not known.
        when 'In progress' then null
        when 'Untimely response' then null
        else "Company response"
    end as relief_kind
from source
