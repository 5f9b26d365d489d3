/*---
id: subsidy.targeting_index
code: SUB-08
title: {en: Targeting index (CGH), zh: 瞄准指数（CGH）}
definition:
  en: >-
    Share of the approved subsidy that went to the two lowest income quintiles (SUB-07), over the share
    of active borrowers with known income who stand in them, after Coady, Grosh and Hoddinott. The
    latter is 40 % where incomes differ, and less where the line falls among equal incomes; the share
    found is used, not the nominal one. 1 is an even spread. Subsidy to borrowers of unknown income
    stands in neither.
  zh: >-
    收入最低两个五分位借款人的贴息份额（SUB-07），除以其占收入已知的活跃借款人的比例（Coady、Grosh与Hoddinott方法）。收入互不相同时该比例为40%,
    收入线落在相同收入上时小于40%，按实际比例计算。1表示均匀分布。收入未知者所获贴息不计入。
reading:
  en: >-
    Subsidised loans are those of people who borrow to buy: below 1 can mean that better-off customers
    borrow more, not that the rule favours them.
  zh: 小于1可能只是收入较高的客户借款更多，并不表示规则偏向他们。
version: 1
direction: higher_is_better
serves: [subsidy_reach]
unit: ratio
measures:
  - name: index
    kind: ratio
    numerator: low_income_part
    denominator: even_part
    n: beneficiaries
    cluster: cluster_id
    at_least: 0
frameworks: ["GRI:G4-FS7"]
needs:
  subsidy_claim: [approved]
  loan: [borrower_id]
  loan_month: [balance]
  borrower: [monthly_income]
---*/
with subsidised_loan as (
    select
        claimed_loan.period,
        claimed_loan.cluster_id,
        claimed_loan.approved,
        low_income_line.borrowers,
        low_income_line.low_income_borrowers,
        claimed_loan.monthly_income <= low_income_line.low_income_to
                                                            as is_low_income
    from claimed_loan
    left join low_income_line
        on low_income_line.period = claimed_loan.period
    where claimed_loan.is_subsidised
)

-- (low / known) / (low borrowers / borrowers), in whole numbers: both are multiplied up.
select
    period,
    coalesce(sum(approved * borrowers) filter (where is_low_income), 0)
                                                            as low_income_part,
    sum(approved * low_income_borrowers) filter (where is_low_income is not null)
                                                            as even_part,
    count(distinct cluster_id) filter (where is_low_income is not null)
                                                            as beneficiaries
from subsidised_loan
group by all
