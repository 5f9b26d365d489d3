/*---
id: inclusion.service_points
code: INC-19
title: {en: Service points and county coverage, zh: 服务网点与县域覆盖率}
definition:
  en: >-
    Service points (area_fact, outlets) per 100,000 adults (adults), each of the latest stated year up to
    the period's own. The figure of the whole country (a code of two letters) goes first; without it
    those of its provinces are added up; both are never added, and figures of counties are in neither.
    Beside it, the counties of the licence area (metric licensed above zero, a row a county) in which an
    active borrower lives or a service point stands, of all of them. Borrowers whose county is not on
    file cover none. Without licensed counties there is no coverage.
  zh: >-
    每10万成年人服务网点数：网点（area_fact 表 outlets）与成年人口（adults）各取不晚于该期间年份的最近一年。优先取全国数（两位字母代码），无全国数时合计各省，
    二者不相加，县级数据不计入。另列县域覆盖率：许可经营区域内的县（licensed 大于零，每县一行）中，有活跃借款人居住或设有网点的县的占比。
    未记录所在县的借款人不计入任何县；未列许可县的不计算覆盖率。
reading:
  en: >-
    Points say little of a lender that works online. One borrower makes a county covered. Adults are of
    a census year that may be old.
  zh: 对线上机构，网点密度说明力有限；一县仅有一位借款人亦计为覆盖；成年人口来自普查年份，可能较旧。
version: 1
direction: higher_is_better
serves: [access, community]
unit: count
measures:
  - name: points_per_100k
    title: {en: "Service points per 100,000 adults", zh: 每10万成年人服务网点数}
    kind: ratio
    unit: per_100k
    numerator: points_times_100k
    denominator: adults
    n: points
  - name: points
    title: {en: Service points, zh: 服务网点数}
    kind: count
    numerator: points
  - name: county_coverage
    title: {en: Counties covered, zh: 县域覆盖率}
    kind: share
    unit: share
    numerator: covered_counties
    denominator: licensed_counties
    missing: unknown_counties
frameworks: ["GRI:G4-FS13"]
disclosure: stated
needs: {area_fact: [value]}
---*/
with placed_fact as (
    select
        area_fact.*,
        case
            when regexp_matches(area_fact.area_code, '^[A-Z]{2}$') then 'country'
            when regexp_matches(area_fact.area_code, '^([0-9]{2}0000|[A-Z]{2}-.+)$')
                then 'province'
            else 'county'
        end                                                 as level
    from area_fact
),

-- The latest year of each metric and level that is not later than the period's own.
dated_fact as (
    select
        calendar.period,
        placed_fact.metric,
        placed_fact.level,
        placed_fact.area_code,
        cast(placed_fact.value as decimal(24, 2))           as value,
        rank() over (
            partition by calendar.period, placed_fact.metric, placed_fact.level
            order by placed_fact.year desc
        )                                                   as year_no
    from calendar
    join placed_fact
        on placed_fact.year <= year(calendar.last_day)
),

summed_fact as (
    select
        dated_fact.period,
        coalesce(
            sum(dated_fact.value) filter (
                where dated_fact.metric = 'outlets' and dated_fact.level = 'country'
            ),
            sum(dated_fact.value) filter (
                where dated_fact.metric = 'outlets' and dated_fact.level = 'province'
            )
        )                                                   as points,
        coalesce(
            sum(dated_fact.value) filter (
                where dated_fact.metric = 'adults' and dated_fact.level = 'country'
            ),
            sum(dated_fact.value) filter (
                where dated_fact.metric = 'adults' and dated_fact.level = 'province'
            )
        )                                                   as adults
    from dated_fact
    where dated_fact.year_no = 1
    group by dated_fact.period
),

borrower_county as (
    select
        active_borrower.period,
        borrower.county_code,
        count(*)                                            as borrowers
    from active_borrower
    join borrower
        on borrower.borrower_id = active_borrower.borrower_id
    where borrower.county_code is not null
    group by active_borrower.period, borrower.county_code
),

licensed_county as (
    select
        licensed.period,
        licensed.area_code,
        borrower_county.borrowers is not null
            or coalesce(outlets.value > 0, false)           as is_covered
    from dated_fact as licensed
    left join borrower_county
        on borrower_county.period = licensed.period
        and borrower_county.county_code = licensed.area_code
    left join dated_fact as outlets
        on outlets.period = licensed.period
        and outlets.area_code = licensed.area_code
        and outlets.metric = 'outlets'
        and outlets.level = 'county'
        and outlets.year_no = 1
    where licensed.metric = 'licensed'
        and licensed.level = 'county'
        and licensed.year_no = 1
        and licensed.value > 0
),

counted_county as (
    select
        licensed_county.period,
        count(*)                                            as licensed_counties,
        count(*) filter (where licensed_county.is_covered)  as covered_counties
    from licensed_county
    group by licensed_county.period
),

stated_period as (
    select
        calendar.period,
        summed_fact.points,
        summed_fact.adults,
        counted_county.licensed_counties,
        counted_county.covered_counties
    from calendar
    left join summed_fact
        on summed_fact.period = calendar.period
    left join counted_county
        on counted_county.period = calendar.period
    where summed_fact.points is not null
        or counted_county.licensed_counties is not null
)

select
    period,
    max(points)                                             as points,
    max(100000 * points)                                    as points_times_100k,
    max(adults)                                             as adults,
    coalesce(max(covered_counties), 0)                      as covered_counties,
    coalesce(max(licensed_counties), 0)                     as licensed_counties,
    -- Always nothing: a county without borrower and point is a known no.
    0                                                       as unknown_counties
from stated_period
group by all
