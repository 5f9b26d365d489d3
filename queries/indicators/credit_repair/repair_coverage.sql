/*---
id: credit_repair.repair_coverage
code: CR-04
title: {en: Credit-repair coverage of customers, zh: 信用修复覆盖率（按客户）}
definition:
  en: >-
    Customers with at least one overdue item repaired under the one-off credit repair by the
    period's last day, of the customers with at least one eligible item by then; from the period in
    which the programme was announced. Eligible and repaired are as in the funnel of the one-off
    credit repair. Wholly covered: customers all of whose eligible items are repaired. Customers with
    no eligible item and one whose amount or day is not recorded are unknown. An item that names no
    customer counts as one of its own.
  zh: >-
    截至期末，在一次性信用修复政策下至少有一笔逾期已修复的客户，占至少有一笔符合条件逾期的客户的比例，自政策发布所在期起统计；符合条件与已修复的口径同一次性信用修复漏斗。
    全部修复指符合条件的逾期均已修复的客户。无符合条件项目而有金额或产生日不详项目的客户列为未知；未载明客户的项目各按一位客户计。
reading:
  en: >-
    It may only rise until the last day on which a repayment counts, and stands still after it.
    Items the lender does not report are in neither number.
  zh: 在可计入的最后还款日之前只升不降，其后不再变化。机构未报送的逾期不在分子分母之内。
version: 1
direction: higher_is_better
serves: [second_chance]
unit: share
measures:
  - {name: share, kind: share, numerator: repaired, denominator: eligible, missing: unknown}
  - {name: wholly_covered, kind: share, numerator: wholly_repaired, denominator: eligible, missing: unknown, title: {en: All eligible items repaired, zh: 全部修复占比}}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
needs: {credit_repair_item: [arose_date, amount]}
rules:
  - cn_one_off_credit_repair.programme_announced
  - cn_one_off_credit_repair.max_item_amount
  - cn_one_off_credit_repair.repayment_window
---*/
with customer_in_period as (
    select
        repair_item.period,
        repair_item.cluster_id,
        repair_item.province,
        repair_item.area,
        repair_item.gender,
        repair_item.age_band,
        repair_item.income_quintile,
        repair_item.new_citizen,
        count(*) filter (where repair_item.is_eligible)     as eligible_items,
        count(*) filter (where repair_item.is_repaired)     as repaired_items,
        count(*) filter (where repair_item.is_eligible is null)
                                                            as unknown_items
    from repair_item
    group by all
)

select
    period,
    count(*) filter (where repaired_items > 0)              as repaired,
    count(*) filter (where eligible_items > 0)              as eligible,
    count(*) filter (where eligible_items > 0 and repaired_items = eligible_items)
                                                            as wholly_repaired,
    count(*) filter (where eligible_items = 0 and unknown_items > 0)
                                                            as unknown
from customer_in_period
group by all
