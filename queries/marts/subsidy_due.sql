-- One row: a loan of whose bills the consumption-loan subsidy was asked, in the period that
-- holds the quarter they fell due in. Shorter periods hold the quarter in its last month,
-- like a claim (mart claimed_loan), so that both stand side by side.
with dated_fact as (
    select
        subsidy_fact.*,
        make_date(year(due_date), 3 * ((month(due_date) + 2) // 3), 1)
                                                            as quarter_date
    from subsidy_fact
),

loan_due as (
    select
        dated_fact.loan_id,
        calendar_day.period,
        calendar_day.last_day,
        count(*)                                            as facts,
        count(*) filter (where dated_fact.reason = 'eligible')
                                                            as eligible_facts,
        count(*) filter (where dated_fact.reason = 'no_interest')
                                                            as interest_free_facts,
        count(*) filter (where dated_fact.reason in ('rate_unknown', 'institution_unknown'))
                                                            as unknown_facts,
        count(*) filter (where dated_fact.reason = 'agreement')
                                                            as unsigned_facts,
        count(*) filter (where dated_fact.reason = 'verification')
                                                            as unverified_facts,
        sum(dated_fact.uncapped)                            as uncapped,
        sum(dated_fact.lost_half_rate)                      as lost_half_rate,
        sum(dated_fact.lost_transaction_cap)                as lost_transaction_cap,
        sum(dated_fact.lost_small_cap)                      as lost_small_cap,
        sum(dated_fact.lost_total_cap)                      as lost_total_cap,
        sum(dated_fact.subsidy)                             as subsidy,
        sum(dated_fact.central)                             as central,
        sum(dated_fact.provincial)                          as provincial
    from dated_fact
    join calendar_day
        on calendar_day.day = dated_fact.quarter_date
    group by dated_fact.loan_id, calendar_day.period, calendar_day.last_day
)

select
    loan_due.*,
    loan_trait.borrower_id,
    -- Whose loans move together; a loan without borrower moves alone.
    coalesce(loan_trait.borrower_id, loan_due.loan_id)      as cluster_id,
    loan_trait.product,
    loan_trait.channel,
    loan_trait.first_time,
    loan_trait.subsidised_from_date <= loan_due.last_day
                                                            as subsidised,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from loan_due
left join loan_trait
    on loan_trait.loan_id = loan_due.loan_id
left join borrower_period
    on borrower_period.borrower_id = loan_trait.borrower_id
    and borrower_period.period = loan_due.period
