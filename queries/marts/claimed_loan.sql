-- One row: a loan with at least one subsidy claim, in the period that holds the quarter
-- claimed for. Longer periods add up their quarters; shorter ones hold a quarter's claim
-- in its last month, because a claim covers the whole quarter and is one amount.
with dated_claim as (
    select
        subsidy_claim.claim_id,
        subsidy_claim.loan_id,
        subsidy_claim.policy,
        subsidy_claim.claimed,
        subsidy_claim.approved,
        subsidy_claim.clawed_back,
        -- The first day of its last month lies in the same month, quarter, half and year
        -- as the quarter's last day.
        make_date(
            cast(substring(subsidy_claim.quarter, 1, 4) as integer),
            3 * cast(substring(subsidy_claim.quarter, 6, 1) as integer),
            1
        )                                                   as quarter_date
    from subsidy_claim
),

loan_claim as (
    select
        dated_claim.loan_id,
        calendar_day.period,
        calendar_day.last_day,
        count(*)                                            as claims,
        count(*) filter (where dated_claim.approved is null)
                                                            as undecided_claims,
        -- A claim that names no policy is one on a consumption loan.
        count(*) filter (where dated_claim.policy <> 'cn_consumer_loan_subsidy')
                                                            as other_policy_claims,
        sum(dated_claim.claimed)                            as claimed,
        sum(dated_claim.claimed) filter (where dated_claim.approved is null)
                                                            as claimed_undecided,
        sum(dated_claim.approved)                           as approved,
        -- A claw-back is an event: where none is recorded, nothing was taken back.
        sum(coalesce(dated_claim.clawed_back, 0))           as clawed_back
    from dated_claim
    join calendar_day
        on calendar_day.day = dated_claim.quarter_date
    group by dated_claim.loan_id, calendar_day.period, calendar_day.last_day
)

select
    loan_claim.loan_id,
    loan_claim.period,
    loan_claim.last_day,
    loan_claim.claims,
    loan_claim.undecided_claims,
    loan_claim.other_policy_claims,
    loan_claim.claimed,
    loan_claim.claimed_undecided,
    loan_claim.approved,
    loan_claim.clawed_back,
    -- Rejected is a known no; a loan all of whose claims are undecided is unknown.
    case
        when loan_claim.approved > 0 then true
        when loan_claim.undecided_claims = 0 then false
    end                                                     as is_subsidised,
    loan.borrower_id,
    -- Whose loans move together; a loan without borrower moves alone.
    coalesce(loan.borrower_id, loan_claim.loan_id)          as cluster_id,
    loan.institution_id,
    loan.product,
    loan.principal,
    loan.contract_rate,
    loan_stock.balance,
    coalesce(loan_stock.balance > 0 and not loan_stock.is_written_off, false)
                                                            as has_balance,
    loan.channel,
    loan_trait.first_time,
    loan_trait.subsidised_from_date <= loan_claim.last_day
                                                            as subsidised,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen,
    borrower_period.is_new_citizen,
    borrower_period.monthly_income
from loan_claim
left join loan
    on loan.loan_id = loan_claim.loan_id
left join loan_stock
    on loan_stock.loan_id = loan_claim.loan_id
    and loan_stock.period = loan_claim.period
left join loan_trait
    on loan_trait.loan_id = loan_claim.loan_id
left join borrower_period
    on borrower_period.borrower_id = loan.borrower_id
    and borrower_period.period = loan_claim.period
