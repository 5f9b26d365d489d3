/*---
id: subsidy.rate_relief
code: SUB-10
title: {en: Average rate relief, zh: 平均减负幅度}
definition:
  en: >-
    Approved subsidy on the claims for the period, of the balance that interest was charged on, in basis
    points a year: the subsidy, over each bill's opening balance times the days it ran, of 365 a year,
    for the subsidised loans and the bills that fell due in the quarter claimed for. Balances of bills
    rather than of month ends, so that money and time are those that the subsidy was computed on. Loans
    with a bill whose balance or days are not recorded are counted apart and stand in neither number, and
    so are loans with an undecided claim for that quarter.
  zh: >-
    对本期申报核准的贴息，按年折算占计息余额的比例（基点）：以核准贴息，除以获贴息贷款在申报所属季度内到期账单的期初余额×计息天数÷365。
    采用账单余额而非月末余额，使资金与时间口径与贴息计算一致。账单余额或天数缺失的贷款、当季申报尚未审定的贷款另行列数，分子分母均不计。
reading:
  en: Below 100 where a loan also paid for what does not count, ran interest-free, or half of its rate is less than one point.
  zh: 贷款中含不合格消费、含免息期或合同利率一半不足1个百分点时，低于100个基点。
version: 1
direction: higher_is_better
serves: [subsidy_reach]
unit: basis_point
measures:
  - name: relief
    kind: ratio
    numerator: relief
    denominator: balance_days
    n: loans
    cluster: cluster_id
    at_least: 0
  - name: unknown_loans
    title: {en: Loans left out as not known, zh: 因数据缺失或未审定未计入的贷款}
    kind: count
    unit: loan
    numerator: unknown_loans
    direction: lower_is_better
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time]
frameworks: ["GRI:G4-FS7"]
needs: {subsidy_claim: [approved], interest_bill: [opening_balance]}
rules: [cn_cost_of_credit.days_a_year]
---*/
with quarter_claim as (
    select
        subsidy_claim.loan_id,
        make_date(
            cast(substring(subsidy_claim.quarter, 1, 4) as integer),
            3 * cast(substring(subsidy_claim.quarter, 6, 1) as integer),
            1
        )                                                   as quarter_date,
        sum(subsidy_claim.approved)                         as approved,
        count(*) filter (where subsidy_claim.approved is null)
                                                            as undecided_claims
    from subsidy_claim
    group by subsidy_claim.loan_id, subsidy_claim.quarter
),

quarter_bill as (
    select
        interest_bill.loan_id,
        make_date(
            year(interest_bill.due_date), 3 * ((month(interest_bill.due_date) + 2) // 3), 1
        )                                                   as quarter_date,
        sum(
            interest_bill.opening_balance
                * date_diff('day', interest_bill.from_date, interest_bill.to_date)
        )                                                   as balance_days,
        count(*)                                            as bills,
        count(
            interest_bill.opening_balance
                * date_diff('day', interest_bill.from_date, interest_bill.to_date)
        )                                                   as known_bills
    from interest_bill
    group by all
),

relieved_loan as (
    select
        calendar_day.period,
        quarter_claim.loan_id,
        quarter_claim.approved,
        quarter_bill.balance_days,
        quarter_claim.approved > 0
            and quarter_claim.undecided_claims = 0
            and quarter_bill.bills = quarter_bill.known_bills
            and quarter_bill.balance_days > 0               as is_known,
        coalesce(quarter_claim.approved, 0) > 0
            or quarter_claim.undecided_claims > 0           as is_asked,
        cast(days_a_year.value as integer)                  as days_a_year,
        loan.product,
        loan.channel,
        loan_trait.first_time,
        coalesce(loan.borrower_id, quarter_claim.loan_id)   as cluster_id,
        borrower_period.province,
        borrower_period.area,
        borrower_period.gender,
        borrower_period.age_band,
        borrower_period.income_quintile,
        borrower_period.new_citizen
    from quarter_claim
    join calendar_day
        on calendar_day.day = quarter_claim.quarter_date
    left join quarter_bill
        on quarter_bill.loan_id = quarter_claim.loan_id
        and quarter_bill.quarter_date = quarter_claim.quarter_date
    left join rule_value as days_a_year
        on days_a_year.rule = 'cn_cost_of_credit.days_a_year'
        and quarter_claim.quarter_date
            between days_a_year.valid_from and days_a_year.valid_to
    left join loan
        on loan.loan_id = quarter_claim.loan_id
    left join loan_trait
        on loan_trait.loan_id = quarter_claim.loan_id
    left join borrower_period
        on borrower_period.borrower_id = loan.borrower_id
        and borrower_period.period = calendar_day.period
)

select
    period,
    -- Ten thousand basis points are one.
    sum(approved * 10000 * days_a_year) filter (where is_known)
                                                            as relief,
    sum(balance_days) filter (where is_known)               as balance_days,
    count(distinct loan_id) filter (where is_known)         as loans,
    count(distinct loan_id) filter (where is_asked and not coalesce(is_known, false))
                                                            as unknown_loans
from relieved_loan
group by all
