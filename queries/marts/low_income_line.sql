-- One row: a period, the highest income of its two lowest income quintiles and how many stand
-- in them, among active borrowers whose income is known. Equal incomes share the average of
-- their ranks, so they stand on one side of the line together; where the line falls among
-- equals, the group below it is smaller than 40 %. Incomes are those on file, before any
-- subsidy.
with ranked_borrower as (
    select
        active_borrower.period,
        active_borrower.monthly_income,
        rank() over (
            partition by active_borrower.period
            order by active_borrower.monthly_income
        )                                                   as first_rank,
        count(*) over (
            partition by active_borrower.period, active_borrower.monthly_income
        )                                                   as equals,
        count(*) over (partition by active_borrower.period) as borrowers
    from active_borrower
    where active_borrower.monthly_income is not null
)

-- Fractional rank (average rank - 1/2) / borrowers below 2/5, in whole numbers. Without
-- anyone below (all incomes equal) there is no line, and nobody can be judged by it.
select
    ranked_borrower.period,
    max(ranked_borrower.monthly_income) filter (
        where 5 * (2 * ranked_borrower.first_rank + ranked_borrower.equals - 2)
            < 4 * ranked_borrower.borrowers
    )                                                       as low_income_to,
    count(*) filter (
        where 5 * (2 * ranked_borrower.first_rank + ranked_borrower.equals - 2)
            < 4 * ranked_borrower.borrowers
    )                                                       as low_income_borrowers,
    max(ranked_borrower.borrowers)                          as borrowers
from ranked_borrower
group by ranked_borrower.period
