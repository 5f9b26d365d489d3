-- 35 clients are equal to another one in everything but their id: they stay two people.
select
    source_row,
    "ID" as borrower_id,
    case "SEX" when '1' then 'male' when '2' then 'female' else "SEX" end as gender,
    -- The file has ages in 2005 and no birthdays: 2005 - birth_year gives its age back,
    -- while the true year may be one earlier. What is no age passes as it is.
    case
        when regexp_matches("AGE", '^[0-9]{1,3}$')
            then cast(2005 - cast("AGE" as integer) as varchar)
        else "AGE"
    end as birth_year
from source
