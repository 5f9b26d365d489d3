/*---
id: healthy_consumption.zero_interest_customers
code: HC-20
title: {en: Customers who paid no interest in the period, zh: 期内零息用户占比}
definition:
  en: >-
    Customers all of whose bills that fell due in the period charge neither interest nor fees, of
    the customers with a bill due in it. Each customer counts once. Penalties for late payment are
    not interest. A blank fee is no fee; a bill whose interest is blank makes its customer unknown,
    unless another bill of the period charges something. Bills of loans without a borrower belong to
    no customer and are left out.
  zh: >-
    期内到期账单均无应收利息和费用的客户，占期内有到期账单客户的比例，每位客户只计一次。逾期罚息不属于利息。
    费用为空视为无费用；账单利息为空的客户列为未知，但其他账单已有收费的除外。无借款人编号的贷款账单不计。
reading:
  en: >-
    It says "not in this period", which is more people than "never": figures published as "never paid
    interest" cannot be compared with it. Shorter periods give higher shares.
  zh: 指“本期未付息”，人数多于“从未付息”，不可与市场上“从未支付利息的用户占比”直接比较。统计期越短，占比越高。
version: 1
direction: higher_is_better
serves: [cost_of_credit]
unit: share
measures:
  - name: share
    kind: share
    numerator: zero_interest_customers
    denominator: known_customers
    missing: unknown_customers
    cluster: borrower_id
  - name: zero_interest_customers
    title: {en: Customers who paid no interest, zh: 零息用户数}
    kind: count
    unit: person
    numerator: zero_interest_customers
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
needs: {interest_bill: [due_date, interest_due], loan: [borrower_id]}
---*/
with billed_bill as (
    select
        bill_due.*,
        case
            when bill_due.interest_due > 0 or bill_due.fees_due > 0 then 1
            when bill_due.interest_due is not null then 0
        end                                                 as charge
    from bill_due
    where bill_due.borrower_id is not null
),

billed_customer as (
    select
        billed_bill.borrower_id,
        billed_bill.period,
        billed_bill.province,
        billed_bill.area,
        billed_bill.gender,
        billed_bill.age_band,
        billed_bill.income_quintile,
        billed_bill.new_citizen,
        case
            when max(billed_bill.charge) = 1 then false
            when count(billed_bill.charge) = count(*) then true
        end                                                 as paid_no_interest
    from billed_bill
    group by all
)

select
    period,
    count(*) filter (where paid_no_interest)                as zero_interest_customers,
    count(paid_no_interest)                                 as known_customers,
    count(*) filter (where paid_no_interest is null)        as unknown_customers
from billed_customer
group by all
