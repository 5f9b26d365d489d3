-- One row: a product and a time of day, with the loans disbursed in the quarter. A time
-- of exactly 00:00:00 is how a source writes a date without a time: unknown, not night.
with setting as (
    select
        '2026Q3'                                            as period,
        -- The indicator's hours; from 22 asks for a night that begins before midnight.
        0                                                   as night_from_hour,
        6                                                   as night_to_hour
),

timed_loan as (
    select
        new_loan.loan_id,
        new_loan.borrower_id,
        new_loan.product,
        new_loan.principal,
        new_loan.contract_rate,
        case
            when new_loan.disbursed_at = cast(new_loan.disbursed_date as timestamp)
                then 'unknown'
            when setting.night_from_hour < setting.night_to_hour
                and hour(new_loan.disbursed_at) >= setting.night_from_hour
                and hour(new_loan.disbursed_at) < setting.night_to_hour
                then 'night'
            when setting.night_from_hour > setting.night_to_hour
                and (
                    hour(new_loan.disbursed_at) >= setting.night_from_hour
                    or hour(new_loan.disbursed_at) < setting.night_to_hour
                )
                then 'night'
            else 'day'
        end                                                 as time_of_day
    from new_loan
    join setting
        on setting.period = new_loan.period
)

select
    product,
    time_of_day,
    count(*)                                                as loans,
    count(*) / sum(count(*)) over (partition by product)    as share_of_product,
    count(distinct borrower_id)                             as borrowers,
    sum(principal)                                          as principal,
    sum(principal) / nullif(count(principal), 0)            as mean_principal,
    sum(principal * contract_rate) / nullif(
        sum(principal) filter (where contract_rate is not null), 0
    )                                                       as mean_rate
from timed_loan
group by product, time_of_day
order by product, time_of_day
