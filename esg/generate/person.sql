-- Customers and applicants of one batch, with traits that no file shows (leading
-- underscore) and that later steps lean on.

create table person as
with placed as (
    select
        j.*,
        j.first_seen_date >= date '2025-10-01' as is_expansion,
        case
            when j.first_seen_date >= date '2025-10-01' then e.province_code
            else p.province_code
        end as province_code,
        case
            when j.first_seen_date >= date '2025-10-01' then e.urban_share else p.urban_share
        end as urban_share
    from (
        select
            i,
            month_no,
            first_seen_date,
            is_customer,
            draw('person', i, 'province') as province_draw
        from work.arrival
        where batch_no = getvariable('batch_no')
    ) j
    asof join province p on j.province_draw >= p.from_share
    asof join province e on j.province_draw >= e.expanded_from_share
),
settled as (
    select
        * exclude (urban_share, province_draw),
        case
            when draw('person', i, 'area known') < 0.02 then null
            when is_expansion and province_code in ('410000', '430000', '450000') then
                case
                    when draw('person', i, 'area') < 0.30 then 'rural'
                    when draw('person', i, 'area') < 0.75 then 'county'
                    else 'urban'
                end
            when draw('person', i, 'area') < (1 - urban_share) * 0.5 then 'rural'
            when draw('person', i, 'area') < (1 - urban_share) * 0.5 + 0.28 then 'county'
            else 'urban'
        end as area,
        province_code[1:2] || lpad((1 + whole(draw('person', i, 'city') * 12))::varchar, 2, '0')
            || '00' as resident_city_code,
        draw('person', i, 'hukou') as hukou_draw,
        draw('person', i, 'age') as age_draw,
        whole(spread(draw('person', i, 'age'),
            [18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30, 31, 33, 35, 37, 39, 42, 46, 52, 60, 74]
        )) as age
    from placed
)
select
    i,
    i + 1 as person_no,
    month_no,
    first_seen_date,
    case when draw('person', i, 'year known') >= 0.005 then
        year(first_seen_date) - age
    end as birth_year,
    case
        when draw('person', i, 'gender') < 0.015 then null
        when draw('person', i, 'gender') < 0.480 then 'female'
        else 'male'
    end as gender,
    province_code,
    resident_city_code[1:4] || lpad((1 + whole(draw('person', i, 'county') * 9))::varchar, 2, '0')
        as county_code,
    area,
    case area when 'rural' then false when 'urban' then true when 'county' then true end
        as is_urban_resident,
    case
        when draw('person', i, 'hukou known') < 0.05 then null
        when hukou_draw < 0.16 then
            pick(draw('person', i, 'hukou province'),
                ['34', '36', '41', '42', '43', '45', '50', '51', '52', '53', '61', '62'])
            || lpad((1 + whole(draw('person', i, 'hukou city') * 12))::varchar, 2, '0') || '00'
        when hukou_draw < 0.28 then
            province_code[1:2]
            || lpad((1 + whole(draw('person', i, 'hukou city') * 12))::varchar, 2, '0') || '00'
        else resident_city_code
    end as hukou_city_code,
    resident_city_code,
    case
        when hukou_draw between 0.28 and 0.33
            then (first_seen_date - whole(draw('person', i, 'hukou day') * 1000)::integer)::date
        when draw('person', i, 'hukou day known') < 0.55
            then (date '1996-01-01' + whole(draw('person', i, 'hukou day') * 8000)::integer)::date
    end as hukou_since_date,
    case when hukou_draw < 0.33 and area is distinct from 'rural' then
        case
            when draw('person', i, 'evidence') < 0.35 then 'documented'
            when draw('person', i, 'evidence') < 0.75 then 'declared'
            else 'inferred'
        end
    end as new_citizen_evidence,
    case when draw('person', i, 'income known') >= 0.18 then
        whole(spread(draw('person', i, 'income'),
            [16, 20, 24, 28, 31, 34, 37, 40, 43, 46, 50, 54, 58, 63, 69, 76, 85, 97, 115, 150, 420])
            * case area when 'rural' then 0.72 when 'county' then 0.86 else 1.06 end) * 10000
    end as income_cents,
    case
        when draw('person', i, 'basis') < 0.30 then 'verified'
        when draw('person', i, 'basis') < 0.75 then 'declared'
        else 'modelled'
    end as income_basis,
    case when draw('person', i, 'occupation known') >= 0.12 then
        case
            when age >= 60 then 'retired'
            when age <= 22 and draw('person', i, 'occupation') < 0.20 then 'new_graduate'
            when area = 'rural' and draw('person', i, 'occupation') < 0.30 then 'farmer'
            else pick(draw('person', i, 'trade'), [
                'factory_worker', 'factory_worker', 'delivery_driver', 'shop_staff', 'shop_staff',
                'office_clerk', 'office_clerk', 'self_employed', 'self_employed', 'teacher',
                'medical_staff', 'technician', 'public_service'])
        end
    end as occupation,
    case
        when draw('person', i, 'disability') < 0.05 then null
        else draw('person', i, 'disability') < 0.062
    end as has_disability,
    draw('person', i, 'consent') < 0.46 as consents_secondary_use,
    -- One customer in 500 is used without consent: a finding, not a slip of the pen.
    draw('person', i, 'consent') < 0.31 or draw('person', i, 'consent') >= 0.998
        as data_used_secondarily,
    is_customer as _is_customer,
    draw('person', i, 'instalments') < 0.50 as _takes_instalments,
    draw('person', i, 'tool') < 0.50 as _uses_bill_assistant,
    draw('person', i, 'reminder') < 0.50 as _wants_reminders,
    draw('person', i, 'flower') < 0.11 as _earns_flowers,
    0.4 + 1.2 * draw('person', i, 'risk') as _risk,
    whole(spread(draw('person', i, 'limit'),
        [5, 5, 8, 10, 10, 12, 15, 15, 20, 20, 25, 30, 30, 40, 50, 60, 70, 80, 100, 150, 300]
    )) * 10000 as _limit_cents,
    -- New citizens and the young have thinner files.
    draw('person', i, 'file')
        * case when hukou_draw < 0.33 then 0.75 else 1.05 end
        * case when age_draw < 0.25 then 0.70 else 1.12 end
        * case when draw('person', i, 'customer') >= 0.10 then 1.0 else 0.75 end as _file_draw
from settled
order by i;
