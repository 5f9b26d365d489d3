-- One row: a vehicle loan with a balance at a period's month end, not written off, and what
-- its vehicle emits in a year on the lender's account. Null emissions where the value,
-- the mileage or the factor is not recorded: nobody can say.
with vehicle_stock as (
    select
        loan_stock.loan_id,
        loan_stock.borrower_id,
        coalesce(loan_stock.borrower_id, loan_stock.loan_id)
                                                            as cluster_id,
        loan_stock.period,
        loan_stock.balance,
        loan_stock.product,
        loan_stock.channel,
        loan_stock.first_time,
        loan_stock.subsidised,
        loan_stock.province,
        loan_stock.area,
        loan_stock.gender,
        loan_stock.age_band,
        loan_stock.income_quintile,
        loan_stock.new_citizen,
        loan.vehicle_value,
        loan.emission_data_score,
        -- A loan above the vehicle's value finances the vehicle, and no more than that. The
        -- condition stands apart because least() passes over a null.
        cast(
            case
                when loan.vehicle_value > 0
                    then least(cast(loan_stock.balance as double) / loan.vehicle_value, 1)
            end
                * loan.vehicle_km_per_year
                * loan.vehicle_emission_factor
            as decimal(24, 9)
        )                                                   as financed_tco2e
    from loan_stock
    join loan
        on loan.loan_id = loan_stock.loan_id
    where loan_stock.balance > 0
        and not loan_stock.is_written_off
        and (loan_stock.product = 'auto' or loan.vehicle_value is not null)
)

select
    vehicle_stock.*,
    vehicle_stock.financed_tco2e is not null                as is_covered
from vehicle_stock
