/*---
id: healthy_consumption.par30
code: HC-04
title: {en: Portfolio at risk > 30 days (PAR30), zh: 逾期30天以上风险贷款占比（PAR30）}
definition:
  en: >-
    Outstanding balance of loans that are more than 30 days past due or restructured at the
    period's last month end, of the outstanding balance of all loans. A loan that is both counts
    once, and the whole balance counts, not the arrears alone. Loans written off on or before that
    day are in neither number, nor are balances at or below zero: an overpaid loan does not offset
    another. A blank restructuring flag is read as not restructured. Loans whose days past due are
    not known, and which are not restructured, are unknown with their balance.
  zh: >-
    期内最后一个月末逾期超过30天或已重组贷款的余额，占全部贷款余额的比例。既逾期又重组的只计一次，按整笔余额计，
    不只计逾期部分。截至该日已核销的贷款分子分母均不计，余额为零或负（溢缴）的贷款亦不计。重组标志为空视为未重组；
    逾期天数不详且未重组的贷款，其余额列为未知。
reading:
  en: >-
    A fall can come from cures, from write-offs or from fast growth of new loans: read it beside the
    write-off ratio and the cure rate. It is not the five-category non-performing ratio.
  zh: 下降可能来自逾期转正常、核销，也可能只是新增贷款快速增长，应与核销率、逾期转正常率并读。本指标不是五级分类不良率。
version: 1
direction: lower_is_better
serves: [credit_loss, over_indebtedness]
unit: share
measures:
  - name: share
    kind: weighted_share
    numerator: at_risk_balance
    denominator: known_balance
    missing: unknown_balance
    n: known_loans
    numerator_n: at_risk_loans
    cluster: cluster_id
  - name: outstanding
    title: {en: Outstanding loan balance, zh: 贷款余额}
    kind: amount
    unit: money
    direction: context
    numerator: outstanding_balance
    n: loans
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["IRIS:FP2635@5.3c", "IRIS:FP2630@5.3c", "CGAP:PAR30@2003"]
needs: {loan_month: [balance, days_past_due]}
moves: {loan_month: balance, loan: 0, application: breakdowns, borrower: 0}
rules: [portfolio_at_risk.days_past_due]
---*/
with owing_loan as (
    select
        loan_stock.*,
        -- A loan without borrower moves alone.
        coalesce(loan_stock.borrower_id, loan_stock.loan_id) as cluster_id,
        coalesce(loan_stock.is_restructured, false)
            or loan_stock.days_past_due > late_days.value   as is_at_risk
    from loan_stock
    left join rule_value as late_days
        on late_days.rule = 'portfolio_at_risk.days_past_due'
        and loan_stock.last_day between late_days.valid_from and late_days.valid_to
    where loan_stock.balance > 0
        and not loan_stock.is_written_off
)

select
    period,
    coalesce(sum(balance) filter (where is_at_risk), 0)     as at_risk_balance,
    coalesce(sum(balance) filter (where is_at_risk is not null), 0)
                                                            as known_balance,
    coalesce(sum(balance) filter (where is_at_risk is null), 0)
                                                            as unknown_balance,
    sum(balance)                                            as outstanding_balance,
    count(*) filter (where is_at_risk)                      as at_risk_loans,
    count(*) filter (where is_at_risk is not null)          as known_loans,
    count(*)                                                as loans
from owing_loan
group by all
