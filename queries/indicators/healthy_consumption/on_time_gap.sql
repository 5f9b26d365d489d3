/*---
id: healthy_consumption.on_time_gap
code: HC-22
title: {en: On-time payment of bill-tool users and others, zh: 账单工具用户与非用户按期还款差异}
definition:
  en: >-
    On-time rate of the bills that fell due in the period, apart for customers who had used the bill
    assistant or the reminder at least once on or before the bill's due date, and for all others;
    and the difference of the two rates, users less others, in percentage points. Which bills are
    due and on time is decided as for the on-time payment rate. A bill that fell due before the
    customer's first use counts with the others. Bills of loans without a borrower belong to neither
    group and are unknown in both.
  zh: >-
    期内到期账单的按期还款率，按客户在账单到期日（含）前是否使用过账单助手或还款提醒分为两组，并列示两组之差
    （用户减非用户，百分点）。到期及按期的口径同按期还款率。客户首次使用前到期的账单计入非用户组。
    无借款人编号的贷款账单无法归组，两组均列为未知。
reading:
  en: >-
    Association, not effect: customers who choose the tools may pay on time anyway. The gap is raw, not
    standardised for product, tenure or limit; read it beside the breakdown by product.
  zh: 仅为相关，不是因果：选择使用工具的客户本来就可能更守时。差异为原始差异，未按产品、账龄、额度标准化，应与分产品数据并读。
version: 1
direction: higher_is_better
serves: [financial_health, credit_loss]
unit: share
measures:
  - name: users_share
    title: {en: On-time rate of tool users, zh: 工具用户按期还款率}
    kind: share
    numerator: user_on_time_bills
    denominator: user_bills
    missing: unassigned_bills
    cluster: cluster_id
  - name: others_share
    title: {en: On-time rate of non-users, zh: 非用户按期还款率}
    kind: share
    numerator: other_on_time_bills
    denominator: other_bills
    missing: unassigned_bills
    cluster: cluster_id
  - name: gap
    title: {en: "On-time gap, percentage points", zh: 按期还款率差异（百分点）}
    kind: index
    unit: percentage_point
    numerator: gap_percentage_points
    n: bills_of_smaller_group
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
needs: {interest_bill: [due_date, paid_date], loan: [borrower_id], engagement: [tool]}
---*/
with tool_user as (
    select
        engagement.borrower_id,
        min(cast(engagement.occurred_at as date))           as first_used_date
    from engagement
    where engagement.tool in ('bill_assistant', 'reminder')
    group by engagement.borrower_id
),

assigned_bill as (
    select
        bill_due.*,
        case
            when bill_due.borrower_id is not null
                then coalesce(tool_user.first_used_date <= bill_due.due_date, false)
        end                                                 as is_of_user
    from bill_due
    left join tool_user
        on tool_user.borrower_id = bill_due.borrower_id
    where bill_due.is_payable
)

select
    period,
    count(*) filter (where is_of_user and is_on_time)       as user_on_time_bills,
    count(*) filter (where is_of_user)                      as user_bills,
    count(*) filter (where not is_of_user and is_on_time)   as other_on_time_bills,
    count(*) filter (where not is_of_user)                  as other_bills,
    count(*) filter (where is_of_user is null)              as unassigned_bills,
    100.0 * count(*) filter (where is_of_user and is_on_time)
        / nullif(count(*) filter (where is_of_user), 0)
        - 100.0 * count(*) filter (where not is_of_user and is_on_time)
            / nullif(count(*) filter (where not is_of_user), 0)
                                                            as gap_percentage_points,
    least(
        count(*) filter (where is_of_user),
        count(*) filter (where not is_of_user)
    )                                                       as bills_of_smaller_group
from assigned_bill
group by all
