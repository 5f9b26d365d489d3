/*---
id: healthy_consumption.weighted_apr
code: HC-13
title: {en: Weighted average annual rate and share above the limit, zh: 加权平均年化利率及超上限占比}
definition:
  en: >-
    Contract rate of loans disbursed in the period, weighted by principal. The quoted rate of a
    flat-fee loan is its fee on the first principal, not an annual rate: there the disclosed annual
    cost takes its place, and without one the loan's rate is unknown. The share above the limit is
    the principal of loans whose annual cost exceeds the limit on new personal loans in force on the
    day of disbursement, of all principal whose annual cost is known. The annual cost is the
    disclosed one, else the contract rate (never that of a flat-fee loan). A cost equal to the limit
    is within it. Where no limit was in force, the principal is unknown.
  zh: >-
    期内发放贷款的合同利率按本金加权平均。按首期本金收取固定手续费的贷款，其报价不是年化利率，改用明示的年化综合成本，
    未明示的列为未知。超上限占比=年化成本超过放款日有效上限的贷款本金/年化成本已知的贷款本金。年化成本取明示值，
    未明示的取合同利率（固定手续费贷款除外）；恰等于上限不算超限。放款日尚无上限的本金列为未知。
reading:
  en: >-
    A contract rate leaves fees out, so a loan judged by it alone may cost more than it shows; a
    purchase repaid in its interest-free days costs less, yet weighs with its contract rate. The
    disclosed cost is taken as stated, not recomputed. The limit is read from supervisory documents,
    some of them guidance: see the rule's citation and evidence level.
  zh: 合同利率不含费用，仅凭合同利率判断的贷款实际成本可能更高；免息期内还清的消费实际成本更低，但仍按合同利率计入。明示成本按填报值采用，未重新测算。上限依据监管文件，部分属窗口指导，见规则的出处与证据等级。
version: 1
direction: lower_is_better
serves: [cost_of_credit]
unit: share
measures:
  - name: weighted_rate
    title: {en: Principal-weighted annual rate, zh: 本金加权平均年化利率}
    kind: mean
    numerator: principal_times_rate
    denominator: rated_principal
    n: rated_loans
    cluster: cluster_id
    at_least: 0
  - name: above_limit_share
    title: {en: Share of principal above the cost limit, zh: 年化成本超上限的本金占比}
    kind: weighted_share
    numerator: principal_above_limit
    denominator: judged_principal
    missing: unjudged_principal
    n: judged_loans
    numerator_n: loans_above_limit
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["IRIS:PI7467@5.3c", "SASB:FN-CF-270a.3@2023-12"]
needs: {loan: [disbursed_at, principal, contract_rate]}
rules: [cn_cost_of_credit.limit_bank]
---*/
with priced_loan as (
    select
        new_loan.*,
        -- A loan without borrower moves alone.
        coalesce(new_loan.borrower_id, new_loan.loan_id)    as cluster_id,
        case
            when new_loan.repayment_method = 'flat_fee' then new_loan.disclosed_annual_cost
            else new_loan.contract_rate
        end                                                 as annual_rate,
        case
            when new_loan.repayment_method = 'flat_fee' then new_loan.disclosed_annual_cost
            else coalesce(new_loan.disclosed_annual_cost, new_loan.contract_rate)
        end                                                 as annual_cost,
        cast(cost_limit.value as decimal(9, 6))             as cost_limit
    from new_loan
    -- The limit of the day of disbursement: a later one does not reach back.
    left join rule_value as cost_limit
        on cost_limit.rule = 'cn_cost_of_credit.limit_bank'
        and new_loan.disbursed_date
            between cost_limit.valid_from and cost_limit.valid_to
    where new_loan.principal > 0
),

judged_loan as (
    select
        priced_loan.*,
        priced_loan.annual_cost > priced_loan.cost_limit    as is_above_limit
    from priced_loan
)

select
    period,
    coalesce(sum(principal * annual_rate), 0)               as principal_times_rate,
    coalesce(sum(principal) filter (where annual_rate is not null), 0)
                                                            as rated_principal,
    count(annual_rate)                                      as rated_loans,
    coalesce(sum(principal) filter (where is_above_limit), 0)
                                                            as principal_above_limit,
    coalesce(sum(principal) filter (where is_above_limit is not null), 0)
                                                            as judged_principal,
    coalesce(sum(principal) filter (where is_above_limit is null), 0)
                                                            as unjudged_principal,
    count(*) filter (where is_above_limit)                  as loans_above_limit,
    count(is_above_limit)                                   as judged_loans
from judged_loan
group by all
