/*---
id: consumer_protection.complaints_by_customers_and_outlets
code: CP-25
title: {en: Complaints per 10 million customers and per 1000 outlets, zh: 每千万客户与每千网点投诉量}
definition:
  en: >-
    Two series, as the supervisor's bulletins keep them apart: complaints that the supervisor received
    and forwarded (source forwarded by the regulator), and the lender's own intake (source own); each
    for every 10 million personal customers and for every 1,000 outlets. Customers and outlets are
    those of the whole country in the period's year (area_fact, metrics personal_customers and
    outlets, at an area code of two letters). Without them, or where two countries are stated, there
    is no number; a period without any complaint on record has none either. Complaints without a
    source are in neither series and counted; where none of a period has one, there is no series. Not
    made yearly.
  zh: >-
    按监管通报口径分列两组：监管部门接收并转送的投诉（source为regulator_forwarded）与机构自有渠道投诉（source为own），
    分别按每千万个人客户和每千个网点计算。客户数与网点数取该年度全国数（area_fact中personal_customers与outlets，
    地区代码为两位字母）。缺少分母或存在两个国家代码的，无数据；当期无任何投诉记录的亦无数据。来源为空的投诉不计入任一组，另行计数；当期来源全部为空的，无数据。不作年化。
reading:
  en: >-
    The supervisor's bulletins count a quarter's forwarded complaints alone: compare only the
    forwarded series of a quarter with them. Small lenders swing widely.
  zh: 监管通报仅统计当季转送投诉，只有季度的转送组可与之比较。规模小的机构波动很大。
version: 1
direction: lower_is_better
serves: [complaints]
unit: ratio
measures:
  - name: forwarded_per_10m
    title: {en: Forwarded complaints per 10 million customers, zh: 每千万客户转送投诉量}
    kind: ratio
    unit: per_10m
    numerator: forwarded_times_10m
    denominator: customers
    n: customers
    numerator_n: forwarded
  - name: forwarded_per_1000_outlets
    title: {en: Forwarded complaints per 1000 outlets, zh: 每千网点转送投诉量}
    kind: ratio
    unit: per_1000
    numerator: forwarded_times_1000
    denominator: outlets
    n: forwarded
  - name: own_per_10m
    title: {en: Own complaints per 10 million customers, zh: 每千万客户自有渠道投诉量}
    kind: ratio
    unit: per_10m
    numerator: own_times_10m
    denominator: customers
    n: customers
    numerator_n: own
  - name: own_per_1000_outlets
    title: {en: Own complaints per 1000 outlets, zh: 每千网点自有渠道投诉量}
    kind: ratio
    unit: per_1000
    numerator: own_times_1000
    denominator: outlets
    n: own
  - name: source_unknown
    title: {en: Complaints of unknown source, zh: 来源不详的投诉}
    kind: count
    unit: count
    numerator: source_unknown
breakdowns: []
frameworks: ["HKEX:B6.2@2025-01"]
needs: {complaint: [received_at], area_fact: [value]}
---*/
with base as (
    select
        calendar.period,
        case
            when count(*) filter (where area_fact.metric = 'personal_customers') = 1
                then max(cast(area_fact.value as decimal(24, 6)))
                    filter (where area_fact.metric = 'personal_customers')
        end                                                 as customers,
        case
            when count(*) filter (where area_fact.metric = 'outlets') = 1
                then max(cast(area_fact.value as decimal(24, 6)))
                    filter (where area_fact.metric = 'outlets')
        end                                                 as outlets
    from calendar
    join area_fact
        on area_fact.year = year(calendar.last_day)
        and length(area_fact.area_code) = 2
    group by calendar.period
),

received as (
    select
        complaint_received.period,
        -- Where no complaint names its source, nobody knows how many were forwarded.
        case
            when count(complaint_received.source) > 0
                then count(*) filter (where complaint_received.source = 'regulator_forwarded')
        end                                                 as forwarded,
        case
            when count(complaint_received.source) > 0
                then count(*) filter (where complaint_received.source = 'own')
        end                                                 as own,
        count(*) filter (where complaint_received.source is null)
                                                            as source_unknown
    from complaint_received
    group by complaint_received.period
)

select
    received.period,
    sum(received.forwarded)                                 as forwarded,
    sum(received.own)                                       as own,
    sum(received.source_unknown)                            as source_unknown,
    10000000 * sum(received.forwarded)                      as forwarded_times_10m,
    1000 * sum(received.forwarded)                          as forwarded_times_1000,
    10000000 * sum(received.own)                            as own_times_10m,
    1000 * sum(received.own)                                as own_times_1000,
    sum(base.customers)                                     as customers,
    sum(base.outlets)                                       as outlets
from received
left join base
    on base.period = received.period
group by all
