/*---
id: inclusion.low_income_borrower_share
code: INC-07
title: {en: Low-income borrower share, zh: 低收入借款人占比}
definition:
  en: >-
    Active borrowers (a balance above zero at the period's last month end) whose monthly income on file
    is below the line of the dated rule, of those whose income is known. The line is the national
    median of disposable income per person, over twelve months, as last published by the period's
    last day. An income at the line is not below it; an income of zero is known. Borrowers without an
    income on file stand in neither number, and before the rule's first line nobody can be judged.
  zh: >-
    期末活跃借款人（最后一个月末贷款余额大于零）中收入已知者，月收入低于规定界线的占比。界线为截至期末最近公布的全国居民人均可支配收入中位数的月均值。
    恰等于界线不计为低收入；收入为零视为已知。无在档收入者分子分母均不计；首条界线生效前无法判定。
reading:
  en: >-
    A borrower's own income is set beside an income per person of the household, so earners with
    dependants pass the line more easily than their households do. Incomes are mostly declared or
    modelled. A new line each January moves the share by itself.
  zh: 借款人个人收入与按家庭成员平均的收入并非同一口径，有抚养负担者易被判在界线之上。收入多为自述或模型估计。每年界线更新本身即会使占比变动。
version: 1
direction: higher_is_better
serves: [access]
unit: share
measures:
  - {name: share, kind: share, numerator: low_income, denominator: known, missing: unknown}
  - name: low_income_borrowers
    title: {en: Low-income borrowers, zh: 低收入借款人数}
    kind: count
    unit: person
    numerator: low_income
breakdowns: [province, area, gender, age_band, new_citizen]
frameworks: ["IRIS:PI7098@5.3c", "GRI:G4-FS14"]
needs: {loan_month: [balance], loan: [borrower_id], borrower: [monthly_income]}
moves: {loan_month: 1, loan: 0, application: 0, borrower: 0}
rules: [low_income.monthly_income]
---*/
with judged_borrower as (
    select
        active_borrower.*,
        active_borrower.monthly_income < cast(low_income.value as decimal(18, 2))
                                                            as is_low_income
    from active_borrower
    join calendar
        on calendar.period = active_borrower.period
    left join rule_value as low_income
        on low_income.rule = 'low_income.monthly_income'
        and calendar.last_day between low_income.valid_from and low_income.valid_to
)

select
    period,
    count(*) filter (where is_low_income)                   as low_income,
    count(is_low_income)                                    as known,
    count(*) filter (where is_low_income is null)           as unknown
from judged_borrower
group by all
