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
    counted apart. All incomes equal give 0. The interval takes borrowers as independent and lets both
    balances and ranks vary (Kakwani, Wagstaff and van Doorslaer 1997); equal incomes share the middle of
    their stretch of the concentration curve.
  zh: >-
    期末活跃且收入已知的借款人中，贷款余额按收入秩次的集中指数，即余额与分数秩次协方差的两倍除以平均余额（Kakwani、Wagstaff与van Doorslaer方法）。
    收入由低到高排序，收入相同者取平均秩次。0为均匀分布，大于0表示余额偏向较高收入者，小于0偏向较低收入者。收入未知者不参与排序与计算，另行列数；收入全部相同时为0。
    区间按Kakwani、Wagstaff与van Doorslaer（1997）计算，视各借款人相互独立，兼顾余额与秩次的抽样变动；收入相同者取集中曲线上该段的中点。
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
  - {name: index, kind: index, numerator: concentration, n: borrowers, low: concentration_low, high: concentration_high}
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
        cast(sum(active_borrower.balance) as decimal(18, 2)) as balance,
        sum(active_borrower.balance * active_borrower.balance)
                                                            as squares
    from active_borrower
    group by active_borrower.period, active_borrower.monthly_income
),

ranked_group as (
    select
        income_group.period,
        income_group.borrowers,
        income_group.balance,
        income_group.squares,
        income_group.monthly_income is not null             as is_known,
        -- With average ranks R, 2 R - 1 = 2 x those below + equals: whole numbers.
        cast(
            2 * coalesce(sum(income_group.borrowers) over (
                partition by income_group.period, income_group.monthly_income is null
                order by income_group.monthly_income
                rows between unbounded preceding and 1 preceding
            ), 0) + income_group.borrowers as bigint
        )                                                   as twice_rank,
        -- Twice the middle of the group's stretch of the concentration curve, in money.
        2 * coalesce(sum(income_group.balance) over (
            partition by income_group.period, income_group.monthly_income is null
            order by income_group.monthly_income
            rows between unbounded preceding and 1 preceding
        ), 0) + income_group.balance                        as twice_curve
    from income_group
),

-- 2 cov(y, R) / mean(y) = sum of y (2 R - 1) / (n x sum of y) - 1, from exact sums.
indexed_group as (
    select
        ranked_group.*,
        sum(borrowers) over (partition by period, is_known) as all_borrowers,
        sum(balance) over (partition by period, is_known)   as all_balance,
        sum(balance * twice_rank) over (partition by period, is_known)
            / nullif(
                sum(borrowers) over (partition by period, is_known)
                    * sum(balance) over (partition by period, is_known), 0
            ) - 1                                           as concentration
    from ranked_group
),

-- What one borrower adds to the index is a y + b; both are the same at equal incomes.
weighed_group as (
    select
        indexed_group.*,
        (twice_rank / all_borrowers - 1 - concentration)
            * all_borrowers / nullif(all_balance, 0)        as a,
        2 - twice_curve / nullif(all_balance, 0)            as b
    from indexed_group
),

spread_group as (
    select
        period,
        is_known,
        borrowers,
        concentration,
        all_borrowers,
        -- A decimal, because sums of floats differ from run to run.
        cast(a * a * squares + 2 * a * b * balance + b * b * borrowers as decimal(38, 9))
                                                            as spread
    from weighed_group
),

known_period as (
    select
        period,
        max(concentration) filter (where is_known)          as concentration,
        coalesce(sum(borrowers) filter (where is_known), 0) as borrowers,
        coalesce(sum(borrowers) filter (where not is_known), 0) as unknown_borrowers,
        sum(spread) filter (where is_known)                 as spread
    from spread_group
    group by period
),

bounded_period as (
    select
        known_period.*,
        -- 1.96, the normal quantile of a two-sided interval of 95 %.
        case
            when borrowers > 1 then 1.959963984540054 * sqrt(
                greatest(
                    spread / borrowers - (1 + concentration) * (1 + concentration), 0
                ) / borrowers
            )
        end                                                 as half_width
    from known_period
)

select
    period,
    max(concentration)                                      as concentration,
    max(concentration - half_width)                         as concentration_low,
    max(concentration + half_width)                         as concentration_high,
    max(borrowers)                                          as borrowers,
    max(unknown_borrowers)                                  as unknown_borrowers
from bounded_period
group by all
