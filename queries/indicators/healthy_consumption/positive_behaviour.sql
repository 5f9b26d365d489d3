/*---
id: healthy_consumption.positive_behaviour
code: HC-24
title: {en: Positive-behaviour programme (Little Red Flower), zh: 小红花等正向激励计划}
definition:
  en: >-
    Participants are customers with at least one act in the positive-behaviour programme in the
    period, each counted once. Limit raises are all requests to raise a limit made in the period,
    by participants or not: approved requests of the decided ones (approved or declined; requests
    with another or no result are unknown), and the mean amount of an approved raise. PAR30 is given
    for all loans and for those of customers who had taken part on or before the period's last day,
    in this or an earlier period, so that later arrears stay with them; its rules are those of PAR30.
  zh: >-
    参与人数：期内在正向激励计划中至少有一次行为的客户，每人只计一次。提额：期内全部提额申请（不限参与者）中批准的占比，
    以已有结论（批准或拒绝）的申请为分母，其他或无结论的列为未知；并列示获批提额的平均金额。
    PAR30分全部贷款与参与者贷款列示，参与者指截至期末曾参与（含以前期间）的客户，使其后的逾期仍计入；口径同PAR30。
reading:
  en: >-
    Association, not effect: customers who take part chose to, and raises go to those who pay well.
    A lower PAR30 of participants does not show that the programme lowers arrears.
  zh: 仅为相关，不是因果：参与者系自愿选择，提额也多给予还款良好的客户。参与者PAR30较低，不能说明计划降低了逾期。
version: 1
direction: higher_is_better
serves: [financial_health]
unit: person
measures:
  - name: participants
    title: {en: "Participants in the positive-behaviour programme", zh: "正向激励计划参与人数"}
    kind: count
    numerator: participants
  - name: raise_approval_share
    title: {en: Approved limit-raise requests, zh: 提额申请通过率}
    kind: share
    unit: share
    direction: context
    numerator: approved_raises
    denominator: decided_raises
    missing: undecided_raises
    cluster: cluster_id
  - name: mean_raise
    title: {en: Mean approved raise, zh: 平均提额金额}
    kind: mean
    unit: money
    direction: context
    numerator: raised_amount
    denominator: sized_raises
    n: sized_raises
    cluster: cluster_id
  - name: participants_par30
    title: {en: PAR30 of participants, zh: 参与者PAR30}
    kind: weighted_share
    unit: share
    direction: lower_is_better
    numerator: participants_at_risk_balance
    denominator: participants_known_balance
    missing: participants_unknown_balance
    n: participants_known_loans
    numerator_n: participants_at_risk_loans
    cluster: cluster_id
  - name: all_par30
    title: {en: PAR30 of all loans, zh: 全部贷款PAR30}
    kind: weighted_share
    unit: share
    direction: lower_is_better
    numerator: at_risk_balance
    denominator: known_balance
    missing: unknown_balance
    n: known_loans
    numerator_n: at_risk_loans
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
needs: {engagement: [tool]}
rules: [portfolio_at_risk.days_past_due]
---*/
with participant as (
    select
        engagement.borrower_id,
        min(cast(engagement.occurred_at as date))           as joined_date
    from engagement
    where engagement.tool = 'positive_behaviour'
    group by engagement.borrower_id
),

owing_loan as (
    select
        loan_stock.*,
        coalesce(participant.joined_date <= loan_stock.last_day, false)
                                                            as is_of_participant,
        coalesce(loan_stock.is_restructured, false)
            or loan_stock.days_past_due > late_days.value   as is_at_risk
    from loan_stock
    left join participant
        on participant.borrower_id = loan_stock.borrower_id
    left join rule_value as late_days
        on late_days.rule = 'portfolio_at_risk.days_past_due'
        and loan_stock.last_day between late_days.valid_from and late_days.valid_to
    where loan_stock.balance > 0
        and not loan_stock.is_written_off
),

-- Acts and loans side by side: each measure looks at its own rows.
act_or_loan as (
    select
        tool_use.period,
        tool_use.borrower_id,
        tool_use.borrower_id                                as cluster_id,
        tool_use.province,
        tool_use.area,
        tool_use.gender,
        tool_use.age_band,
        tool_use.income_quintile,
        tool_use.new_citizen,
        tool_use.tool,
        tool_use.result,
        cast(tool_use.value as decimal(18, 2))              as raise,
        cast(null as decimal(18, 2))                        as balance,
        cast(null as boolean)                               as is_of_participant,
        cast(null as boolean)                               as is_at_risk
    from tool_use
    where tool_use.tool = 'limit_raise'
    union all
    -- A participant is one row a period, whatever the number of acts.
    select distinct
        tool_use.period,
        tool_use.borrower_id,
        tool_use.borrower_id                                as cluster_id,
        tool_use.province,
        tool_use.area,
        tool_use.gender,
        tool_use.age_band,
        tool_use.income_quintile,
        tool_use.new_citizen,
        tool_use.tool,
        cast(null as varchar)                               as result,
        cast(null as decimal(18, 2))                        as raise,
        cast(null as decimal(18, 2))                        as balance,
        cast(null as boolean)                               as is_of_participant,
        cast(null as boolean)                               as is_at_risk
    from tool_use
    where tool_use.tool = 'positive_behaviour'
    union all
    select
        owing_loan.period,
        owing_loan.borrower_id,
        -- A loan without borrower moves alone.
        coalesce(owing_loan.borrower_id, owing_loan.loan_id) as cluster_id,
        owing_loan.province,
        owing_loan.area,
        owing_loan.gender,
        owing_loan.age_band,
        owing_loan.income_quintile,
        owing_loan.new_citizen,
        'loan'                                              as tool,
        cast(null as varchar)                               as result,
        cast(null as decimal(18, 2))                        as raise,
        owing_loan.balance,
        owing_loan.is_of_participant,
        owing_loan.is_at_risk
    from owing_loan
)

select
    period,
    count(borrower_id) filter (where tool = 'positive_behaviour')
                                                            as participants,
    count(*) filter (where tool = 'limit_raise' and result = 'approved')
                                                            as approved_raises,
    count(*) filter (where tool = 'limit_raise' and result in ('approved', 'declined'))
                                                            as decided_raises,
    count(*) filter (
        where tool = 'limit_raise'
            and coalesce(result not in ('approved', 'declined'), true)
    )                                                       as undecided_raises,
    coalesce(sum(raise) filter (where tool = 'limit_raise' and result = 'approved'), 0)
                                                            as raised_amount,
    count(raise) filter (where tool = 'limit_raise' and result = 'approved')
                                                            as sized_raises,
    coalesce(sum(balance) filter (where is_of_participant and is_at_risk), 0)
                                                            as participants_at_risk_balance,
    coalesce(sum(balance) filter (where is_of_participant and is_at_risk is not null), 0)
                                                            as participants_known_balance,
    coalesce(sum(balance) filter (where is_of_participant and is_at_risk is null), 0)
                                                            as participants_unknown_balance,
    count(*) filter (where is_of_participant and is_at_risk)
                                                            as participants_at_risk_loans,
    count(is_at_risk) filter (where is_of_participant)      as participants_known_loans,
    coalesce(sum(balance) filter (where is_at_risk), 0)     as at_risk_balance,
    coalesce(sum(balance) filter (where is_at_risk is not null), 0)
                                                            as known_balance,
    coalesce(sum(balance) filter (where is_at_risk is null), 0)
                                                            as unknown_balance,
    count(*) filter (where is_at_risk)                      as at_risk_loans,
    count(is_at_risk)                                       as known_loans
from act_or_loan
group by all
