/*---
id: healthy_consumption.write_off_ratio
code: HC-06
title: {en: Write-off ratio (annualised), zh: 核销率（年化）}
definition:
  en: >-
    Amounts written off in the period, over the average outstanding balance, for a year: times twelve
    over the months of the period. The average is that of the month ends of the period and of the one
    before its first day, where it is loaded; written-off loans and balances at or below zero are not in
    it. The day of the write-off gives the period; each loan counts once however many month ends repeat
    it. The running period counts its month ends so far. Recoveries are not taken off. A write-off
    without an amount is counted apart.
  zh: >-
    期内核销金额除以平均贷款余额，按年折算（乘以12再除以期内月数）。平均余额取期内各月末及期初前一个月末（如有数据）的平均数，不含已核销及余额不大于零的贷款。
    以核销日定期间；同一贷款在多个月末重复列示的只计一次。未结束的期间按已有月末数折算。不扣除核销后收回。核销金额未记录的另行列数。
reading:
  en: >-
    0.03 is three per cent a year; a year's rate of a small group can pass 1. A lender writes off when its policy says so, so a rise can be housekeeping. It completes PAR90:
    what is written off has left that. A fast-growing portfolio dilutes it.
  zh: 0.03即年化3%；规模较小的分组年化后可能大于1。核销时点取决于机构政策，上升可能只是集中处置。应与PAR90并读：已核销的贷款已退出PAR90。组合快速增长会稀释本指标。
version: 1
direction: lower_is_better
serves: [credit_loss]
unit: ratio
measures:
  - name: ratio
    kind: ratio
    numerator: written_off_a_year
    denominator: balance_a_period
    n: loans
    numerator_n: written_off_loans
    cluster: cluster_id
    at_least: 0
  - name: written_off
    title: {en: Written off, zh: 核销金额}
    kind: amount
    unit: money
    direction: context
    numerator: written_off
    n: written_off_loans
  - name: without_amount
    title: {en: Write-offs without an amount, zh: 无核销金额的核销}
    kind: count
    unit: loan
    direction: context
    numerator: without_amount
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["IRIS:FP9717@5.3c", "IRIS:FP2630@5.3c", "CGAP:write-off-ratio@2003"]
needs: {loan_month: [balance, written_off_date]}
---*/
with period_months as (
    select
        loan_month_seen.period,
        count(distinct loan_month_seen.as_of_date)          as month_ends,
        count(distinct loan_month_seen.as_of_date) filter (
            where not loan_month_seen.is_opening
        )                                                   as months
    from loan_month_seen
    group by loan_month_seen.period
),

-- Later month ends repeat a write-off; a repetition may leave its amount out.
write_off as (
    select
        loan_month_seen.period,
        loan_month_seen.loan_id,
        loan_month_seen.written_off_date,
        loan_month_seen.cluster_id,
        loan_month_seen.product,
        loan_month_seen.channel,
        loan_month_seen.first_time,
        loan_month_seen.subsidised,
        loan_month_seen.province,
        loan_month_seen.area,
        loan_month_seen.gender,
        loan_month_seen.age_band,
        loan_month_seen.income_quintile,
        loan_month_seen.new_citizen,
        max(loan_month_seen.written_off_amount)             as written_off_amount
    from loan_month_seen
    where loan_month_seen.is_written_off
        and loan_month_seen.written_off_date
            between loan_month_seen.first_day and loan_month_seen.last_day
    group by all
),

-- Balances and write-offs in one list: both end in one row a period.
balance_or_write_off as (
    select
        loan_month_seen.period,
        loan_month_seen.loan_id,
        loan_month_seen.cluster_id,
        loan_month_seen.product,
        loan_month_seen.channel,
        loan_month_seen.first_time,
        loan_month_seen.subsidised,
        loan_month_seen.province,
        loan_month_seen.area,
        loan_month_seen.gender,
        loan_month_seen.age_band,
        loan_month_seen.income_quintile,
        loan_month_seen.new_citizen,
        false                                               as is_write_off,
        loan_month_seen.balance                             as owed,
        cast(null as decimal(18, 2))                        as written_off_amount
    from loan_month_seen
    where loan_month_seen.balance > 0
        and not loan_month_seen.is_written_off
    union all
    select
        write_off.period,
        write_off.loan_id,
        write_off.cluster_id,
        write_off.product,
        write_off.channel,
        write_off.first_time,
        write_off.subsidised,
        write_off.province,
        write_off.area,
        write_off.gender,
        write_off.age_band,
        write_off.income_quintile,
        write_off.new_citizen,
        true                                                as is_write_off,
        cast(null as decimal(18, 2))                        as owed,
        write_off.written_off_amount
    from write_off
),

-- A loan's month ends and write-offs of a period in one row: so loans are rows.
counted_loan as (
    select
        balance_or_write_off.period,
        balance_or_write_off.loan_id,
        balance_or_write_off.cluster_id,
        balance_or_write_off.product,
        balance_or_write_off.channel,
        balance_or_write_off.first_time,
        balance_or_write_off.subsidised,
        balance_or_write_off.province,
        balance_or_write_off.area,
        balance_or_write_off.gender,
        balance_or_write_off.age_band,
        balance_or_write_off.income_quintile,
        balance_or_write_off.new_citizen,
        period_months.month_ends,
        period_months.months,
        sum(balance_or_write_off.owed)                      as owed,
        sum(balance_or_write_off.written_off_amount)        as written_off_amount,
        count(balance_or_write_off.written_off_amount)      as write_offs,
        count(*) filter (
            where balance_or_write_off.is_write_off
                and balance_or_write_off.written_off_amount is null
        )                                                   as without_amount
    from balance_or_write_off
    join period_months
        on period_months.period = balance_or_write_off.period
    where period_months.months > 0
    group by all
)

-- (written off x 12 / months) / (sum of balances / month ends), without a division.
select
    period,
    coalesce(sum(12 * month_ends * written_off_amount), 0)  as written_off_a_year,
    coalesce(sum(months * owed), 0)                         as balance_a_period,
    count(*)                                                as loans,
    coalesce(sum(write_offs), 0)                            as written_off_loans,
    coalesce(sum(written_off_amount), 0)                    as written_off,
    coalesce(sum(without_amount), 0)                        as without_amount
from counted_loan
group by all
