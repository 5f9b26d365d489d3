/*---
id: credit_repair.one_off_repair
code: CR-09
title: {en: One-off credit repair from eligible to relapsed, zh: 一次性信用修复漏斗}
definition:
  en: >-
    The one-off credit repair as a stock: everything that had happened by the period's last day,
    from the period in which the programme was announced. Eligible items: overdue items that arose
    from 2020-01-01 to 2025-12-31, each of at most 10,000 CNY. Repaired items: eligible items repaid
    in full by 2026-03-31, and their amount. Coverage: repaired of eligible items; items whose amount
    or day is not recorded are unknown. Customers count once however many items they have: repaired
    customers have at least one repaired item; told, one repaired item of which they were told; with
    new credit, a loan disbursed after their first repaired item was repaid; relapsed, any loan more
    than 30 days past due at a month end after it. Past due again within 6 and within 12 months: of
    the customers whose window after the first repair had passed by the period's last day; those
    whose window begins before the first month end on record, or has a month end without days past
    due, are unknown unless a relapse is seen.
  zh: >-
    一次性信用修复的累计存量：自政策发布所在期起，截至各期末已发生的全部情况。符合条件：逾期产生于2020年1月1日至2025年12月31日、
    单笔不超过1万元。已修复：符合条件且于2026年3月31日（含）前足额偿还的笔数与金额。覆盖率=已修复/符合条件，金额或产生日不详的列为未知。
    客户按人计，一人多笔只计一次：已修复客户至少有一笔已修复；已告知指已修复项目已告知客户；再获信贷指首笔修复偿还后又有贷款发放；
    再逾期指其后任一月末有贷款逾期超过30天。6个月、12个月内再逾期率的分母为截至期末观察期已满的已修复客户；观察期早于最早月末记录或有月末逾期天数缺失、且未见再逾期的，列为未知。
reading:
  en: >-
    A funnel of stocks: periods must not be added, and the latest customers had little time to borrow
    or relapse. New credit and relapse are seen with this lender only: new credit includes purchases
    on a limit granted before, and relapse includes arrears that another loan already had. The
    stages after repaired are each of the repaired customers, not of one another.
  zh: 漏斗为累计存量，各期不可相加；新近修复的客户再借或再逾期的时间尚短。再获信贷与再逾期仅限本机构可见：再获信贷含在原有额度内的新消费，再逾期含其他贷款修复前已有的逾期。修复之后各环节均以已修复客户为基数，并非逐级递减。
version: 1
direction: higher_is_better
serves: [second_chance, credit_record]
unit: count
measures:
  - {name: eligible_items, kind: count, numerator: eligible_items, direction: context, title: {en: Eligible items, zh: 符合条件笔数}}
  - {name: repaired_items, kind: count, numerator: repaired_items, title: {en: Items repaid in the window, zh: 窗口期内偿还笔数}}
  - name: coverage
    title: {en: Coverage of eligible items, zh: 修复覆盖率}
    kind: share
    unit: share
    numerator: repaired_items
    denominator: eligible_items
    missing: unknown_items
    cluster: cluster_id
  - name: repaired_amount
    title: {en: Amount repaid in the window, zh: 窗口期内偿还金额}
    kind: amount
    unit: money
    numerator: repaired_amount
    n: repaired_items
  - {name: repaired_customers, kind: count, unit: person, numerator: repaired_customers, title: {en: Repaired customers, zh: 已修复客户数}}
  - {name: told_customers, kind: count, unit: person, numerator: told_customers, title: {en: Repaired customers told, zh: 已告知客户数}}
  - {name: customers_with_new_credit, kind: count, unit: person, direction: context, numerator: customers_with_new_credit, title: {en: Repaired customers with new credit, zh: 再获信贷客户数}}
  - {name: relapsed_customers, kind: count, unit: person, direction: lower_is_better, numerator: relapsed_customers, title: {en: Repaired customers past due again, zh: 再逾期客户数}}
  - name: relapsed_within_6_months
    title: {en: Past due again within 6 months, zh: 6个月内再逾期率}
    kind: share
    unit: share
    direction: lower_is_better
    numerator: relapsed_in_shorter
    denominator: judged_in_shorter
    missing: unknown_in_shorter
  - name: relapsed_within_12_months
    title: {en: Past due again within 12 months, zh: 12个月内再逾期率}
    kind: share
    unit: share
    direction: lower_is_better
    numerator: relapsed_in_longer
    denominator: judged_in_longer
    missing: unknown_in_longer
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
needs: {credit_repair_item: [arose_date, amount]}
rules:
  - cn_one_off_credit_repair.programme_announced
  - cn_one_off_credit_repair.max_item_amount
  - cn_one_off_credit_repair.repayment_window
  - portfolio_at_risk.days_past_due
  - repair_relapse.shorter_months
  - repair_relapse.longer_months
---*/
select
    period,
    count(*) filter (where is_eligible)                     as eligible_items,
    count(*) filter (where is_eligible is null)             as unknown_items,
    count(*) filter (where is_repaired)                     as repaired_items,
    coalesce(sum(amount) filter (where is_repaired), 0)     as repaired_amount,
    count(distinct borrower_id) filter (where is_repaired)  as repaired_customers,
    count(distinct borrower_id) filter (where is_repaired and is_told)
                                                            as told_customers,
    count(distinct borrower_id) filter (where is_repaired and has_new_credit)
                                                            as customers_with_new_credit,
    count(distinct borrower_id) filter (where is_repaired and has_relapsed)
                                                            as relapsed_customers,
    count(distinct borrower_id) filter (
        where is_repaired and is_shorter_over and has_relapsed_in_shorter
    )                                                       as relapsed_in_shorter,
    count(distinct borrower_id) filter (
        where is_repaired and is_shorter_over and has_relapsed_in_shorter is not null
    )                                                       as judged_in_shorter,
    count(distinct borrower_id) filter (
        where is_repaired and is_shorter_over and has_relapsed_in_shorter is null
    )                                                       as unknown_in_shorter,
    count(distinct borrower_id) filter (
        where is_repaired and is_longer_over and has_relapsed_in_longer
    )                                                       as relapsed_in_longer,
    count(distinct borrower_id) filter (
        where is_repaired and is_longer_over and has_relapsed_in_longer is not null
    )                                                       as judged_in_longer,
    count(distinct borrower_id) filter (
        where is_repaired and is_longer_over and has_relapsed_in_longer is null
    )                                                       as unknown_in_longer
from repair_item
group by all
