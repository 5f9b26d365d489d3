/*---
id: healthy_consumption.bill_management_users
code: HC-21
title: {en: Bill-management users and reminder subscribers, zh: 账单管理使用人数与提醒订阅率}
definition:
  en: >-
    Customers who used the bill assistant at least once in the period, each counted once; and, of
    them, those subscribed to repayment reminders at its end. A subscription lasts from the customer's
    latest reminder act on or before the last day of the period, in this period or an earlier one,
    unless that act is recorded as unsubscribed. Customers with reminders who did not use the bill
    assistant in the period are not counted.
  zh: >-
    期内至少使用过一次账单助手的客户数（每人只计一次）；以及其中期末已订阅还款提醒的占比。
    以截至期末最近一次提醒操作为准（不限于本期），该操作为退订的视为未订阅。仅订阅提醒而期内未使用账单助手的客户不计。
reading:
  en: It counts persons, not uses. Use of a tool says nothing yet about what it does for the customer.
  zh: 按人数计，不按人次计。使用人数本身不说明工具的效果。
version: 1
direction: higher_is_better
serves: [financial_health]
unit: person
measures:
  - name: users
    title: {en: "Bill-management users", zh: "账单管理使用人数"}
    kind: count
    numerator: users
  - name: reminder_share
    title: {en: Reminder subscribers among users, zh: 提醒订阅率}
    kind: share
    unit: share
    numerator: subscribers
    denominator: users
    missing: unknown_users
    cluster: borrower_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["UNEPFI-PRB:B.2.1@2022-09", "GRI:G4-FS16"]
needs: {engagement: [tool]}
---*/
with bill_user as (
    select distinct
        tool_use.borrower_id,
        tool_use.period,
        tool_use.last_day,
        tool_use.province,
        tool_use.area,
        tool_use.gender,
        tool_use.age_band,
        tool_use.income_quintile,
        tool_use.new_citizen
    from tool_use
    where tool_use.tool = 'bill_assistant'
),

reminder_act as (
    select
        bill_user.borrower_id,
        bill_user.period,
        engagement.result,
        row_number() over (
            partition by bill_user.borrower_id, bill_user.period
            order by engagement.occurred_at desc
        )                                                   as act_no
    from bill_user
    join engagement
        on engagement.borrower_id = bill_user.borrower_id
        and engagement.tool = 'reminder'
        and cast(engagement.occurred_at as date) <= bill_user.last_day
),

described_user as (
    select
        bill_user.*,
        reminder_act.borrower_id is not null
            and coalesce(reminder_act.result <> 'unsubscribed', true)
                                                            as is_subscriber
    from bill_user
    left join reminder_act
        on reminder_act.borrower_id = bill_user.borrower_id
        and reminder_act.period = bill_user.period
        and reminder_act.act_no = 1
)

select
    period,
    count(*)                                                as users,
    count(*) filter (where is_subscriber)                   as subscribers,
    count(*) filter (where is_subscriber is null)           as unknown_users
from described_user
group by all
