/*---
id: credit_repair.cure_rate
code: CR-06
title: {en: Cure rate, zh: 逾期转正常率}
definition:
  en: >-
    Accounts that were 1 to 90 days past due at the last month end of the period before, with a
    balance and not written off, and are current at this period's last month end, of all such
    accounts still observed at it. Current is 0 days past due, not written off and not restructured:
    a rescheduled loan is not cured by its new dates. An account written off since is not cured; one
    that ended with no balance at an earlier month end of the period, 0 days past due, is. Accounts
    whose last record in the period is neither at its month end nor such an end, or has unknown days
    past due, are unknown.
  zh: >-
    上期最后一个月末逾期1至90天、有余额且未核销的账户中，本期最后一个月末恢复正常的占比，以期末仍可观察的账户为分母。
    正常指逾期天数为0、未核销且未重组：重组改期不视为转正常。期间核销的计为未转正常；期内较早月末余额已为零且逾期天数为0的，
    视为结清，计为转正常。期末无月末记录且未见结清，或逾期天数不详的，列为未知。
reading:
  en: >-
    Two days are compared, not what lies between: an account that cured and fell back counts as not
    cured. The longer the period, the more cures it shows.
  zh: 仅比较两个时点，期间转正常后再次逾期的计为未转正常。统计期越长，转正常率越高。
version: 1
direction: higher_is_better
serves: [second_chance, credit_loss]
unit: share
measures:
  - {name: share, kind: share, numerator: cured_accounts, denominator: observed_accounts, missing: unobserved_accounts, cluster: cluster_id}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
needs: {loan_month: [days_past_due]}
rules: [cure_rate.most_days_past_due]
---*/
-- The breakdown is that of the period before: the state at the start decides the group.
with late_account as (
    select
        calendar.period,
        loan_stock.as_of_date                               as late_date,
        loan_stock.loan_id,
        coalesce(loan_stock.borrower_id, loan_stock.loan_id) as cluster_id,
        loan_stock.product,
        loan_stock.channel,
        loan_stock.first_time,
        loan_stock.subsidised,
        loan_stock.province,
        loan_stock.area,
        loan_stock.gender,
        loan_stock.age_band,
        loan_stock.income_quintile,
        loan_stock.new_citizen
    from calendar
    join loan_stock
        on loan_stock.period = calendar.previous_period
    join rule_value as most_days
        on most_days.rule = 'cure_rate.most_days_past_due'
        and loan_stock.last_day between most_days.valid_from and most_days.valid_to
    where loan_stock.days_past_due between 1 and most_days.value
        and loan_stock.balance > 0
        and not loan_stock.is_written_off
),

-- A period without any month end has no rate; it does not lose all its accounts.
stock_day as (
    select distinct
        loan_stock.period,
        loan_stock.as_of_date
    from loan_stock
),

later_month as (
    select
        late_account.period,
        late_account.loan_id,
        stock_day.as_of_date                                as stock_date,
        loan_month.as_of_date,
        loan_month.balance,
        loan_month.days_past_due,
        loan_month.is_restructured,
        -- A recovery after a write-off may come as a row of its own, without the date.
        max(loan_month.written_off_date) over (
            partition by late_account.period, late_account.loan_id
        )                                                   as written_off_date,
        row_number() over (
            partition by late_account.period, late_account.loan_id
            order by loan_month.as_of_date desc
        )                                                   as month_no
    from late_account
    join stock_day
        on stock_day.period = late_account.period
    join loan_month
        on loan_month.loan_id = late_account.loan_id
        and loan_month.as_of_date > late_account.late_date
        and loan_month.as_of_date <= stock_day.as_of_date
),

followed_account as (
    select
        late_account.*,
        case
            when later_month.written_off_date <= later_month.stock_date then false
            when later_month.is_restructured then false
            -- A file that drops repaid loans shows their end at an earlier month end; an
            -- earlier month end of a loan that runs on says nothing about this one.
            when later_month.as_of_date = later_month.stock_date
                or later_month.balance <= 0
                then later_month.days_past_due = 0
        end                                                 as is_cured
    from late_account
    join stock_day
        on stock_day.period = late_account.period
    left join later_month
        on later_month.loan_id = late_account.loan_id
        and later_month.period = late_account.period
        and later_month.month_no = 1
)

select
    period,
    count(*) filter (where is_cured)                        as cured_accounts,
    count(is_cured)                                         as observed_accounts,
    count(*) filter (where is_cured is null)                as unobserved_accounts
from followed_account
group by all
