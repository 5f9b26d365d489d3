-- One row: a quarter claimed for and a state, with its subsidy claims as they stand in
-- the data. What is open is what was approved, or claimed while undecided, less what was
-- paid; it is old when filed more days before the data date than the setting allows.
with setting as (
    select
        '2025Q3'                                            as first_quarter,
        90                                                  as most_days_open
),

standing_claim as (
    select
        subsidy_claim.claim_id,
        subsidy_claim.quarter,
        subsidy_claim.claimed,
        subsidy_claim.approved,
        coalesce(subsidy_claim.clawed_back, 0)              as clawed_back,
        coalesce(subsidy_claim.paid_central, 0)
            + coalesce(subsidy_claim.paid_provincial, 0)    as paid,
        greatest(
            coalesce(subsidy_claim.approved, subsidy_claim.claimed)
                - coalesce(subsidy_claim.paid_central, 0)
                - coalesce(subsidy_claim.paid_provincial, 0),
            0
        )                                                   as still_open,
        subsidy_claim.filed_date + setting.most_days_open < report_date.data_date
                                                            as is_old
    from subsidy_claim
    cross join report_date
    join setting
        on subsidy_claim.quarter >= setting.first_quarter
)

select
    quarter,
    case
        when clawed_back > 0 then 'clawed back'
        when approved = 0 then 'rejected'
        when approved is null then 'undecided'
        when paid = 0 then 'approved, unpaid'
        when still_open > 0 then 'paid in part'
        else 'paid'
    end                                                     as state,
    count(*)                                                as claims,
    sum(claimed)                                            as claimed,
    sum(approved)                                           as approved,
    sum(paid)                                               as paid,
    sum(still_open)                                         as still_open,
    coalesce(sum(still_open) filter (where is_old), 0)      as old_and_open,
    sum(clawed_back)                                        as clawed_back
from standing_claim
group by all
order by quarter, state
