-- One row: a claim beside what the rule gives, or a loan that the rule gives something and
-- nobody claimed for, in the period that holds its quarter (as in mart claimed_loan). Only
-- quarters for which something was claimed: before that nothing has been left out.
with dated_claim as (
    select
        judged_claim.claim_id,
        judged_claim.loan_id,
        judged_claim.verdict,
        judged_claim.reason,
        judged_claim.claimed,
        -- A second claim has no due of its own: the first one had it.
        case when judged_claim.verdict = 'duplicate' then 0 else judged_claim.computed end
                                                            as computed,
        make_date(year(judged_claim.quarter_end), month(judged_claim.quarter_end), 1)
                                                            as quarter_date
    from judged_claim
    where judged_claim.quarter in (
        select claimed.quarter from judged_claim as claimed where claimed.claim_id is not null
    )
)

select
    dated_claim.claim_id,
    dated_claim.loan_id,
    calendar_day.period,
    calendar_day.last_day,
    dated_claim.verdict,
    dated_claim.reason,
    dated_claim.claimed,
    dated_claim.computed,
    coalesce(dated_claim.claimed, 0) - dated_claim.computed as difference,
    -- Whose loans move together; a loan without borrower moves alone.
    coalesce(loan.borrower_id, dated_claim.loan_id)         as cluster_id,
    loan.product,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from dated_claim
join calendar_day
    on calendar_day.day = dated_claim.quarter_date
left join loan
    on loan.loan_id = dated_claim.loan_id
left join borrower_period
    on borrower_period.borrower_id = loan.borrower_id
    and borrower_period.period = calendar_day.period
