/*---
id: subsidy.beneficiaries
code: SUB-03
title: {en: Customers benefiting from the subsidy, zh: 贴息受益客户数}
definition:
  en: >-
    Borrowers with an approved interest subsidy above zero on the claims for the period, each counted
    once however many subsidised loans they hold. Loans without a borrower cannot be counted as
    persons. Borrowers without an
    approved claim and with an undecided one are counted apart; while none is decided there is no
    number.
  zh: 对本期的申报中核准贴息额大于零的借款人数，一人多笔只计一次。无借款人编号的贷款无法按人计数；无核准申报且有申报尚未审定的借款人另行列数；全部申报均未审定时不出数。
version: 1
direction: higher_is_better
serves: [subsidy_reach]
unit: person
measures:
  - {name: beneficiaries, kind: count, numerator: beneficiaries}
  - name: undecided
    title: {en: Customers with a claim still undecided, zh: 尚待审定的客户数}
    kind: count
    numerator: undecided
    direction: context
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["IRIS:PI4060@5.3c", "GRI:G4-FS7", "CN-TOPICS:social-contribution@2024-05"]
needs: {subsidy_claim: [claimed], loan: [borrower_id]}
moves: {subsidy_claim: 1, loan: 0, loan_month: 0, application: breakdowns, borrower: 0}
---*/
with claimed_borrower as (
    select
        claimed_loan.borrower_id,
        claimed_loan.period,
        -- One row per person, so the attributes of all their loans are the same.
        claimed_loan.province,
        claimed_loan.area,
        claimed_loan.gender,
        claimed_loan.age_band,
        claimed_loan.income_quintile,
        claimed_loan.new_citizen,
        count(*) filter (where claimed_loan.is_subsidised)  as subsidised_loans,
        count(*) filter (where claimed_loan.is_subsidised is null)
                                                            as undecided_loans
    from claimed_loan
    where claimed_loan.borrower_id is not null
    group by
        claimed_loan.borrower_id,
        claimed_loan.period,
        claimed_loan.province,
        claimed_loan.area,
        claimed_loan.gender,
        claimed_loan.age_band,
        claimed_loan.income_quintile,
        claimed_loan.new_citizen
)

select
    period,
    -- Null while no claim is decided: undecided is not unsubsidised.
    case when count(*) filter (where subsidised_loans > 0 or undecided_loans = 0) > 0
        then count(*) filter (where subsidised_loans > 0)
    end                                                     as beneficiaries,
    count(*) filter (where subsidised_loans = 0 and undecided_loans > 0)
                                                            as undecided
from claimed_borrower
group by all
