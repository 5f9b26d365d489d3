/*---
id: healthy_consumption.risk_coverage
code: HC-07
title: {en: Risk coverage, zh: 拨备覆盖率}
definition:
  en: >-
    Loss allowance of all loans at the period's last month end, over the balance of loans more than 90
    days past due (PAR90). Where the lender states its non-performing loans of the five categories
    (esg_fact, metric npl_balance), the regulatory coverage, allowance over that balance, stands beside
    it, and the non-performing ratio, that balance over all outstanding. Loans written off by that day
    and balances at or below zero are out, with their allowance. A blank allowance is not zero: such
    loans are counted apart, and the coverage is then of what is recorded. Without a late balance there
    is no coverage, which is not a coverage of zero.
  zh: >-
    期内最后一个月末全部贷款的减值准备，除以逾期超过90天的贷款余额（PAR90）。机构填报五级分类不良贷款余额（esg_fact 表 npl_balance）的，
    另列监管口径拨备覆盖率（减值准备/不良贷款余额）及不良率（不良贷款余额/贷款余额）。截至该日已核销及余额不大于零的贷款连同其准备不计。
    减值准备为空不等于零，该类贷款另行列数，覆盖率仅反映已记录部分。无逾期90天以上余额时不计算，并非覆盖率为零。
reading:
  en: >-
    1 means that the allowance would pay for every late balance. It stands on all loans, late or not,
    as the expected-credit-loss standards ask. A high coverage can be prudence or expected loss.
  zh: 1表示减值准备足以覆盖全部逾期90天以上余额。减值准备按预期信用损失对全部贷款计提，覆盖率高可能是审慎，也可能是预期损失高。
version: 1
direction: higher_is_better
serves: [credit_loss]
unit: ratio
measures:
  - name: par90_coverage
    title: {en: Allowance over PAR90, zh: 减值准备对PAR90的覆盖率}
    kind: ratio
    numerator: allowance
    denominator: late_balance
    n: loans
    numerator_n: late_loans
    cluster: cluster_id
    at_least: 0
  - name: npl_coverage
    title: {en: Allowance over stated non-performing loans, zh: 拨备覆盖率（减值准备/不良贷款）}
    kind: ratio
    numerator: allowance
    denominator: npl_balance
    n: loans
  - name: npl_ratio
    title: {en: "Non-performing ratio, five categories, stated", zh: 五级分类不良率（填报）}
    kind: ratio
    unit: share
    direction: lower_is_better
    numerator: npl_balance
    denominator: balance
    n: loans
  - name: without_allowance
    title: {en: Loans without a recorded allowance, zh: 未记录减值准备的贷款}
    kind: count
    unit: loan
    direction: context
    numerator: without_allowance
frameworks: ["IRIS:FP2392@5.3c", "IRIS:FP6373@5.3c", "CGAP:risk-coverage@2003"]
needs: {loan_month: [balance, days_past_due, allowance]}
rules: [portfolio_at_risk.long_days_past_due]
---*/
with stated_npl as (
    select
        stated_fact.period,
        cast(stated_fact.stock as decimal(18, 2))           as npl_balance
    from stated_fact
    where stated_fact.metric = 'npl_balance'
),

owing_loan as (
    select
        loan_stock.*,
        -- A loan without borrower moves alone.
        coalesce(loan_stock.borrower_id, loan_stock.loan_id) as cluster_id,
        loan_stock.days_past_due > late_days.value          as is_late,
        stated_npl.npl_balance
    from loan_stock
    left join rule_value as late_days
        on late_days.rule = 'portfolio_at_risk.long_days_past_due'
        and loan_stock.last_day between late_days.valid_from and late_days.valid_to
    -- One row a period at most: a metric is stated once for it.
    left join stated_npl
        on stated_npl.period = loan_stock.period
    where loan_stock.balance > 0
        and not loan_stock.is_written_off
)

select
    period,
    sum(allowance)                                          as allowance,
    coalesce(sum(balance) filter (where is_late), 0)        as late_balance,
    max(npl_balance)                                        as npl_balance,
    sum(balance)                                            as balance,
    count(*)                                                as loans,
    count(*) filter (where is_late)                         as late_loans,
    count(*) filter (where allowance is null)               as without_allowance
from owing_loan
group by all
