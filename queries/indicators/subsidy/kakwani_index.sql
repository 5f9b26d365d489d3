/*---
id: subsidy.kakwani_index
code: SUB-09
title: {en: Kakwani index of the subsidy, zh: 贴息累进性指数（Kakwani）}
definition:
  en: >-
    Concentration index of the approved subsidy over income ranks, less the Gini index of income, over
    the borrowers with known income who are active at the period's last month end or were subsidised in
    the period. Equal incomes share the average of their ranks; borrowers without a claim got nothing.
    Below zero the subsidy is spread more to the poor than income is; below minus Gini (a concentration
    index below zero) the poor get more yuan than the rich. Borrowers with nothing approved and a claim
    undecided are left out of ranks and sums, and so are those of unknown income.
  zh: >-
    以收入排序的贴息集中指数减去收入基尼系数。范围为收入已知且期末活跃或本期获贴息的借款人；收入相同者取平均秩次；无申报者贴息为零。
    小于零表示贴息分布较收入更偏向低收入者；集中指数小于零时，低收入者所获金额更多。无核准额且有申报未审定者、收入未知者均不参与排序与计算。
reading:
  en: It ranks this lender's customers, who are not the population, by incomes that are mostly declared or modelled.
  zh: 排序对象为本机构客户而非全体居民，收入多为自述或模型估计。
version: 1
direction: lower_is_better
serves: [subsidy_reach]
unit: ratio
measures:
  - {name: index, kind: index, numerator: kakwani, n: borrowers}
  - {name: concentration, title: {en: Concentration index of the subsidy, zh: 贴息集中指数}, kind: index, numerator: concentration, n: borrowers}
  - {name: gini, title: {en: Gini index of income, zh: 收入基尼系数}, kind: index, numerator: gini, n: borrowers, direction: context}
  - {name: unknown, title: {en: Borrowers left out as not known, zh: 因未知未计入的借款人}, kind: count, unit: person, numerator: unknown_borrowers}
frameworks: ["GRI:G4-FS7"]
needs:
  subsidy_claim: [approved]
  loan: [borrower_id]
  loan_month: [balance]
  borrower: [monthly_income]
---*/
with claimed_borrower as (
    select
        claimed_loan.borrower_id,
        claimed_loan.period,
        coalesce(sum(claimed_loan.approved), 0)             as approved,
        count(*) filter (where claimed_loan.is_subsidised is null)
                                                            as undecided_loans
    from claimed_loan
    where claimed_loan.borrower_id is not null
    group by claimed_loan.borrower_id, claimed_loan.period
),

decided_period as (
    select distinct claimed_loan.period
    from claimed_loan
    where claimed_loan.is_subsidised is not null
),

named_borrower as (
    select borrower_id, period from active_borrower
    union
    select borrower_id, period from claimed_borrower where approved > 0
),

asked_borrower as (
    select
        named_borrower.borrower_id,
        named_borrower.period,
        borrower_period.monthly_income,
        coalesce(claimed_borrower.approved, 0)              as approved,
        borrower_period.monthly_income is null
            or (
                coalesce(claimed_borrower.approved, 0) = 0
                and coalesce(claimed_borrower.undecided_loans, 0) > 0
            )                                               as is_unknown
    from named_borrower
    join decided_period
        on decided_period.period = named_borrower.period
    left join claimed_borrower
        on claimed_borrower.borrower_id = named_borrower.borrower_id
        and claimed_borrower.period = named_borrower.period
    left join borrower_period
        on borrower_period.borrower_id = named_borrower.borrower_id
        and borrower_period.period = named_borrower.period
),

-- With average ranks R, 2 R - 1 = 2 x first rank + equals - 2: whole numbers.
ranked_borrower as (
    select
        asked_borrower.*,
        case when not is_unknown then
            2 * rank() over (partition by period, is_unknown order by monthly_income)
                + count(*) over (partition by period, is_unknown, monthly_income) - 2
        end                                                 as twice_rank
    from asked_borrower
),

-- C = sum of y (2 R - 1) / (n x sum of y) - 1, from exact sums.
summed as (
    select
        period,
        count(twice_rank)                                   as borrowers,
        count(*) - count(twice_rank)                        as unknown_borrowers,
        sum(approved * twice_rank)
            / nullif(count(twice_rank) * sum(approved) filter (where not is_unknown), 0)
            - 1                                             as concentration,
        sum(monthly_income * twice_rank)
            / nullif(count(twice_rank) * sum(monthly_income) filter (where not is_unknown), 0)
            - 1                                             as gini
    from ranked_borrower
    group by period
)

select
    period,
    max(concentration - gini)                               as kakwani,
    max(concentration)                                      as concentration,
    max(gini)                                               as gini,
    max(borrowers)                                          as borrowers,
    max(unknown_borrowers)                                  as unknown_borrowers
from summed
group by all
