/*---
id: healthy_consumption.high_utilisation
code: HC-11
title: {en: Customers using more than 80% of their limit, zh: 额度使用率超过80%的客户占比}
definition:
  en: >-
    Customers who use more than 80 % of their revolving credit limits at the period's last month end,
    of all customers with a balance on a revolving line at that day. Revolving lines are cards, loans
    repaid as revolving credit, and pay-later. What is used on all lines of a customer is set against
    the sum of their limits. Pay-later purchases are loans on one line: its limit counts once, the
    largest that its loans state, and what they use adds up. Exactly 80 % is not above. A customer
    with a line whose use or limit is blank is unknown. Loans written off are left out, and a loan
    without a borrower stands for itself.
  zh: >-
    期内最后一个月末，循环额度使用率超过80%的客户占有循环余额客户的比例。循环额度包括信用卡、按循环方式还款的贷款及先享后付。
    以客户各项循环额度的已用合计除以额度合计。先享后付的各笔消费共用一个额度：额度只计一次，取各笔所载的最高值，已用额度相加。
    恰为80%不计。任一额度的已用或授信额度为空的客户列为未知。已核销贷款不计；无借款人编号的贷款自成一户。
reading:
  en: Lines without a balance at that day are not seen, so their unused limits do not lower the use of those who hold them.
  zh: 当日无余额的额度未纳入，其未用部分不会降低持有者的使用率。
version: 1
direction: lower_is_better
serves: [over_indebtedness]
unit: share
measures:
  - {name: share, kind: share, numerator: high_customers, denominator: known_customers, missing: unknown_customers, cluster: cluster_id}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
needs: {loan_month: [balance, credit_used]}
rules: [high_utilisation.share]
---*/
with line as (
    select
        revolving_stock.cluster_id,
        revolving_stock.period,
        revolving_stock.last_day,
        revolving_stock.province,
        revolving_stock.area,
        revolving_stock.gender,
        revolving_stock.age_band,
        revolving_stock.income_quintile,
        revolving_stock.new_citizen,
        case when is_account then loan_id else product end  as line_id,
        sum(revolving_stock.credit_used)                    as used,
        max(revolving_stock.credit_limit)                   as credit_limit,
        count(revolving_stock.credit_used) = count(*)       as is_known
    from revolving_stock
    group by all
),

customer as (
    select
        line.cluster_id,
        line.period,
        line.last_day,
        line.province,
        line.area,
        line.gender,
        line.age_band,
        line.income_quintile,
        line.new_citizen,
        case
            when count(*) filter (where line.is_known and line.credit_limit is not null)
                = count(*) then sum(line.used)
        end                                                 as used,
        sum(line.credit_limit)                              as credit_limit
    from line
    group by all
),

judged_customer as (
    select
        customer.*,
        customer.used
            > customer.credit_limit * cast(high_use.value as decimal(9, 4))
                                                            as is_high
    from customer
    left join rule_value as high_use
        on high_use.rule = 'high_utilisation.share'
        and customer.last_day between high_use.valid_from and high_use.valid_to
)

select
    period,
    count(*) filter (where is_high)                         as high_customers,
    count(is_high)                                          as known_customers,
    count(*) filter (where is_high is null)                 as unknown_customers
from judged_customer
group by all
