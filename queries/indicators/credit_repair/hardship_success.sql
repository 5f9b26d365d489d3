/*---
id: credit_repair.hardship_success
code: CR-07
title: {en: Hardship and restructuring success, zh: 纾困重组成功率}
definition:
  en: >-
    Hardship cases granted (an outcome that begins with granted), each in the period of the month end
    six months after the month of the decision (resolved_date, or opened_date where none is
    recorded), whose loan was 0 days past due and not written off at that month end, of the granted
    cases of which that is known. A loan written off by then has failed; one that ended with no
    balance at an earlier month end, 0 days past due, has succeeded. A case whose loan has no record
    at that month end nor such an end, or unknown days past due, is unknown. A loan restructured
    twice is two cases. Month ends after the day the data stand at are not yet judged. Beside it the
    share of cases granted, of those granted or declined with that month end in the period.
  zh: >-
    获批的纾困个案（结果以granted开头），以决定日（resolved_date，未记录的取opened_date）当月之后第六个月月末归期；
    该月末贷款逾期天数为0且未核销的，占可判断个案的比例。届时已核销的计为失败；较早月末余额已为零且逾期天数为0的视为结清，计为成功。
    该月末无记录且未见结清，或逾期天数不详的，列为未知。同一贷款两次重组计为两个个案。月末晚于数据日的暂不判断。
    并列示同期个案的批准占比（以批准或拒绝的个案为分母）。
reading:
  en: >-
    Current under new dates is not the old loan repaid: the relief itself makes it current. There is
    no comparison group.
  zh: 按新期限正常不等于原贷款已恢复，纾困本身即可使其正常；没有对照组。
version: 1
direction: higher_is_better
serves: [second_chance]
unit: share
measures:
  - name: current_after_6_months
    title: {en: Current six months after the grant, zh: 批准6个月后正常占比}
    kind: share
    numerator: current_cases
    denominator: observed_cases
    missing: unobserved_cases
    cluster: cluster_id
  - name: granted_share
    title: {en: Hardship requests granted, zh: 纾困批准率}
    kind: share
    direction: context
    numerator: granted_cases
    denominator: decided_cases
    missing: undecided_cases
    cluster: cluster_id
  - name: granted_cases
    title: {en: Hardship cases granted, zh: 批准纾困个案数}
    kind: count
    unit: account
    direction: context
    numerator: granted_cases
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["SASB:FN-CB-240a.2@2023-12"]
needs: {credit_repair_item: [outcome], loan_month: [days_past_due]}
rules: [hardship.months_after]
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
    cross join report_date
    join calendar_day
        on calendar_day.day = relief_case.outcome_date
        and relief_case.outcome_date <= report_date.data_date
    left join borrower_period
        on borrower_period.borrower_id = relief_case.borrower_id
        and borrower_period.period = calendar_day.period
    where relief_case.kind = 'hardship'
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
