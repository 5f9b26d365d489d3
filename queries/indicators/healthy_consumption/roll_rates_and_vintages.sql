/*---
id: healthy_consumption.roll_rates_and_vintages
code: HC-28
title: {en: Roll rates and vintage curve, zh: 迁徙率与账龄曲线}
definition:
  en: >-
    Roll rates: of the balance that stood in a bucket of days past due at a month end (current, 1 to
    30, 31 to 60, 61 to 90), the share whose loan stands in a worse bucket, or is written off, at the
    next month end. All pairs of month ends whose second lies in the period are taken together,
    each balance as it stood at the first. A loan repaid by then is not worse; one without a
    record at the second month end, or with blank days past due there, is unknown with its balance.
    A balance whose days past due are blank at the first stands in no bucket. Vintages: of the loans
    disbursed in the period, the share that were ever more than 30 days past due or written off at a
    month end up to the third, sixth and twelfth after the month of disbursement. A loan that was not,
    and lacks a month end until then or until it was repaid, or has blank days past due at
    one, is unknown. A point of the curve has no number before its last month end is over.
  zh: >-
    迁徙率：上月末处于某逾期档（正常、1至30天、31至60天、61至90天）的余额中，次月末进入更差档次或已核销的占比。
    凡次月末落在期内的各对月末合并计算，余额取上月末值。次月末前已还清的不计为变差；次月末无记录或逾期天数为空的，按余额列为未知；
    上月末逾期天数为空的不归入任何一档。账龄：期内发放的贷款中，截至放款当月之后第3、6、12个月的月末，
    曾有月末逾期超过30天或已核销的笔数占比。未曾如此、但截至该月末或还清前缺少月末记录，或逾期天数为空的，列为未知。
    各点的最后一个月末到来之前不列示数值。
reading:
  en: >-
    What is late between two month ends and paid by the second is not seen. Recent vintages can be
    compared with earlier ones only at the same months on book.
  zh: 两个月末之间逾期但次月末前已还的不可见。不同放款期只能在相同账龄下比较。
version: 1
direction: lower_is_better
serves: [credit_loss]
unit: share
measures:
  - name: current_rolls
    title: {en: "Roll rate, current to late", zh: "迁徙率：正常至逾期"}
    kind: weighted_share
    numerator: current_worse
    denominator: current_known
    missing: current_unknown
    n: current_loans
    numerator_n: current_worse_loans
    cluster: cluster_id
  - name: first_rolls
    title: {en: "Roll rate, 1 to 30 days to worse", zh: "迁徙率：1至30天至更差"}
    kind: weighted_share
    numerator: first_worse
    denominator: first_known
    missing: first_unknown
    n: first_loans
    numerator_n: first_worse_loans
    cluster: cluster_id
  - name: second_rolls
    title: {en: "Roll rate, 31 to 60 days to worse", zh: "迁徙率：31至60天至更差"}
    kind: weighted_share
    numerator: second_worse
    denominator: second_known
    missing: second_unknown
    n: second_loans
    numerator_n: second_worse_loans
    cluster: cluster_id
  - name: third_rolls
    title: {en: "Roll rate, 61 to 90 days to worse", zh: "迁徙率：61至90天至更差"}
    kind: weighted_share
    numerator: third_worse
    denominator: third_known
    missing: third_unknown
    n: third_loans
    numerator_n: third_worse_loans
    cluster: cluster_id
  - name: late_by_3_months
    title: {en: "Ever 30+ days late by 3 months on book", zh: "账龄3个月曾逾期30天以上占比"}
    kind: share
    numerator: early_late
    denominator: early_known
    missing: early_unknown
    cluster: cluster_id
    follow_up_days: 92
  - name: late_by_6_months
    title: {en: "Ever 30+ days late by 6 months on book", zh: "账龄6个月曾逾期30天以上占比"}
    kind: share
    numerator: middle_late
    denominator: middle_known
    missing: middle_unknown
    cluster: cluster_id
    follow_up_days: 184
  - name: late_by_12_months
    title: {en: "Ever 30+ days late by 12 months on book", zh: "账龄12个月曾逾期30天以上占比"}
    kind: share
    numerator: mature_late
    denominator: mature_known
    missing: mature_unknown
    cluster: cluster_id
    follow_up_days: 366
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
needs: {loan_month: [balance, days_past_due]}
rules: [days_late_bucket.first, days_late_bucket.second, days_late_bucket.third, vintage.early_months, vintage.middle_months, vintage.mature_months, portfolio_at_risk.days_past_due]
---*/
-- Rolls and vintages side by side: each measure looks at its own rows.
with roll_or_vintage as (
    select
        month_roll.period,
        month_roll.cluster_id,
        month_roll.province,
        month_roll.area,
        month_roll.gender,
        month_roll.age_band,
        month_roll.income_quintile,
        month_roll.new_citizen,
        month_roll.product,
        month_roll.channel,
        month_roll.first_time,
        month_roll.subsidised,
        month_roll.bucket                                   as part,
        month_roll.balance,
        month_roll.is_worse                                 as is_late
    from month_roll
    union all
    select
        vintage_point.period,
        vintage_point.cluster_id,
        vintage_point.province,
        vintage_point.area,
        vintage_point.gender,
        vintage_point.age_band,
        vintage_point.income_quintile,
        vintage_point.new_citizen,
        vintage_point.product,
        vintage_point.channel,
        vintage_point.first_time,
        vintage_point.subsidised,
        vintage_point.point                                 as part,
        cast(null as decimal(18, 2))                        as balance,
        vintage_point.was_late                              as is_late
    from vintage_point
)

select
    period,
    coalesce(sum(balance) filter (where part = 'current' and is_late), 0)
                                                            as current_worse,
    coalesce(sum(balance) filter (where part = 'current' and is_late is not null), 0)
                                                            as current_known,
    coalesce(sum(balance) filter (where part = 'current' and is_late is null), 0)
                                                            as current_unknown,
    count(is_late) filter (where part = 'current')          as current_loans,
    count(*) filter (where part = 'current' and is_late)    as current_worse_loans,
    coalesce(sum(balance) filter (where part = 'first' and is_late), 0)
                                                            as first_worse,
    coalesce(sum(balance) filter (where part = 'first' and is_late is not null), 0)
                                                            as first_known,
    coalesce(sum(balance) filter (where part = 'first' and is_late is null), 0)
                                                            as first_unknown,
    count(is_late) filter (where part = 'first')            as first_loans,
    count(*) filter (where part = 'first' and is_late)      as first_worse_loans,
    coalesce(sum(balance) filter (where part = 'second' and is_late), 0)
                                                            as second_worse,
    coalesce(sum(balance) filter (where part = 'second' and is_late is not null), 0)
                                                            as second_known,
    coalesce(sum(balance) filter (where part = 'second' and is_late is null), 0)
                                                            as second_unknown,
    count(is_late) filter (where part = 'second')           as second_loans,
    count(*) filter (where part = 'second' and is_late)     as second_worse_loans,
    coalesce(sum(balance) filter (where part = 'third' and is_late), 0)
                                                            as third_worse,
    coalesce(sum(balance) filter (where part = 'third' and is_late is not null), 0)
                                                            as third_known,
    coalesce(sum(balance) filter (where part = 'third' and is_late is null), 0)
                                                            as third_unknown,
    count(is_late) filter (where part = 'third')            as third_loans,
    count(*) filter (where part = 'third' and is_late)      as third_worse_loans,
    count(*) filter (where part = 'early' and is_late)      as early_late,
    count(is_late) filter (where part = 'early')            as early_known,
    count(*) filter (where part = 'early' and is_late is null)
                                                            as early_unknown,
    count(*) filter (where part = 'middle' and is_late)     as middle_late,
    count(is_late) filter (where part = 'middle')           as middle_known,
    count(*) filter (where part = 'middle' and is_late is null)
                                                            as middle_unknown,
    count(*) filter (where part = 'mature' and is_late)     as mature_late,
    count(is_late) filter (where part = 'mature')           as mature_known,
    count(*) filter (where part = 'mature' and is_late is null)
                                                            as mature_unknown
from roll_or_vintage
group by all
