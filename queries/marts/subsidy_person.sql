-- One row: a borrower in a period who was due a subsidy, was asked about, or was claimed for:
-- what the rule says of them, and what came of their claims. Only periods in which a claim
-- is decided: before that nobody can have received anything.
with due_borrower as (
    select
        subsidy_due.borrower_id,
        subsidy_due.period,
        sum(subsidy_due.subsidy)                            as computed,
        sum(subsidy_due.eligible_facts)                     as eligible_facts,
        sum(subsidy_due.interest_free_facts)                as interest_free_facts,
        sum(subsidy_due.unknown_facts)                      as unknown_facts,
        sum(subsidy_due.unsigned_facts)                     as unsigned_facts,
        sum(subsidy_due.unverified_facts)                   as unverified_facts
    from subsidy_due
    where subsidy_due.borrower_id is not null
    group by subsidy_due.borrower_id, subsidy_due.period
),

claimed_borrower as (
    select
        claimed_loan.borrower_id,
        claimed_loan.period,
        sum(claimed_loan.approved)                          as approved,
        count(*)                                            as claimed_loans,
        count(*) filter (where claimed_loan.is_subsidised)  as subsidised_loans,
        count(*) filter (where claimed_loan.is_subsidised is null)
                                                            as undecided_loans
    from claimed_loan
    where claimed_loan.borrower_id is not null
        -- The rule of consumption loans says nothing of claims under another policy.
        and claimed_loan.other_policy_claims = 0
    group by claimed_loan.borrower_id, claimed_loan.period
),

decided_period as (
    select distinct claimed_loan.period
    from claimed_loan
    where claimed_loan.is_subsidised is not null
        and claimed_loan.other_policy_claims = 0
),

named_borrower as (
    select borrower_id, period from due_borrower
    union
    select borrower_id, period from claimed_borrower
)

select
    named_borrower.borrower_id,
    named_borrower.period,
    coalesce(due_borrower.computed, 0)                      as computed,
    -- Whom the rule gives something. A bill that cannot be judged leaves it open, unless
    -- another bill settles it.
    case
        when due_borrower.computed > 0 then true
        when due_borrower.unknown_facts > 0 then null
        else false
    end                                                     as is_eligible,
    -- Their purchases qualify and cost nothing: there is nothing to relieve.
    coalesce(
        due_borrower.computed = 0
            and due_borrower.unknown_facts = 0
            and due_borrower.eligible_facts = 0
            and due_borrower.interest_free_facts > 0,
        false
    )                                                       as is_interest_free,
    coalesce(due_borrower.unsigned_facts, 0)                as unsigned_facts,
    coalesce(due_borrower.unverified_facts, 0)              as unverified_facts,
    claimed_borrower.approved,
    coalesce(claimed_borrower.claimed_loans, 0)             as claimed_loans,
    case
        when claimed_borrower.subsidised_loans > 0 then true
        when coalesce(claimed_borrower.undecided_loans, 0) = 0 then false
    end                                                     as is_subsidised,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from named_borrower
join decided_period
    on decided_period.period = named_borrower.period
left join due_borrower
    on due_borrower.borrower_id = named_borrower.borrower_id
    and due_borrower.period = named_borrower.period
left join claimed_borrower
    on claimed_borrower.borrower_id = named_borrower.borrower_id
    and claimed_borrower.period = named_borrower.period
left join borrower_period
    on borrower_period.borrower_id = named_borrower.borrower_id
    and borrower_period.period = named_borrower.period
