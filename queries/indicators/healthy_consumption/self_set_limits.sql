/*---
id: healthy_consumption.self_set_limits
code: HC-23
title: {en: Customers who set their own limits, zh: 自主设限与预算使用率}
definition:
  en: >-
    Customers who lowered their own limit or set a budget in the period, of the customers with an
    outstanding balance at its last month end. And, of those who did, the customers who kept to it:
    every act of the period with a recorded result says kept. One act recorded otherwise is not
    kept; where no result is recorded, or one is missing among kept ones, the customer is unknown.
    Customers who set a limit but owe nothing at the period's end are in neither number.
  zh: >-
    期末有贷款余额的客户中，期内主动调低额度或设定预算的客户占比；以及设限客户中守限客户的占比：期内各次设限结果
    均记录为遵守的计为守限，任一次记录为其他结果的计为未守限，结果未记录（或部分未记录）的列为未知。
    期末无余额的设限客户，分子分母均不计。
reading:
  en: A low share can mean that the tools are hard to find as well as that nobody wants them.
  zh: 占比低可能是客户不需要，也可能是功能入口不易找到。
version: 1
direction: higher_is_better
serves: [financial_health, over_indebtedness]
unit: share
measures:
  - name: share
    title: {en: "Customers who set their own limits", zh: "自主设限客户占比"}
    kind: share
    numerator: setters
    denominator: active_customers
    missing: unknown_customers
    cluster: borrower_id
  - name: kept_share
    title: {en: Kept to their own limit or budget, zh: 守限客户占比}
    kind: share
    numerator: keepers
    denominator: judged_setters
    missing: unjudged_setters
    cluster: borrower_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["UNEPFI-PRB:B.2.1@2022-09"]
needs: {engagement: [tool], loan_month: [balance], loan: [borrower_id]}
---*/
with setter as (
    select
        tool_use.borrower_id,
        tool_use.period,
        case
            when count(*) filter (where tool_use.result <> 'kept') > 0 then false
            when count(tool_use.result) = count(*) then true
        end                                                 as has_kept
    from tool_use
    where tool_use.tool in ('limit_lowered', 'budget')
    group by tool_use.borrower_id, tool_use.period
),

active_customer as (
    select
        active_borrower.*,
        setter.borrower_id is not null                      as has_set,
        setter.has_kept
    from active_borrower
    left join setter
        on setter.borrower_id = active_borrower.borrower_id
        and setter.period = active_borrower.period
)

select
    period,
    count(*) filter (where has_set)                         as setters,
    count(*)                                                as active_customers,
    -- Always nothing: a customer without an act is a known no.
    count(*) filter (where has_set is null)                 as unknown_customers,
    count(*) filter (where has_set and has_kept)            as keepers,
    count(*) filter (where has_set and has_kept is not null)
                                                            as judged_setters,
    count(*) filter (where has_set and has_kept is null)    as unjudged_setters
from active_customer
group by all
