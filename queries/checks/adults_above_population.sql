/*---
id: adults_above_population
title: {en: More adults than people in an area, zh: 地区成年人口多于总人口}
severity: warn
needs: {area_fact: [value]}
---*/
select
    adults.area_code,
    adults.year,
    adults.value                                            as adults,
    population.value                                        as population
from area_fact as adults
join area_fact as population
    on population.area_code = adults.area_code
    and population.year = adults.year
    and population.metric = 'population'
where adults.metric = 'adults'
    and adults.value > population.value
