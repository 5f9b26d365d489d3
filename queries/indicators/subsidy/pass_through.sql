/*---
id: subsidy.pass_through
code: SUB-11
title: {en: Subsidy pass-through, zh: 贴息传导率}
definition:
  en: >-
    What the lender took off the bills due in the quarter claimed for, of what it claimed on the same
    loans, for the claims for the period. 1 says that customers got every yuan that was claimed; more says
    that more was deducted than claimed. A loan with a bill on which the deduction is not recorded is
    counted apart and stands in neither amount; a loan without any bill in the quarter got nothing.
    Deductions on loans that nobody claimed for are not in it.
  zh: >-
    对本期申报的贷款，申报所属季度内到期账单实际抵减的利息，与同一贷款申报金额之比。1表示申报的每一元均已惠及客户，大于1表示抵减多于申报。
    有账单未记录抵减额的贷款另行列数，分子分母均不计；当季无账单的贷款视为未抵减。未申报贷款的抵减不计入。
version: 1
direction: higher_is_better
serves: [subsidy_reach, subsidy_misuse]
unit: ratio
measures:
  - name: pass_through
    kind: ratio
    numerator: deducted
    denominator: claimed
    n: loans
    cluster: cluster_id
    at_least: 0
  - name: unknown_loans
    title: {en: Loans whose deduction is not recorded, zh: 抵减额未记录的贷款}
    kind: count
    unit: loan
    numerator: unknown_loans
    direction: lower_is_better
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time]
frameworks: ["GRI:201-4"]
needs: {subsidy_claim: [claimed], interest_bill: [subsidy_deducted]}
---*/
with quarter_claim as (
    select
        subsidy_claim.loan_id,
        make_date(
            cast(substring(subsidy_claim.quarter, 1, 4) as integer),
            3 * cast(substring(subsidy_claim.quarter, 6, 1) as integer),
            1
        )                                                   as quarter_date,
        sum(subsidy_claim.claimed)                          as claimed
    from subsidy_claim
    group by subsidy_claim.loan_id, subsidy_claim.quarter
),

quarter_bill as (
    select
        interest_bill.loan_id,
        make_date(
            year(interest_bill.due_date), 3 * ((month(interest_bill.due_date) + 2) // 3), 1
        )                                                   as quarter_date,
        sum(interest_bill.subsidy_deducted)                 as deducted,
        count(*) filter (where interest_bill.subsidy_deducted is null)
                                                            as unknown_bills
    from interest_bill
    group by all
),

passed_loan as (
    select
        calendar_day.period,
        quarter_claim.loan_id,
        quarter_claim.claimed,
        coalesce(quarter_bill.deducted, 0)                  as deducted,
        coalesce(quarter_bill.unknown_bills, 0) = 0         as is_known,
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
    sum(deducted) filter (where is_known)                   as deducted,
    sum(claimed) filter (where is_known)                    as claimed,
    count(distinct loan_id) filter (where is_known)         as loans,
    count(distinct loan_id) filter (where not is_known)     as unknown_loans
from passed_loan
group by all
