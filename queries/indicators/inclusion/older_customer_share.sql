/*---
id: inclusion.older_customer_share
code: INC-09
title: {en: Older customer share, zh: 老年客户占比}
definition:
  en: >-
    Customers at or above the age of the dated rule (60) among the active borrowers whose age is
    known. Age is the calendar year of the period's last day less the year of birth, so everyone
    counts from 1 January of the year of their 60th birthday. Where a source states age bands
    instead, a band that lies wholly on one side of the age decides; a band that straddles it, like
    a missing one, is unknown. Unknown ages stand in neither number.
  zh: >-
    期末活跃借款人中年龄已知者的老年客户占比。老年指达到规定年龄（60岁）者；年龄按期末所在年份减出生年份计算，即自满60岁当年1月1日起计入。
    仅有年龄段时，整段位于该年龄一侧的可判定，跨越该年龄或缺失的列为未知。未知者分子分母均不计。
version: 1
direction: context
serves: [access]
unit: share
measures:
  - {name: share, kind: share, numerator: older, denominator: known, missing: unknown}
  - name: older_customers
    title: {en: Older customers, zh: 老年客户数}
    kind: count
    unit: person
    numerator: older
breakdowns: [province, area, gender, income_quintile, new_citizen]
frameworks: ["GRI:G4-FS14"]
needs: {loan_month: [balance], borrower: ["birth_year|age_group"]}
moves: {loan_month: 1, loan: 0, application: 0, borrower: 0}
rules: [older_customer.age_years]
---*/
with aged_borrower as (
    select
        active_borrower.*,
        older_age.value                                     as older_from,
        -- The ages a band spans: '>74' from 75, '<25' to 24, '60+' from 60, '65-74'.
        coalesce(
            year(calendar.last_day) - active_borrower.birth_year,
            try_cast(regexp_extract(active_borrower.age_group, '^([0-9]+)', 1) as integer),
            try_cast(regexp_extract(active_borrower.age_group, '^>([0-9]+)', 1) as integer) + 1
        )                                                   as age_from,
        coalesce(
            year(calendar.last_day) - active_borrower.birth_year,
            try_cast(regexp_extract(active_borrower.age_group, '-([0-9]+)$', 1) as integer),
            try_cast(regexp_extract(active_borrower.age_group, '^<([0-9]+)', 1) as integer) - 1
        )                                                   as age_to
    from active_borrower
    join calendar
        on calendar.period = active_borrower.period
    left join rule_value as older_age
        on older_age.rule = 'older_customer.age_years'
        and calendar.last_day between older_age.valid_from and older_age.valid_to
),

judged_borrower as (
    select
        aged_borrower.*,
        case
            when aged_borrower.age_from >= aged_borrower.older_from then true
            when aged_borrower.age_to < aged_borrower.older_from then false
        end                                                 as is_older
    from aged_borrower
)

select
    period,
    count(*) filter (where is_older)                        as older,
    count(*) filter (where is_older is not null)            as known,
    count(*) filter (where is_older is null)                as unknown
from judged_borrower
group by all
