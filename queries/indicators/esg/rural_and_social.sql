/*---
id: esg.rural_and_social
code: ESG-09
title: {en: Rural revitalisation and social contribution, zh: 乡村振兴与社会贡献}
definition:
  en: >-
    Principal disbursed in the period to customers of county and rural areas, and its share of the
    principal disbursed to customers whose area is known; loans without a borrower or an area are
    unknown. Beside it financial education: acts of it in the period (person-times) and the
    different persons behind them, two numbers that are never mixed. Loans cancelled afterwards are
    included: they were disbursed.
  zh: >-
    期内向县域及农村客户发放的贷款本金，及其占客户地区类型已知贷款本金的比例；无借款人或地区类型不详的列为未知。
    并列示金融教育：期内参与人次（每次计一次）与参与人数（每人计一次），两者不得混用。发放后取消的贷款仍计入。
reading:
  en: >-
    Lending to rural customers is not yet lending for rural ends. Person-times grow with every
    reminder that counts as education.
  zh: 贷给农村客户不等于用于乡村振兴。人次会因计入口径宽而膨胀，应以人数为主。
version: 1
direction: higher_is_better
serves: [community]
unit: money
measures:
  - {name: amount, kind: amount, numerator: rural_principal, n: rural_loans}
  - name: share
    title: {en: County and rural share of lending, zh: 县域及农村贷款占比}
    kind: weighted_share
    unit: share
    numerator: rural_principal
    denominator: known_principal
    missing: unknown_principal
    n: known_loans
    numerator_n: rural_loans
    cluster: cluster_id
  - name: education_acts
    title: {en: Financial education, zh: 金融教育人次}
    kind: count
    unit: person_time
    numerator: education_acts
  - name: education_persons
    title: {en: Persons educated, zh: 金融教育人数}
    kind: count
    unit: person
    numerator: education_persons
breakdowns: [province, gender, age_band, income_quintile, new_citizen]
frameworks: ["GRI:413-1", "CN-TOPICS:rural-revitalisation@2024-05", "CN-TOPICS:social-contribution@2024-05"]
needs: {loan: [disbursed_at, principal], borrower: [area]}
---*/
-- Loans and acts one below the other: a join would multiply them.
with loan_or_act as (
    select
        new_loan.period,
        new_loan.cluster_id,
        new_loan.principal,
        new_loan.area in ('county', 'rural')                as is_rural,
        cast(null as varchar)                               as educated_id,
        cast(null as bigint)                                as acts,
        new_loan.province,
        new_loan.gender,
        new_loan.age_band,
        new_loan.income_quintile,
        new_loan.new_citizen
    from new_loan
    union all
    select
        tool_use.period,
        tool_use.borrower_id                                as cluster_id,
        cast(null as decimal(18, 2))                        as principal,
        cast(null as boolean)                               as is_rural,
        tool_use.borrower_id                                as educated_id,
        count(tool_use.borrower_id)                         as acts,
        tool_use.province,
        tool_use.gender,
        tool_use.age_band,
        tool_use.income_quintile,
        tool_use.new_citizen
    from tool_use
    where tool_use.tool = 'education'
    group by all
)

select
    period,
    coalesce(sum(principal) filter (where is_rural), 0)     as rural_principal,
    coalesce(sum(principal) filter (where is_rural is not null), 0)
                                                            as known_principal,
    coalesce(sum(principal) filter (where is_rural is null), 0)
                                                            as unknown_principal,
    count(principal) filter (where is_rural)                as rural_loans,
    count(principal) filter (where is_rural is not null)    as known_loans,
    coalesce(sum(acts), 0)                                  as education_acts,
    count(educated_id)                                      as education_persons
from loan_or_act
group by all
