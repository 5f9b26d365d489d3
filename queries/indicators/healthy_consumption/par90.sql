/*---
id: healthy_consumption.par90
code: HC-05
title: {en: Portfolio at risk > 90 days (PAR90), zh: 逾期90天以上贷款余额占比（PAR90）}
definition:
  en: >-
    Outstanding balance of loans more than 90 days past due at the period's last month end, of the
    balance of all loans whose days past due are known; the whole balance counts, not the arrears
    alone. Restructured loans go by their days past due here, unlike PAR30. Loans written off by that
    day and balances at or below zero are in neither number; a balance without days past due is
    unknown. This is not the five-category non-performing ratio (不良率), which rests on the lender's own
    classification: it stands with the risk coverage (HC-07), where it is stated.
  zh: >-
    期内最后一个月末逾期超过90天的贷款余额，占逾期天数已知的全部贷款余额的比例，按整笔余额计。与PAR30不同，重组贷款仅按逾期天数判定。
    截至该日已核销的贷款及余额不大于零的贷款均不计；逾期天数不详的余额列为未知。本指标不是五级分类不良率，后者以机构分类认定为准，填报时与拨备覆盖率（HC-07）一并列示。
reading:
  en: >-
    Early write-offs keep it low: read it with the write-off ratio. Comparison with a published
    non-performing ratio needs both to be defined alike.
  zh: 核销越早，本指标越低，应与核销率并读。与公开披露的不良率比较时须核对口径。
version: 1
direction: lower_is_better
serves: [credit_loss, over_indebtedness]
unit: share
measures:
  - name: share
    kind: weighted_share
    numerator: late_balance
    denominator: known_balance
    missing: unknown_balance
    n: known_loans
    numerator_n: late_loans
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["IRIS:FP6373@5.3c", "IRIS:FP2630@5.3c"]
needs: {loan_month: [balance, days_past_due]}
moves: {loan_month: balance, loan: 0, application: breakdowns, borrower: 0}
rules: [portfolio_at_risk.long_days_past_due]
---*/
with owing_loan as (
    select
        loan_stock.*,
        -- A loan without borrower moves alone.
        coalesce(loan_stock.borrower_id, loan_stock.loan_id) as cluster_id,
        loan_stock.days_past_due > late_days.value          as is_late
    from loan_stock
    left join rule_value as late_days
        on late_days.rule = 'portfolio_at_risk.long_days_past_due'
        and loan_stock.last_day between late_days.valid_from and late_days.valid_to
    where loan_stock.balance > 0
        and not loan_stock.is_written_off
)

select
    period,
    coalesce(sum(balance) filter (where is_late), 0)        as late_balance,
    coalesce(sum(balance) filter (where is_late is not null), 0)
                                                            as known_balance,
    coalesce(sum(balance) filter (where is_late is null), 0)
                                                            as unknown_balance,
    count(*) filter (where is_late)                         as late_loans,
    count(is_late)                                          as known_loans
from owing_loan
group by all
