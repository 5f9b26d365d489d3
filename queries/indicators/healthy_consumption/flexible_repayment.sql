/*---
id: healthy_consumption.flexible_repayment
code: HC-27
title: {en: Flexible repayment and its outcome, zh: 柔性还款使用与效果}
definition:
  en: >-
    Requests for flexible repayment (a changed due date, grace, an extension, a plan) by the period
    of the decision: resolved_date, or opened_date where none is recorded. Granted is an outcome
    that starts with granted; the share granted is of those granted or declined, other and blank
    outcomes are unknown. Of the granted ones, current 90 days later are those whose loan is 0 days
    past due and not written off at the month end three months after the month of the decision (89
    to 122 days later). A loan written off by then is not current; one that ended with no balance at
    an earlier month end, 0 days past due, is. Loans whose last record by then is neither of that
    day nor such an end, or has unknown days past due, are unknown. A period shows
    no share of the current before the last of its outcomes can be read.
  zh: >-
    柔性还款（调整还款日、宽限、展期、分期方案）申请，按决定日（resolved_date，未记录的取opened_date）归期。
    结果以granted开头的为批准；批准率=批准/（批准+拒绝），其他及空白结果列为未知。批准个案中，决定当月之后第三个月月末
    （即89至122天后）贷款逾期天数为0且未核销的，计为90天后正常；届时已核销的计为不正常；较早月末余额已为零且逾期天数为0的视为结清，计为正常。
    当日无月末记录且未见结清，或逾期天数不详的，列为未知。本期全部结果可观察之前，不列示批准90天后正常占比。
reading:
  en: >-
    Current after relief may owe to the relief itself, as when the due date was moved beyond the day
    of observation. There is no comparison group: it does not show that relief causes recovery.
  zh: 纾困后正常可能只是还款日被推后的结果；没有对照组，不能说明柔性还款带来了还款恢复。
version: 1
direction: higher_is_better
serves: [over_indebtedness, second_chance]
unit: share
measures:
  - name: current_after_90_days
    title: {en: Current 90 days after the grant, zh: 批准90天后正常占比}
    kind: share
    numerator: current_cases
    denominator: observed_cases
    missing: unobserved_cases
    cluster: cluster_id
    follow_up_days: 92
  - name: granted_share
    title: {en: Requests granted, zh: 柔性还款批准率}
    kind: share
    direction: context
    numerator: granted_cases
    denominator: decided_cases
    missing: undecided_cases
    cluster: cluster_id
  - name: granted_cases
    title: {en: Flexible repayments granted, zh: 柔性还款批准户数}
    kind: count
    unit: account
    direction: context
    numerator: granted_cases
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["SASB:FN-CB-240a.2@2023-12"]
needs: {credit_repair_item: [outcome], loan_month: [days_past_due]}
rules: [flexible_repayment.months_after]
---*/
with placed_case as (
    select
        relief_case.*,
        calendar_day.period,
        relief_case.subsidised_from_date <= calendar_day.last_day as subsidised,
        borrower_period.province,
        borrower_period.area,
        borrower_period.gender,
        borrower_period.age_band,
        borrower_period.income_quintile,
        borrower_period.new_citizen
    from relief_case
    join calendar_day
        on calendar_day.day = relief_case.decided_date
    left join borrower_period
        on borrower_period.borrower_id = relief_case.borrower_id
        and borrower_period.period = calendar_day.period
    where relief_case.kind = 'flexible_repayment'
)

select
    period,
    count(*) filter (where is_granted)                      as granted_cases,
    count(is_granted)                                       as decided_cases,
    count(*) filter (where is_granted is null)              as undecided_cases,
    count(*) filter (where is_granted and is_current)       as current_cases,
    count(is_current) filter (where is_granted)             as observed_cases,
    count(*) filter (where is_granted and is_current is null)
                                                            as unobserved_cases
from placed_case
group by all
