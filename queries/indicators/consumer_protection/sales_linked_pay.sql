/*---
id: consumer_protection.sales_linked_pay
code: CP-22
title: {en: Sales-linked variable pay, zh: 与销量挂钩的浮动薪酬占比}
definition:
  en: >-
    Variable pay that depends on the amount of products or services sold (sales_linked_pay_cny), of
    all pay of the covered staff (covered_staff_pay_cny): those who sell to customers or serve them.
    Both amounts are stated; a half or a year without its own adds up its quarters when all are
    stated. A share that is itself stated for exactly the period (sales_linked_pay_share) goes
    first. Stated shares are never added up or averaged over quarters. No pay of covered staff, or an
    amount that is not stated, is no data.
  zh: >-
    与产品或服务销量挂钩的浮动薪酬（sales_linked_pay_cny）占相关岗位（向客户销售或提供服务）人员薪酬总额（covered_staff_pay_cny）的比例。
    两项均为填报；半年、全年无单独填报的，各季度齐全时取季度之和。该期间直接填报占比（sales_linked_pay_share）的，以填报占比为准；
    填报的占比不跨季度相加或平均。相关岗位薪酬为零，或任一金额未填报的，无数据。
reading:
  en: Pay linked to quality or to complaints is variable too, and is not counted here.
  zh: 与服务质量、投诉等挂钩的浮动薪酬不在此列。
version: 1
direction: lower_is_better
serves: [conduct]
unit: share
measures:
  - name: share
    kind: index
    numerator: sales_linked_share
breakdowns: []
frameworks: ["SASB:FN-CF-270a.1@2023-12"]
disclosure: stated
needs: {esg_fact: [value]}
---*/
with pay as (
    select
        stated_fact.period,
        max(stated_fact.flow) filter (where stated_fact.metric = 'sales_linked_pay_cny')
                                                            as linked_pay,
        max(stated_fact.flow) filter (where stated_fact.metric = 'covered_staff_pay_cny')
                                                            as covered_pay
    from stated_fact
    where stated_fact.metric in (
        'sales_linked_pay_cny', 'covered_staff_pay_cny', 'sales_linked_pay_share'
    )
    group by stated_fact.period
),

-- Of the fact itself: the mart would carry a quarter's share into its year.
share_stated as (
    select
        esg_fact.period,
        cast(esg_fact.value as decimal(24, 6))              as stated_share
    from esg_fact
    where esg_fact.metric = 'sales_linked_pay_share'
)

select
    pay.period,
    max(coalesce(share_stated.stated_share, pay.linked_pay / nullif(pay.covered_pay, 0)))
                                                            as sales_linked_share
from pay
left join share_stated
    on share_stated.period = pay.period
group by all
