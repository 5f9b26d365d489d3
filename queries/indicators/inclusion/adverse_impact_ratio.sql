/*---
id: inclusion.adverse_impact_ratio
code: INC-16
title: {en: Adverse impact ratio of approval, zh: 通过率公平比（AIR）}
definition:
  en: >-
    Approval rate of a group over that of the group it is compared with, among complete applications
    decided in the period: women to men, borrowers of 60 and over to younger ones, county and rural
    residents to urban ones, new citizens to the others. Beside each ratio stand its 95 % interval (log
    method, Katz 1978), the two-sided p-value of Fisher's exact test, and the shortfall: how many more
    of the group would have been approved at the other group's rate, below zero where its own is higher.
    The groups compared are fixed, not the best one found. Applications whose applicant's attribute is
    not known are in neither group and counted apart. Where nobody of either group applied, or nobody
    of the compared group was approved, there is no ratio.
  zh: >-
    期内审结的完整申请中，某一群体通过率与对照群体通过率之比：女性对男性、60岁及以上对其他年龄、县域及农村对城市、新市民对其他。
    并列95%置信区间（对数法，Katz 1978）、Fisher精确检验双侧p值，以及缺口人数，即若按对照群体通过率，该群体应多获批的件数（自身通过率较高时为负）。
    对照群体固定，不取通过率最高者。申请人属性未知的申请不计入任一群体，另行列数。任一群体无申请，或对照群体无通过时，不计算。
reading:
  en: >-
    American practice looks closer below four fifths (29 CFR 1607.4 D), and only where the p-value is
    small and the shortfall is at least one: it is a rule of employment used as a yardstick, no law of
    credit here. Nothing is held equal: products, amounts and credit files differ between groups. With
    four comparisons one in five periods shows a p-value below 0.05 by chance. Applications are
    counted, and one person may have several.
  zh: >-
    美国实务以五分之四为界（29 CFR 1607.4 D），且要求p值较小、缺口不少于一人；该规则出自雇佣领域，此处仅作参照，并非信贷法规。
    本指标未控制产品、金额与征信差异。共四项比较，即使无差异，约五期中也会有一期偶然出现p值小于0.05。按申请计，一人可有多笔。
version: 1
direction: higher_is_better
serves: [unequal_treatment, access]
unit: ratio
measures:
  - name: gender
    title: {en: Women to men, zh: 女性对男性通过率公平比}
    kind: ratio
    numerator: gender_cross
    denominator: gender_cross_reference
    n: gender_n
    numerator_n: gender_approved
    low: gender_low
    high: gender_high
  - name: age
    title: {en: 60 and over to younger, zh: 60岁及以上对其他年龄通过率公平比}
    kind: ratio
    numerator: age_cross
    denominator: age_cross_reference
    n: age_n
    numerator_n: age_approved
    low: age_low
    high: age_high
  - name: area
    title: {en: County and rural to urban, zh: 县域及农村对城市通过率公平比}
    kind: ratio
    numerator: area_cross
    denominator: area_cross_reference
    n: area_n
    numerator_n: area_approved
    low: area_low
    high: area_high
  - name: new_citizens
    title: {en: New citizens to others, zh: 新市民对其他通过率公平比}
    kind: ratio
    numerator: new_citizen_cross
    denominator: new_citizen_cross_reference
    n: new_citizen_n
    numerator_n: new_citizen_approved
    low: new_citizen_low
    high: new_citizen_high
  - {name: gender_p, title: {en: "Women to men, p-value", zh: 女性对男性p值}, kind: index, numerator: gender_p, n: gender_n, direction: context}
  - {name: age_p, title: {en: "60 and over to younger, p-value", zh: 60岁及以上对其他年龄p值}, kind: index, numerator: age_p, n: age_n, direction: context}
  - {name: area_p, title: {en: "County and rural to urban, p-value", zh: 县域及农村对城市p值}, kind: index, numerator: area_p, n: area_n, direction: context}
  - {name: new_citizens_p, title: {en: "New citizens to others, p-value", zh: 新市民对其他p值}, kind: index, numerator: new_citizen_p, n: new_citizen_n, direction: context}
  - {name: gender_shortfall, title: {en: "Women, approvals short", zh: 女性缺口件数}, kind: index, unit: count, numerator: gender_shortfall, n: gender_n, direction: lower_is_better}
  - {name: age_shortfall, title: {en: "60 and over, approvals short", zh: 60岁及以上缺口件数}, kind: index, unit: count, numerator: age_shortfall, n: age_n, direction: lower_is_better}
  - {name: area_shortfall, title: {en: "County and rural, approvals short", zh: 县域及农村缺口件数}, kind: index, unit: count, numerator: area_shortfall, n: area_n, direction: lower_is_better}
  - {name: new_citizens_shortfall, title: {en: "New citizens, approvals short", zh: 新市民缺口件数}, kind: index, unit: count, numerator: new_citizen_shortfall, n: new_citizen_n, direction: lower_is_better}
  - {name: gender_unknown, title: {en: Decided applications of unknown gender, zh: 性别未知的审结申请}, kind: count, unit: count, numerator: gender_unknown, direction: context}
  - {name: age_unknown, title: {en: Decided applications of unknown age, zh: 年龄未知的审结申请}, kind: count, unit: count, numerator: age_unknown, direction: context}
  - {name: area_unknown, title: {en: Decided applications of unknown area, zh: 地域未知的审结申请}, kind: count, unit: count, numerator: area_unknown, direction: context}
  - {name: new_citizens_unknown, title: {en: Decided applications of unknown registration, zh: 户籍信息未知的审结申请}, kind: count, unit: count, numerator: new_citizen_unknown, direction: context}
frameworks: ["GRI:406-1"]
needs: {application: [decision], borrower: [gender]}
---*/
-- Counted once over all applications; the comparisons then add up a few dozen rows.
with decided as (
    select
        application_decided.period,
        application_decided.is_approved,
        case
            when application_decided.gender = 'female' then true
            when application_decided.gender = 'male' then false
        end                                                 as is_female,
        case
            when application_decided.age_band = '60+' then true
            when application_decided.age_band in ('18-24', '25-34', '35-44', '45-59')
                then false
        end                                                 as is_older,
        application_decided.area in ('county', 'rural')     as is_county_rural,
        application_decided.is_new_citizen,
        count(*)                                            as applications
    from application_decided
    where application_decided.is_approved is not null
    group by all
),

compared as (
    select
        period,
        'gender'                                            as comparison,
        is_female                                           as is_member,
        is_approved,
        applications
    from decided
    union all
    select
        period,
        'age'                                               as comparison,
        is_older                                            as is_member,
        is_approved,
        applications
    from decided
    union all
    select
        period,
        'area'                                              as comparison,
        is_county_rural                                     as is_member,
        is_approved,
        applications
    from decided
    union all
    select
        period,
        'new_citizen'                                       as comparison,
        is_new_citizen                                      as is_member,
        is_approved,
        applications
    from decided
),

tally as (
    select
        period,
        comparison,
        cast(coalesce(sum(applications) filter (where is_member and is_approved), 0) as bigint)
                                                            as approved,
        cast(coalesce(sum(applications) filter (where is_member), 0) as bigint)
                                                            as members,
        cast(
            coalesce(sum(applications) filter (where not is_member and is_approved), 0)
            as bigint
        )                                                   as reference_approved,
        cast(coalesce(sum(applications) filter (where not is_member), 0) as bigint)
                                                            as reference_members,
        cast(coalesce(sum(applications) filter (where is_member is null), 0) as bigint)
                                                            as unknown
    from compared
    group by period, comparison
),

-- Fisher's test: every table with the same margins, and how likely each is.
possible as (
    select
        tally.*,
        unnest(generate_series(
            greatest(0, approved + reference_approved - reference_members),
            least(members, approved + reference_approved)
        ))                                                  as possible_approved
    from tally
    where members > 0
        and reference_members > 0
),

weighed as (
    select
        possible.*,
        -lgamma(possible_approved + 1)
            - lgamma(members - possible_approved + 1)
            - lgamma(approved + reference_approved - possible_approved + 1)
            - lgamma(
                reference_members - approved - reference_approved + possible_approved + 1
            )                                               as log_weight
    from possible
),

-- The common factor of all tables, from the margins.
likely as (
    select
        weighed.*,
        weighed.log_weight
            + lgamma(members + 1)
            + lgamma(reference_members + 1)
            + lgamma(approved + reference_approved + 1)
            + lgamma(members + reference_members - approved - reference_approved + 1)
            - lgamma(members + reference_members + 1)       as log_likelihood,
        max(case when possible_approved = approved then log_weight end) over (
            partition by period, comparison
        )                                                   as observed_log_weight
    from weighed
),

-- Tables no likelier than the one observed, equals within rounding among them; a sum of
-- decimals, because one of floats differs from run to run.
tested as (
    select
        period,
        comparison,
        sum(cast(exp(least(log_likelihood, 0)) as decimal(38, 28))) filter (
            where log_weight <= observed_log_weight + 1e-7
        )                                                   as p_value
    from likely
    group by period, comparison
),

measured as (
    select
        tally.*,
        case when tally.reference_members > 0 and tally.members > 0 then
            cast(tally.members as double) * tally.reference_approved
                / tally.reference_members - tally.approved
        end                                                 as shortfall,
        ln(
            nullif(cast(tally.approved as double), 0) * tally.reference_members
            / nullif(tally.members * tally.reference_approved, 0)
        )                                                   as log_ratio,
        -- 1.96, the normal quantile of a two-sided interval of 95 %.
        1.959963984540054 * sqrt(
            1 / nullif(cast(tally.approved as double), 0)
            - 1 / nullif(cast(tally.members as double), 0)
            + 1 / nullif(cast(tally.reference_approved as double), 0)
            - 1 / nullif(cast(tally.reference_members as double), 0)
        )                                                   as spread,
        cast(tested.p_value as double)                      as p_value
    from tally
    left join tested
        on tested.period = tally.period
        and tested.comparison = tally.comparison
)

-- (approved / members) / (the same of the other group), as two whole products.
select
    period,
    max(approved * reference_members) filter (where comparison = 'gender')
                                                            as gender_cross,
    max(members * reference_approved) filter (where comparison = 'gender')
                                                            as gender_cross_reference,
    max(least(members, reference_members)) filter (where comparison = 'gender')
                                                            as gender_n,
    max(approved) filter (where comparison = 'gender')      as gender_approved,
    max(exp(log_ratio - spread)) filter (where comparison = 'gender')
                                                            as gender_low,
    max(exp(log_ratio + spread)) filter (where comparison = 'gender')
                                                            as gender_high,
    max(p_value) filter (where comparison = 'gender')       as gender_p,
    max(shortfall) filter (where comparison = 'gender')     as gender_shortfall,
    max(unknown) filter (where comparison = 'gender')       as gender_unknown,
    max(approved * reference_members) filter (where comparison = 'age')
                                                            as age_cross,
    max(members * reference_approved) filter (where comparison = 'age')
                                                            as age_cross_reference,
    max(least(members, reference_members)) filter (where comparison = 'age')
                                                            as age_n,
    max(approved) filter (where comparison = 'age')         as age_approved,
    max(exp(log_ratio - spread)) filter (where comparison = 'age')
                                                            as age_low,
    max(exp(log_ratio + spread)) filter (where comparison = 'age')
                                                            as age_high,
    max(p_value) filter (where comparison = 'age')          as age_p,
    max(shortfall) filter (where comparison = 'age')        as age_shortfall,
    max(unknown) filter (where comparison = 'age')          as age_unknown,
    max(approved * reference_members) filter (where comparison = 'area')
                                                            as area_cross,
    max(members * reference_approved) filter (where comparison = 'area')
                                                            as area_cross_reference,
    max(least(members, reference_members)) filter (where comparison = 'area')
                                                            as area_n,
    max(approved) filter (where comparison = 'area')        as area_approved,
    max(exp(log_ratio - spread)) filter (where comparison = 'area')
                                                            as area_low,
    max(exp(log_ratio + spread)) filter (where comparison = 'area')
                                                            as area_high,
    max(p_value) filter (where comparison = 'area')         as area_p,
    max(shortfall) filter (where comparison = 'area')       as area_shortfall,
    max(unknown) filter (where comparison = 'area')         as area_unknown,
    max(approved * reference_members) filter (where comparison = 'new_citizen')
                                                            as new_citizen_cross,
    max(members * reference_approved) filter (where comparison = 'new_citizen')
                                                            as new_citizen_cross_reference,
    max(least(members, reference_members)) filter (where comparison = 'new_citizen')
                                                            as new_citizen_n,
    max(approved) filter (where comparison = 'new_citizen') as new_citizen_approved,
    max(exp(log_ratio - spread)) filter (where comparison = 'new_citizen')
                                                            as new_citizen_low,
    max(exp(log_ratio + spread)) filter (where comparison = 'new_citizen')
                                                            as new_citizen_high,
    max(p_value) filter (where comparison = 'new_citizen')  as new_citizen_p,
    max(shortfall) filter (where comparison = 'new_citizen')
                                                            as new_citizen_shortfall,
    max(unknown) filter (where comparison = 'new_citizen')  as new_citizen_unknown
from measured
group by all
