/*---
id: consumer_protection.complaints_per_1000_accounts
code: CP-02
title: {en: "Complaints per 1,000 active accounts", zh: 每千活跃账户投诉量}
definition:
  en: >-
    Complaints received in the period, of all sources, for every 1,000 active accounts. Accounts are
    the average over the month ends of the period: loans with a balance above zero, not written off.
    A period that ended without its last month end on record has no number; the running one averages
    the month ends it has. Not made yearly: a year holds the complaints of a year. By product and
    region, complaints that name none, and accounts that have none, stand under unknown.
  zh: >-
    期内收到的各渠道投诉，按每1000个活跃账户计。账户数为期内各月末的平均数：月末余额大于零且未核销的贷款。
    期间已结束而无期末月末记录的，无数据；当前期间取已有月末。不作年化：全年数即全年投诉。按产品、地区拆分时，
    未载明的投诉与账户列入未知。
reading:
  en: >-
    Complainants need not be borrowers, and a borrower may have many accounts: lenders of many small
    loans look better by accounts than by customers.
  zh: 投诉人未必是借款人，一位借款人可有多个账户；小额多笔的机构按账户计会显得更低，可与每千万客户投诉量对照。
version: 1
direction: lower_is_better
serves: [complaints]
unit: per_1000
measures:
  - name: rate
    kind: ratio
    numerator: complaints_times_1000
    denominator: average_accounts
    n: accounts_seen
    numerator_n: complaints
    cluster: cluster_id
    at_least: 0
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product]
frameworks: ["IRIS:PI5216@5.3c"]
needs: {complaint: [received_at], loan_month: [balance]}
---*/
with stock_period as (
    select distinct
        active_account.period,
        active_account.month_ends
    from active_account
),

-- Complaints and accounts one below the other: a join would multiply them.
counted as (
    select
        complaint_received.period,
        stock_period.month_ends,
        coalesce(complaint_received.borrower_id, complaint_received.complaint_id)
                                                            as cluster_id,
        complaint_received.product,
        complaint_received.province,
        complaint_received.area,
        complaint_received.gender,
        complaint_received.age_band,
        complaint_received.income_quintile,
        complaint_received.new_citizen,
        1                                                   as complaints,
        0                                                   as account_months
    from complaint_received
    join stock_period
        on stock_period.period = complaint_received.period
    union all
    select
        active_account.period,
        active_account.month_ends,
        active_account.cluster_id,
        active_account.product,
        active_account.province,
        active_account.area,
        active_account.gender,
        active_account.age_band,
        active_account.income_quintile,
        active_account.new_citizen,
        0                                                   as complaints,
        active_account.account_months
    from active_account
)

select
    period,
    sum(complaints)                                         as complaints,
    1000 * sum(complaints)                                  as complaints_times_1000,
    -- All rows of a period have the same number of month ends.
    sum(account_months) / any_value(month_ends)             as average_accounts,
    cast(ceil(sum(account_months) / any_value(month_ends)) as bigint)
                                                            as accounts_seen
from counted
group by all
