-- One row: a borrower in a period, with the attributes as they stand at its last day.
-- Every other mart takes its breakdowns from here, so that a person is in one band only.
select
    borrower.borrower_id,
    calendar.period,
    calendar.last_day,
    borrower.province_code                                  as province,
    borrower.area,
    borrower.gender,
    case
        when borrower.birth_year is null then borrower.age_group
        when year(calendar.last_day) - borrower.birth_year < 25 then '18-24'
        when year(calendar.last_day) - borrower.birth_year < 35 then '25-34'
        when year(calendar.last_day) - borrower.birth_year < 45 then '35-44'
        when year(calendar.last_day) - borrower.birth_year < 60 then '45-59'
        else '60+'
    end                                                     as age_band,
    borrower.monthly_income,
    -- 1 is the lowest fifth (mart income_fifth_line). A line below which nobody stands is
    -- null, and its fifth is empty.
    case
        when borrower.monthly_income is null or income_fifth_line.borrowers is null then null
        when borrower.monthly_income <= income_fifth_line.first_fifth_to then 1
        when borrower.monthly_income <= income_fifth_line.second_fifth_to then 2
        when borrower.monthly_income <= income_fifth_line.third_fifth_to then 3
        when borrower.monthly_income <= income_fifth_line.fourth_fifth_to then 4
        else 5
    end                                                     as income_quintile,
    -- Null where residence or registration is unknown: unknown is not no.
    borrower.is_urban_resident and (
        borrower.hukou_city_code <> borrower.resident_city_code
        or borrower.hukou_since_date + to_months(cast(hukou_months.value as integer))
            > calendar.last_day
    )                                                       as is_new_citizen,
    -- The breakdown's name for it.
    is_new_citizen                                          as new_citizen,
    borrower.first_seen_date,
    borrower.last_active_date
from borrower
cross join calendar
left join rule_value as hukou_months
    on hukou_months.rule = 'new_citizen.hukou_months'
    and calendar.last_day between hukou_months.valid_from and hukou_months.valid_to
left join income_fifth_line
    on income_fifth_line.period = calendar.period
