-- One row: a period, and the highest income of each of the four lower fifths of the borrowers
-- whom the lender knew by its last day, applicants among them, where their income is known.
-- A borrower without a day of first contact was always known. Equal incomes share the average
-- of their ranks, so they stand in one fifth, whatever the order of the rows: a fifth that
-- falls among equals is larger or smaller than 20 %, and with all incomes equal everybody
-- stands in the middle one. The same rule draws low_income_line among active borrowers.
--
-- Borrowers are counted by income before periods come in: once known they stay known, so
-- that many periods cost one pass over borrowers and a table of distinct incomes.
with met_income as (
    select
        borrower.monthly_income,
        -- Null for those known before the first period, and for a blank day.
        calendar.first_day                                  as met_in,
        count(*)                                            as borrowers
    from borrower
    left join calendar
        on borrower.first_seen_date between calendar.first_day and calendar.last_day
    where borrower.monthly_income is not null
        and coalesce(
            borrower.first_seen_date <= (select max(calendar.last_day) from calendar), true
        )
    group by borrower.monthly_income, calendar.first_day
),

known_income as (
    select
        calendar.period,
        met_income.monthly_income,
        sum(met_income.borrowers)                           as equals
    from calendar
    join met_income
        on coalesce(met_income.met_in, calendar.first_day) <= calendar.first_day
    group by calendar.period, met_income.monthly_income
),

ranked_income as (
    select
        known_income.period,
        known_income.monthly_income,
        known_income.equals,
        sum(known_income.equals) over (
            partition by known_income.period
            order by known_income.monthly_income
            rows between unbounded preceding and current row
        ) - known_income.equals                             as below,
        sum(known_income.equals) over (partition by known_income.period)
                                                            as borrowers
    from known_income
)

-- Fractional rank (average rank - 1/2) / borrowers below k/5, in whole numbers.
select
    ranked_income.period,
    max(ranked_income.monthly_income) filter (
        where 5 * (2 * ranked_income.below + ranked_income.equals)
            < 2 * ranked_income.borrowers
    )                                                       as first_fifth_to,
    max(ranked_income.monthly_income) filter (
        where 5 * (2 * ranked_income.below + ranked_income.equals)
            < 4 * ranked_income.borrowers
    )                                                       as second_fifth_to,
    max(ranked_income.monthly_income) filter (
        where 5 * (2 * ranked_income.below + ranked_income.equals)
            < 6 * ranked_income.borrowers
    )                                                       as third_fifth_to,
    max(ranked_income.monthly_income) filter (
        where 5 * (2 * ranked_income.below + ranked_income.equals)
            < 8 * ranked_income.borrowers
    )                                                       as fourth_fifth_to,
    max(ranked_income.borrowers)                            as borrowers
from ranked_income
group by ranked_income.period
