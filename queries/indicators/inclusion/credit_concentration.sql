/*---
id: inclusion.credit_concentration
code: INC-18
title: {en: Concentration index of credit by income, zh: 按收入排序的信贷集中指数}
definition:
  en: >-
    Concentration index of the outstanding balance over income ranks, among the active borrowers at the
    period's last month end whose income is known: twice the covariance of balance and fractional rank,
    over the mean balance (Kakwani, Wagstaff and van Doorslaer). Rank 1 is the lowest income, and equal
    incomes share the average of their ranks. 0 is an even spread, above 0 the balance leans to higher
    incomes, below 0 to lower ones. Borrowers of unknown income are left out of ranks and sums and
    counted apart. All incomes equal give 0.
  zh: >-
    期末活跃且收入已知的借款人中，贷款余额按收入秩次的集中指数，即余额与分数秩次协方差的两倍除以平均余额（Kakwani、Wagstaff与van Doorslaer方法）。
    收入由低到高排序，收入相同者取平均秩次。0为均匀分布，大于0表示余额偏向较高收入者，小于0偏向较低收入者。收入未知者不参与排序与计算，另行列数；收入全部相同时为0。
reading:
  en: >-
    It ranks those who already owe, not the people who were refused or never asked. Higher incomes can
    carry larger loans: above 0 is not unfair by itself.
  zh: 仅对已有余额者排序，不含被拒绝或未申请者。较高收入可承受更多贷款，大于0并不必然意味着不公平。
version: 1
direction: context
serves: [access]
unit: ratio
measures:
  - {name: index, kind: index, numerator: concentration, n: borrowers}
  - {name: unknown_borrowers, title: {en: Borrowers of unknown income, zh: 收入未知的借款人}, kind: count, unit: person, numerator: unknown_borrowers}
frameworks: ["GRI:G4-FS14"]
needs: {loan_month: [balance], loan: [borrower_id], borrower: [monthly_income]}
---*/
-- Equal incomes share a rank, so incomes are ranked, not borrowers: there are far fewer.
with income_group as (
    select
        active_borrower.period,
        active_borrower.monthly_income,
        count(*)                                            as borrowers,
        cast(sum(active_borrower.balance) as decimal(18, 2)) as balance
    from active_borrower
    group by active_borrower.period, active_borrower.monthly_income
),

ranked_group as (
    select
        income_group.period,
        income_group.borrowers,
        income_group.balance,
        income_group.monthly_income is not null             as is_known,
        -- With average ranks R, 2 R - 1 = 2 x those below + equals: whole numbers.
        cast(
            2 * coalesce(sum(income_group.borrowers) over (
                partition by income_group.period, income_group.monthly_income is null
                order by income_group.monthly_income
                rows between unbounded preceding and 1 preceding
            ), 0) + income_group.borrowers as bigint
        )                                                   as twice_rank
    from income_group
)

-- 2 cov(y, R) / mean(y) = sum of y (2 R - 1) / (n x sum of y) - 1, from exact sums.
select
    period,
    sum(balance * twice_rank) filter (where is_known)
        / nullif(
            sum(borrowers) filter (where is_known) * sum(balance) filter (where is_known), 0
        ) - 1                                               as concentration,
    coalesce(sum(borrowers) filter (where is_known), 0)     as borrowers,
    coalesce(sum(borrowers) filter (where not is_known), 0) as unknown_borrowers
from ranked_group
group by all
