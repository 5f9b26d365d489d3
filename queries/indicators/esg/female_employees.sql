/*---
id: esg.female_employees
code: ESG-06
title: {en: Female employees and managers, zh: 女性员工及管理者占比}
definition:
  en: >-
    Stated female employees (metric female_employees) over all employees (headcount), and stated female
    managers (female_managers) over all managers (managers), for the same period. A half or a year
    without its own figures takes its last quarter, only when all its quarters are stated.
  zh: >-
    填报的女性员工数（female_employees）占员工总数（headcount）、女性管理者数（female_managers）占管理者总数（managers）的比例，须为同一期间。
    半年或全年无自身数据时取其最后一个季度，且须各季度齐备。
reading:
  en: The lender's own definition of a manager decides. A full count has no sampling interval.
  zh: 管理者口径以机构自定为准。全员数据，无抽样区间。
version: 1
direction: higher_is_better
serves: [people]
unit: share
measures:
  - name: female_employees
    title: {en: Female employees, zh: 女性员工占比}
    kind: ratio
    numerator: female_employees
    denominator: headcount
    n: headcount
  - name: female_managers
    title: {en: Female managers, zh: 女性管理者占比}
    kind: ratio
    numerator: female_managers
    denominator: managers
    n: managers
frameworks: ["GRI:405-1", "IRIS:OI6213@5.3c", "IRIS:OI1571@5.3c", "HKEX:B1.1@2025-01", "CN-TOPICS:employees@2024-05"]
disclosure: stated
needs: {esg_fact: [value]}
---*/
select
    period,
    max(stock) filter (where metric = 'female_employees')   as female_employees,
    max(stock) filter (where metric = 'headcount')          as headcount,
    max(stock) filter (where metric = 'female_managers')    as female_managers,
    max(stock) filter (where metric = 'managers')           as managers
from stated_fact
where metric in ('female_employees', 'headcount', 'female_managers', 'managers')
group by all
