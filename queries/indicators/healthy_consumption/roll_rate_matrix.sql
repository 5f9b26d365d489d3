/*---
id: healthy_consumption.roll_rate_matrix
code: HC-28
title: {en: Roll-rate matrix, zh: 迁徙矩阵}
definition:
  en: >-
    Of the loans that owed a balance at a month end, where they stand at the next: current, 1 to 30, 31 to
    60, 61 to 90 or more than 90 days past due, repaid, or written off. By bucket of days past due at the
    first month end (breakdown late_bucket) it is the full matrix: each row adds up to 1, once by balance as
    it stood at the first month end and once by number of loans. All pairs of month ends whose second lies
    in the period are taken together, so that a loan stands in a quarter up to three times. A loan without a
    record or with blank days past due at the second month end is unknown, as is one whose days past due
    are blank at the first; loans written off by the first are left out.
  zh: >-
    月末有余额的贷款在次月末所处状态：正常、逾期1至30天、31至60天、61至90天、90天以上、已还清或已核销。
    按上月末逾期档分组（late_bucket）即为完整迁徙矩阵，各行合计为1，分别按上月末余额和笔数列示。
    凡次月末落在期内的各对月末合并计算，一笔贷款在一个季度内最多计三次。次月末无记录或逾期天数为空、以及上月末逾期天数为空的，列为未知；上月末已核销的不计。
reading:
  en: >-
    A balance that moved two buckets or more within a month points to dates that were recorded late. What
    is late between two month ends and paid by the second is not seen. Roll rates with their intervals
    stand in the indicator of roll rates and the vintage curve.
  zh: 一个月内跨越两档及以上，多为日期补录所致。两个月末之间逾期但次月末前已还的不可见。带置信区间的迁徙率见“迁徙率与账龄曲线”。
version: 1
direction: context
unit: share
measures:
  - name: to_current
    title: {en: "Balance that is current at the next month end", zh: 余额次月末为正常的占比}
    kind: ratio
    numerator: balance_current
    denominator: known_balance
    missing: unknown_balance
    n: known_loans
    numerator_n: loans_current
    part_of: balance
  - name: to_first
    title: {en: "Balance that is 1 to 30 days late at the next month end", zh: 余额次月末为逾期1至30天的占比}
    kind: ratio
    numerator: balance_first
    denominator: known_balance
    missing: unknown_balance
    n: known_loans
    numerator_n: loans_first
    part_of: balance
  - name: to_second
    title: {en: "Balance that is 31 to 60 days late at the next month end", zh: 余额次月末为逾期31至60天的占比}
    kind: ratio
    numerator: balance_second
    denominator: known_balance
    missing: unknown_balance
    n: known_loans
    numerator_n: loans_second
    part_of: balance
  - name: to_third
    title: {en: "Balance that is 61 to 90 days late at the next month end", zh: 余额次月末为逾期61至90天的占比}
    kind: ratio
    numerator: balance_third
    denominator: known_balance
    missing: unknown_balance
    n: known_loans
    numerator_n: loans_third
    part_of: balance
  - name: to_worst
    title: {en: "Balance that is more than 90 days late at the next month end", zh: 余额次月末为逾期90天以上的占比}
    kind: ratio
    numerator: balance_worst
    denominator: known_balance
    missing: unknown_balance
    n: known_loans
    numerator_n: loans_worst
    part_of: balance
  - name: to_repaid
    title: {en: "Balance that is repaid at the next month end", zh: 余额次月末为已还清的占比}
    kind: ratio
    numerator: balance_repaid
    denominator: known_balance
    missing: unknown_balance
    n: known_loans
    numerator_n: loans_repaid
    part_of: balance
  - name: to_written_off
    title: {en: "Balance that is written off at the next month end", zh: 余额次月末为已核销的占比}
    kind: ratio
    numerator: balance_written_off
    denominator: known_balance
    missing: unknown_balance
    n: known_loans
    numerator_n: loans_written_off
    part_of: balance
  - name: loans_to_current
    title: {en: "Loans that are current at the next month end", zh: 笔数次月末为正常的占比}
    kind: share
    numerator: loans_current
    denominator: known_loans
    missing: unknown_loans
    part_of: loans
  - name: loans_to_first
    title: {en: "Loans that are 1 to 30 days late at the next month end", zh: 笔数次月末为逾期1至30天的占比}
    kind: share
    numerator: loans_first
    denominator: known_loans
    missing: unknown_loans
    part_of: loans
  - name: loans_to_second
    title: {en: "Loans that are 31 to 60 days late at the next month end", zh: 笔数次月末为逾期31至60天的占比}
    kind: share
    numerator: loans_second
    denominator: known_loans
    missing: unknown_loans
    part_of: loans
  - name: loans_to_third
    title: {en: "Loans that are 61 to 90 days late at the next month end", zh: 笔数次月末为逾期61至90天的占比}
    kind: share
    numerator: loans_third
    denominator: known_loans
    missing: unknown_loans
    part_of: loans
  - name: loans_to_worst
    title: {en: "Loans that are more than 90 days late at the next month end", zh: 笔数次月末为逾期90天以上的占比}
    kind: share
    numerator: loans_worst
    denominator: known_loans
    missing: unknown_loans
    part_of: loans
  - name: loans_to_repaid
    title: {en: "Loans that are repaid at the next month end", zh: 笔数次月末为已还清的占比}
    kind: share
    numerator: loans_repaid
    denominator: known_loans
    missing: unknown_loans
    part_of: loans
  - name: loans_to_written_off
    title: {en: "Loans that are written off at the next month end", zh: 笔数次月末为已核销的占比}
    kind: share
    numerator: loans_written_off
    denominator: known_loans
    missing: unknown_loans
    part_of: loans
breakdowns: [late_bucket, province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
serves: [credit_loss]
needs: {loan_month: [balance, days_past_due]}
rules: [days_late_bucket.first, days_late_bucket.second, days_late_bucket.third]
---*/
with rolling_loan as (
    select
        month_roll.*,
        month_roll.bucket                                   as late_bucket,
        -- From where it came must be known as well.
        case when month_roll.bucket is not null then month_roll.next_no end
                                                            as end_no
    from month_roll
)

select
    period,
    coalesce(sum(balance) filter (where end_no = 0), 0)     as balance_current,
    count(*) filter (where end_no = 0)                      as loans_current,
    coalesce(sum(balance) filter (where end_no = 1), 0)     as balance_first,
    count(*) filter (where end_no = 1)                      as loans_first,
    coalesce(sum(balance) filter (where end_no = 2), 0)     as balance_second,
    count(*) filter (where end_no = 2)                      as loans_second,
    coalesce(sum(balance) filter (where end_no = 3), 0)     as balance_third,
    count(*) filter (where end_no = 3)                      as loans_third,
    coalesce(sum(balance) filter (where end_no = 4), 0)     as balance_worst,
    count(*) filter (where end_no = 4)                      as loans_worst,
    coalesce(sum(balance) filter (where end_no = 5), 0)     as balance_repaid,
    count(*) filter (where end_no = 5)                      as loans_repaid,
    coalesce(sum(balance) filter (where end_no = 6), 0)     as balance_written_off,
    count(*) filter (where end_no = 6)                      as loans_written_off,
    coalesce(sum(balance) filter (where end_no is not null), 0)
                                                            as known_balance,
    coalesce(sum(balance) filter (where end_no is null), 0) as unknown_balance,
    count(end_no)                                           as known_loans,
    count(*) filter (where end_no is null)                  as unknown_loans
from rolling_loan
group by all
