/*---
id: credit_repair.relapse_after_repair
code: CR-05
title: {en: Past due again after repair, zh: 修复后再逾期率}
definition:
  en: >-
    Customers of the one-off credit repair, each in the period in which the 6 (or 12) months after
    their first counted repayment end, who had a loan of this lender more than 30 days past due at a
    month end within them, of all customers whose months end in the period. Each customer stands in
    one period of each window. Eligible and repaired are as in the funnel of the one-off credit
    repair; periods before the programme was announced have none. A customer whose window begins
    before the first month end on record, or has a month end with unknown days past due and no late
    one, is unknown.
  zh: >-
    一次性信用修复的已修复客户，按首笔计入的偿还日起满6个月（或12个月）之日归期；其间任一月末在本机构有贷款逾期超过30天的占比。
    每位客户在每个观察期只计入一个期间。符合条件与已修复的口径同一次性信用修复漏斗；政策发布之前各期无数据。
    观察期早于最早月末记录，或有月末逾期天数缺失且未见再逾期的，列为未知。
reading:
  en: >-
    A cohort that follows its customers to the end, while the funnel shows all repairs so far.
    Arrears of an old loan count as well, and those with other lenders are not seen. There is no
    comparison group: it does not show what repair does.
  zh: 本指标按批次跟踪到期满，漏斗则为截至期末的全部修复客户。原有贷款的逾期亦计入，他行逾期不可见。没有对照组，不能说明修复的作用。
version: 1
direction: lower_is_better
serves: [second_chance, credit_loss]
unit: share
measures:
  - name: within_6_months
    title: {en: Past due again within 6 months, zh: 6个月内再逾期率}
    kind: share
    numerator: relapsed_in_shorter
    denominator: judged_in_shorter
    missing: unknown_in_shorter
  - name: within_12_months
    title: {en: Past due again within 12 months, zh: 12个月内再逾期率}
    kind: share
    numerator: relapsed_in_longer
    denominator: judged_in_longer
    missing: unknown_in_longer
  - name: customers_followed
    title: {en: Customers whose 6 months end, zh: 当期满6个月的客户数}
    kind: count
    unit: person
    direction: context
    numerator: customers_followed
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
needs: {credit_repair_item: [arose_date, amount, repaid_date], loan_month: [days_past_due]}
rules:
  - cn_one_off_credit_repair.programme_announced
  - cn_one_off_credit_repair.max_item_amount
  - cn_one_off_credit_repair.repayment_window
  - portfolio_at_risk.days_past_due
  - repair_relapse.shorter_months
  - repair_relapse.longer_months
---*/
-- A customer may have several repaired items: one row each, whatever their number.
with repaired_customer as (
    select distinct
        repair_item.period,
        repair_item.borrower_id,
        repair_item.province,
        repair_item.area,
        repair_item.gender,
        repair_item.age_band,
        repair_item.income_quintile,
        repair_item.new_citizen,
        repair_item.shorter_end between calendar.first_day and calendar.last_day
                                                            as ends_shorter,
        repair_item.has_relapsed_in_shorter,
        repair_item.longer_end between calendar.first_day and calendar.last_day
                                                            as ends_longer,
        repair_item.has_relapsed_in_longer
    from repair_item
    join calendar
        on calendar.period = repair_item.period
    where repair_item.is_repaired
        and repair_item.borrower_id is not null
)

select
    period,
    count(*) filter (where ends_shorter)                    as customers_followed,
    count(*) filter (where ends_shorter and has_relapsed_in_shorter)
                                                            as relapsed_in_shorter,
    count(has_relapsed_in_shorter) filter (where ends_shorter)
                                                            as judged_in_shorter,
    count(*) filter (where ends_shorter and has_relapsed_in_shorter is null)
                                                            as unknown_in_shorter,
    count(*) filter (where ends_longer and has_relapsed_in_longer)
                                                            as relapsed_in_longer,
    count(has_relapsed_in_longer) filter (where ends_longer)
                                                            as judged_in_longer,
    count(*) filter (where ends_longer and has_relapsed_in_longer is null)
                                                            as unknown_in_longer
from repaired_customer
group by all
