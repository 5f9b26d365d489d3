/*---
id: inclusion.balance_to_income
code: INC-11
title: {en: Average loan balance against national income per person, zh: 户均贷款余额与人均国民总收入之比}
definition:
  en: >-
    Outstanding balance of the active borrowers at the period's last month end, divided by their
    number and by the gross national income (GNI) per person of the latest stated year up to the
    period's own (area_fact, gni_per_capita). Overpaid and written-off loans count for nothing, and
    each borrower once. Where a year has the figure of more than one area, nobody can tell which is
    meant, and it is passed over. Without any figure there is no ratio.
  zh: >-
    期末活跃借款人的贷款余额，除以其人数，再除以不晚于该期间年份的最近一年人均国民总收入（area_fact 表 gni_per_capita）。
    溢缴及已核销贷款不计，每位借款人只计一次。同一年份有多个地区数值时无法确定适用哪一个，不予采用。无该数据时不计算。
reading:
  en: >-
    A proxy for depth of outreach, not a measure of poverty: small balances may be old loans almost
    repaid. CGAP reads averages below a fifth of GNI per person as a sign of poor clients. It is the
    balance owed, not the size at disbursement (IRIS PI5160).
  zh: 衡量服务下沉程度的间接指标，并不度量贫困；余额较小也可能只是贷款临近结清。CGAP将低于人均国民总收入五分之一视为客户较贫困的信号。口径为在贷余额，而非放款时金额（IRIS PI5160）。
version: 1
direction: lower_is_better
serves: [access]
unit: ratio
measures:
  - name: ratio
    kind: ratio
    numerator: balance
    denominator: income_per_person
    n: borrowers
    cluster: borrower_id
    at_least: 0
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["GRI:G4-FS14", "CGAP:depth-of-outreach@2003"]
needs: {loan_month: [balance], loan: [borrower_id], area_fact: [value]}
---*/
with income_year as (
    select
        area_fact.year,
        max(cast(area_fact.value as decimal(18, 2)))        as gni_per_capita
    from area_fact
    where area_fact.metric = 'gni_per_capita'
    group by area_fact.year
    having count(*) = 1
),

income_period as (
    select
        calendar.period,
        income_year.gni_per_capita,
        row_number() over (
            partition by calendar.period
            order by income_year.year desc
        )                                                   as year_no
    from calendar
    join income_year
        on income_year.year <= year(calendar.last_day)
),

-- Each borrower brings the income of one person: balances over incomes is the ratio.
measured_borrower as (
    select
        active_borrower.*,
        income_period.gni_per_capita
    from active_borrower
    join income_period
        on income_period.period = active_borrower.period
        and income_period.year_no = 1
)

select
    period,
    sum(balance)                                            as balance,
    sum(gni_per_capita)                                     as income_per_person,
    count(*)                                                as borrowers
from measured_borrower
group by all
