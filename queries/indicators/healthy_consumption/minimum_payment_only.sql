/*---
id: healthy_consumption.minimum_payment_only
code: HC-10
title: {en: Minimum-payment-only share, zh: 最低还款账户占比}
definition:
  en: >-
    Revolving accounts that paid no more than 1.05 times the minimum due in at least 9 of the billing
    cycles of the last 12 months, of all revolving accounts open throughout that owe money at the
    period's last month end and are not written off. A cycle is a bill that fell due in the 12 whole
    months up to that day; what was paid on it are its payments by that day, principal, interest and
    fees. A cycle in which nothing was paid is arrears, no minimum payment; one whose minimum is all
    that is due leaves no choice and does not count. Cycles whose minimum or payment is blank are
    unknown, and so is an account that they could move over the 9, or one without any bill. Accounts
    opened within the 12 months are left out.
  zh: >-
    过去12个月的账期中，至少9期还款额不超过最低还款额1.05倍的循环账户，占全程存续、期内最后一个月末有余额且未核销的循环账户的比例。
    账期指截至该日12个整月内到期的账单；还款额为截至该日针对该账单归还的本金、利息及费用。分文未还属于逾期，不计为最低还款；
    最低还款额即为全部应还额的，无从选择，不计。最低还款额或还款金额为空的账期列为未知；未知账期可能使其达到9期的账户，
    以及没有账单的账户，列为未知。12个月内新开的账户不计。
reading:
  en: >-
    Paying the minimum is cheap to arrange and dear to keep up; some who do it are simply on a
    direct debit of the minimum. Read it beside persistent debt.
  zh: 长期只还最低还款额代价高昂，但部分客户只是设置了按最低额自动扣款。应与持续性债务账户占比并读。
version: 1
direction: lower_is_better
serves: [over_indebtedness]
unit: share
measures:
  - {name: share, kind: share, numerator: minimum_accounts, denominator: judged_accounts, missing: unjudged_accounts, cluster: cluster_id}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
needs: {interest_bill: [minimum_due], payment: [period_no], loan_month: [balance]}
rules: [minimum_payer.multiple, minimum_payer.cycles, minimum_payer.window_months]
---*/
with account as (
    select
        revolving_stock.*,
        cast(multiple.value as decimal(9, 4))               as multiple,
        cycles.value                                        as cycles,
        -- The month end before the window: its months are whole ones.
        last_day(
            cast(
                make_date(
                    year(revolving_stock.as_of_date), month(revolving_stock.as_of_date), 1
                ) - to_months(cast(window_months.value as integer)) as date
            )
        )                                                   as before_date
    from revolving_stock
    left join rule_value as multiple
        on multiple.rule = 'minimum_payer.multiple'
        and revolving_stock.last_day between multiple.valid_from and multiple.valid_to
    left join rule_value as cycles
        on cycles.rule = 'minimum_payer.cycles'
        and revolving_stock.last_day between cycles.valid_from and cycles.valid_to
    left join rule_value as window_months
        on window_months.rule = 'minimum_payer.window_months'
        and revolving_stock.last_day
            between window_months.valid_from and window_months.valid_to
    where revolving_stock.is_account
),

old_account as (
    select *
    from account
    where opened_date <= before_date
),

billed_cycle as (
    select
        old_account.loan_id,
        old_account.period,
        old_account.multiple,
        interest_bill.period_no,
        interest_bill.minimum_due,
        interest_bill.principal_due + interest_bill.interest_due
            + coalesce(interest_bill.fees_due, 0) + coalesce(interest_bill.penalty_due, 0)
                                                            as all_due,
        count(payment.payment_id)                           as payments,
        count(payment.principal + payment.interest)         as known_payments,
        coalesce(
            sum(payment.principal + payment.interest + coalesce(payment.fees, 0)), 0
        )                                                   as paid_amount
    from old_account
    join interest_bill
        on interest_bill.loan_id = old_account.loan_id
        and interest_bill.due_date > old_account.before_date
        and interest_bill.due_date <= old_account.as_of_date
    left join payment
        on payment.loan_id = interest_bill.loan_id
        and payment.period_no = interest_bill.period_no
        and payment.paid_date <= old_account.as_of_date
    group by all
),

judged_cycle as (
    select
        billed_cycle.loan_id,
        billed_cycle.period,
        case
            when billed_cycle.payments = 0 then false
            when billed_cycle.minimum_due >= billed_cycle.all_due then false
            when billed_cycle.known_payments = billed_cycle.payments
                then billed_cycle.paid_amount > 0
                    and billed_cycle.paid_amount
                        <= billed_cycle.minimum_due * billed_cycle.multiple
        end                                                 as is_minimum
    from billed_cycle
),

cycle_count as (
    select
        judged_cycle.loan_id,
        judged_cycle.period,
        count(*) filter (where is_minimum)                  as minimum_cycles,
        count(*) filter (where is_minimum is null)          as unknown_cycles
    from judged_cycle
    group by judged_cycle.loan_id, judged_cycle.period
),

judged_account as (
    select
        old_account.*,
        case
            when cycle_count.minimum_cycles >= old_account.cycles then true
            when cycle_count.minimum_cycles + cycle_count.unknown_cycles
                < old_account.cycles then false
        end                                                 as is_minimum_payer
    from old_account
    left join cycle_count
        on cycle_count.loan_id = old_account.loan_id
        and cycle_count.period = old_account.period
)

select
    period,
    count(*) filter (where is_minimum_payer)                as minimum_accounts,
    count(is_minimum_payer)                                 as judged_accounts,
    count(*) filter (where is_minimum_payer is null)        as unjudged_accounts
from judged_account
group by all
