/*---
id: esg.energy_consumption
code: ESG-02
title: {en: Energy consumption, zh: 能源消耗}
definition:
  en: >-
    Energy used in the lender's own operations in megawatt-hours, as stated (energy_mwh), of it
    electricity from renewable sources (green_electricity_mwh), and energy per employee at the
    period's end (headcount). A figure stands in the period it is stated for. A half or a year
    without its own is the sum of its quarters, only when all of them are stated; a longer figure is
    never divided.
  zh: >-
    填报的自身运营能源消耗（兆瓦时，energy_mwh）、其中可再生电力（green_electricity_mwh），以及按期末员工数（headcount）计的人均能耗。
    数据归入其所填期间；半年或全年无自身数据时取各季度之和，且须各季度齐备；较长期间的数据不向下分摊。
reading:
  en: >-
    Quarters follow the seasons: compare with the same quarter a year before. GRI asks for joules: 1
    MWh is 3.6 GJ.
  zh: 季度能耗受季节影响，宜与上年同期比较。GRI以焦耳列示，1兆瓦时等于3.6吉焦。
version: 1
direction: lower_is_better
serves: [climate]
unit: mwh
measures:
  - name: energy
    title: {en: Energy used, zh: 能源消耗总量}
    kind: index
    numerator: energy
  - name: renewable_electricity
    title: {en: Renewable electricity, zh: 可再生电力}
    kind: index
    direction: higher_is_better
    numerator: renewable_electricity
  - name: energy_per_employee
    title: {en: Energy per employee, zh: 人均能耗}
    kind: ratio
    numerator: energy
    denominator: headcount
    n: headcount
breakdowns: []
frameworks: ["GRI:302-1", "GRI:302-3"]
disclosure: stated
needs: {esg_fact: [value]}
---*/
select
    period,
    max(flow) filter (where metric = 'energy_mwh')          as energy,
    max(flow) filter (where metric = 'green_electricity_mwh')
                                                            as renewable_electricity,
    max(stock) filter (where metric = 'headcount')          as headcount
from stated_fact
where metric in ('energy_mwh', 'green_electricity_mwh', 'headcount')
group by all
