/*---
id: healthy_consumption.persistent_debt
code: HC-09
title: {en: Persistent-debt share, zh: 持续性债务账户占比}
definition:
  en: >-
    Revolving accounts on which more interest, fees and penalties than principal were paid over the
    18 months up to the period's last month end, and which owed at least the floor at every month end
    of them, of all revolving accounts open throughout that owe money at that day and are not written
    off. Revolving accounts are cards and loans repaid as revolving credit. The months are whole
    calendar months; what was paid counts on the day of the payment, not what was billed. Equal
    amounts are no persistent debt. Accounts opened within the 18 months are left out: they cannot be
    judged yet. An account without the balance of each month end, or with a payment whose principal or
    interest is blank, is unknown, unless a balance below the floor already answers it. A blank fee or
    penalty is none.
  zh: >-
    截至期内最后一个月末的18个月内，已还利息、费用及罚息多于已还本金，且各月末余额均不低于下限的循环账户，占全程存续、
    该日有余额且未核销的循环账户的比例。循环账户指信用卡及按循环方式还款的贷款。按整月计；以实际还款日及还款额为准，不以账单为准；
    两者相等不计。18个月内新开的账户尚无法判断，不计。缺少任一月末余额，或还款的本金或利息为空的账户列为未知，
    但已有月末余额低于下限的除外。费用及罚息为空视为无。
reading:
  en: >-
    Balances are seen at month ends only: an account that fell below the floor between two of them
    stays in. The floor is in yuan; a lender of another currency sets its own in a rule of the same name.
  zh: 仅观察月末余额，月中曾低于下限的账户仍会计入。下限以人民币计，其他币种的机构应以同名规则另行设定。
version: 1
direction: lower_is_better
serves: [over_indebtedness, cost_of_credit]
unit: share
measures:
  - {name: share, kind: share, numerator: persistent_accounts, denominator: judged_accounts, missing: unjudged_accounts, cluster: cluster_id}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
needs: {payment: [principal, interest], loan_month: [balance]}
rules: [persistent_debt.window_months, persistent_debt.balance_floor]
---*/
with account as (
    select
        revolving_stock.*,
        window_months.value                                 as months,
        balance_floor.value                                 as balance_floor,
        -- The month end before the window: its months are whole ones.
        last_day(
            cast(
                make_date(
                    year(revolving_stock.as_of_date), month(revolving_stock.as_of_date), 1
                ) - to_months(cast(window_months.value as integer)) as date
            )
        )                                                   as before_date
    from revolving_stock
    left join rule_value as window_months
        on window_months.rule = 'persistent_debt.window_months'
        and revolving_stock.last_day
            between window_months.valid_from and window_months.valid_to
    left join rule_value as balance_floor
        on balance_floor.rule = 'persistent_debt.balance_floor'
        and revolving_stock.last_day
            between balance_floor.valid_from and balance_floor.valid_to
    where revolving_stock.is_account
),

old_account as (
    select *
    from account
    where opened_date <= before_date
),

-- Months and payments are summed apart: joined together they would multiply each other.
month_seen as (
    select
        old_account.loan_id,
        old_account.period,
        count(*)                                            as months_seen,
        min(loan_month.balance)                             as least_balance
    from old_account
    join loan_month
        on loan_month.loan_id = old_account.loan_id
        and loan_month.as_of_date > old_account.before_date
        and loan_month.as_of_date <= old_account.as_of_date
        and loan_month.as_of_date = last_day(loan_month.as_of_date)
    group by old_account.loan_id, old_account.period
),

paid as (
    select
        old_account.loan_id,
        old_account.period,
        sum(payment.principal)                              as principal,
        sum(
            payment.interest + coalesce(payment.fees, 0) + coalesce(payment.penalty, 0)
        )                                                   as cost,
        count(*) filter (where payment.principal is null or payment.interest is null)
                                                            as blank_payments
    from old_account
    join payment
        on payment.loan_id = old_account.loan_id
        and payment.paid_date > old_account.before_date
        and payment.paid_date <= old_account.as_of_date
    group by old_account.loan_id, old_account.period
),

judged_account as (
    select
        old_account.*,
        case
            when month_seen.least_balance < old_account.balance_floor then false
            when month_seen.months_seen = old_account.months
                and coalesce(paid.blank_payments, 0) = 0
                and old_account.balance_floor is not null
                -- Nothing paid is not more of one than of the other.
                then coalesce(paid.cost > paid.principal, false)
        end                                                 as is_persistent
    from old_account
    left join month_seen
        on month_seen.loan_id = old_account.loan_id
        and month_seen.period = old_account.period
    left join paid
        on paid.loan_id = old_account.loan_id
        and paid.period = old_account.period
)

select
    period,
    count(*) filter (where is_persistent)                   as persistent_accounts,
    count(is_persistent)                                    as judged_accounts,
    count(*) filter (where is_persistent is null)           as unjudged_accounts
from judged_account
group by all
