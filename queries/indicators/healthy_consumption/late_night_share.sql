/*---
id: healthy_consumption.late_night_share
code: HC-25
title: {en: Late-night borrowing share, zh: 深夜借款占比}
definition:
  en: >-
    Loans disbursed in the period between 00:00 and 05:59 local time, of all loans disbursed in it
    whose time of day is known. A time of exactly 00:00:00 is how a source writes a date without a
    time: such loans are unknown, not late-night.
  zh: 期内在当地时间00:00至05:59发放的贷款笔数，占放款时刻已知的贷款笔数的比例。时刻恰为00:00:00的，系来源仅有日期，列为未知，不计为深夜。
reading:
  en: >-
    It counts loans, not amounts. The time is that of disbursement; where loans are paid out in
    batches it says little about when the customer asked.
  zh: 按笔数计，不按金额计。以放款时刻为准，批量放款的机构不能据此推断客户申请时刻。
version: 1
direction: lower_is_better
serves: [over_indebtedness, conduct]
unit: share
measures:
  - {name: share, kind: share, numerator: late_night_loans, denominator: timed_loans, missing: untimed_loans, cluster: cluster_id}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
needs: {loan: [disbursed_at]}
moves: {loan: 1, application: 0, borrower: 0}
rules: [late_night.end_hour]
---*/
with timed_loan as (
    select
        new_loan.*,
        -- A loan without borrower moves alone.
        coalesce(new_loan.borrower_id, new_loan.loan_id)    as cluster_id,
        case
            when new_loan.disbursed_at > cast(new_loan.disbursed_date as timestamp)
                then hour(new_loan.disbursed_at) < end_hour.value
        end                                                 as is_late_night
    from new_loan
    left join rule_value as end_hour
        on end_hour.rule = 'late_night.end_hour'
        and new_loan.last_day between end_hour.valid_from and end_hour.valid_to
)

select
    period,
    count(*) filter (where is_late_night)                   as late_night_loans,
    count(is_late_night)                                    as timed_loans,
    count(*) filter (where is_late_night is null)           as untimed_loans
from timed_loan
group by all
