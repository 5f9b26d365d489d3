/*---
id: inclusion.conditional_rate_gap
code: INC-17
title: {en: Conditional rate gap between women and men, zh: 女性与男性的条件利率差异}
definition:
  en: >-
    By how many basis points a year loans to women disbursed in the period cost more (above zero)
    or less than loans to men that are alike in product, repayment method, channel, credit file at
    the decision, month of disbursement, principal (its logarithm) and term: the coefficient of
    least squares. The rate is the recomputed nominal rate, fees included. A blank of a named
    control is a group of its own. The interval lets spreads differ and the loans of one borrower
    move together. Beside it stands the raw gap, of the mean rates of the same loans. Compared are
    loans with a principal and a known rate to borrowers known to be women or men; the third number
    tells which share of all loans disbursed that is. The number of loans behind a gap is that of
    the smaller of the two. There are no breakdowns: a group would need a model of its own.
  zh: >-
    期内向女性发放的贷款,与产品、还款方式、渠道、审批时征信状态、放款月份、本金(取对数)及期限均相近的男性贷款相比,
    年化利率高(正)或低(负)多少个基点,即最小二乘系数。利率为计入费用的重算名义利率。控制变量空缺者自成一组。
    区间允许方差不等,同一借款人的贷款视为相关。并列示原始差异,即同一批贷款的平均利率之差。
    比较对象为性别已知为女或男、有本金且利率已知的贷款,第三项为其占全部发放贷款的比例。差异的样本数取两组中较小者的贷款笔数。
    不作分组:各组须另行建模。
reading:
  en: >-
    A gap near zero is no proof of equal treatment: a control may itself be the outcome of unequal
    treatment, as which product or channel is offered. A gap is no proof of unequal treatment: risk
    is known here by the credit file alone. Read raw and conditional gap together.
  zh: 差异接近零不能证明平等对待,控制变量(如推荐的产品或渠道)本身可能就是差别对待的结果;存在差异也不能证明差别对待,此处对风险的了解仅限于征信状态。原始差异与条件差异应一并阅读。
version: 1
direction: context
serves: [unequal_treatment, cost_of_credit]
unit: basis_point
measures:
  - name: conditional_gap
    kind: ratio
    numerator: conditional_cross
    denominator: conditional_square
    n: loans_of_the_smaller
    cluster: cluster_id
  - name: raw_gap
    title: {en: Raw rate gap between women and men, zh: 女性与男性的原始利率差异}
    kind: ratio
    numerator: raw_cross
    denominator: raw_square
    n: loans_of_the_smaller
    cluster: cluster_id
  - name: compared_share
    title: {en: Share of loans that are compared, zh: 纳入比较的贷款占比}
    unit: share
    kind: ratio
    numerator: compared_loans
    denominator: loans
    n: loans
breakdowns: []
frameworks: []
needs: {loan: [disbursed_at, principal], borrower: [gender]}
rules: [cn_cost_of_credit.days_a_year, cn_cost_of_credit.schedule_tolerance_days]
---*/
with compared_loan as (
    select
        new_loan.*,
        price_gap.is_female,
        price_gap.raw_cross,
        price_gap.raw_square,
        price_gap.conditional_cross,
        price_gap.conditional_square
    from new_loan
    left join price_gap
        on price_gap.loan_id = new_loan.loan_id
)

select
    period,
    sum(conditional_cross)                                  as conditional_cross,
    sum(conditional_square)                                 as conditional_square,
    sum(raw_cross)                                          as raw_cross,
    sum(raw_square)                                         as raw_square,
    least(
        count(*) filter (where is_female),
        count(*) filter (where not is_female)
    )                                                       as loans_of_the_smaller,
    count(is_female)                                        as compared_loans,
    count(*)                                                as loans
from compared_loan
group by all
