/*---
id: inclusion.alternative_data_approvals
code: INC-21
title: {en: Approvals owed to alternative data, zh: 替代数据支持的授信通过占比}
definition:
  en: >-
    Approved applications that the credit bureau's data alone would have declined, of the approved
    ones in the period for which that counterfactual decision is recorded; without one an approval is
    unknown. Beside it stands what became of such loans: the balance at the period's last month end
    that is at risk (more than 30 days past due by the dated rule, or restructured), of the balance of
    all loans that came from such approvals in any period, and the same for the loans that the
    bureau's data would have approved too. Written-off and overpaid loans hold no balance here; a
    balance without days past due that is not restructured is unknown.
  zh: >-
    期内通过的申请中，仅凭征信数据本会被拒绝者的占比；未记录该对照结论的列为未知。
    另列其后表现：历来由此类通过形成的贷款，在期内最后一个月末余额中的风险余额（逾期超过规定的30天或已重组）占比，以及仅凭征信数据也会通过的贷款的同一占比。
    已核销及溢缴贷款不计余额；无逾期天数且未标为重组的余额列为未知。
reading:
  en: >-
    A door opened at a much higher risk may harm those who walk through it; read the three together.
    Young loans have had less time to fall behind, and loans written off have left both ratios.
  zh: 以明显更高的风险打开的门，未必有利于进门的人，三项应一并阅读。新发放贷款逾期时间尚短，已核销贷款已退出两个比率。
version: 1
direction: higher_is_better
serves: [access, technology]
unit: share
measures:
  - name: share
    kind: share
    numerator: approved_by_alternative
    denominator: approved
    missing: approved_unknown
  - name: par30_alternative
    title: {en: PAR30 of loans owed to alternative data, zh: 替代数据支持贷款的PAR30}
    kind: weighted_share
    numerator: alternative_at_risk
    denominator: alternative_balance
    missing: alternative_unknown
    n: alternative_loans
    numerator_n: alternative_loans_at_risk
    cluster: cluster_id
    direction: lower_is_better
  - name: par30_rest
    title: {en: PAR30 of the other loans, zh: 其余贷款的PAR30}
    kind: weighted_share
    numerator: rest_at_risk
    denominator: rest_balance
    missing: rest_unknown
    n: rest_loans
    numerator_n: rest_loans_at_risk
    cluster: cluster_id
    direction: lower_is_better
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product]
frameworks: ["SASB:FN-CF-270a.2@2023-12", "GRI:G4-FS14"]
needs: {application: [decision, bureau_only_decision]}
rules: [portfolio_at_risk.days_past_due]
---*/
with owed_loan as (
    select
        loan_stock.*,
        application.bureau_only_decision,
        -- A loan that nobody flagged as restructured goes by its days past due alone.
        case
            when loan_stock.days_past_due > risk_days.value then true
            when loan_stock.is_restructured then true
            when loan_stock.days_past_due <= risk_days.value then false
        end                                                 as is_at_risk
    from loan_stock
    join application
        on application.application_id = loan_stock.application_id
    left join rule_value as risk_days
        on risk_days.rule = 'portfolio_at_risk.days_past_due'
        and loan_stock.last_day between risk_days.valid_from and risk_days.valid_to
    where loan_stock.balance > 0
        and not loan_stock.is_written_off
        and application.bureau_only_decision is not null
),

-- Approvals of the period and loans at its end in one list: both end in one row a period.
approval_or_loan as (
    select
        application_decided.period,
        -- A loan or application without borrower moves alone.
        coalesce(application_decided.borrower_id, application_decided.application_id)
                                                            as cluster_id,
        application_decided.province,
        application_decided.area,
        application_decided.gender,
        application_decided.age_band,
        application_decided.income_quintile,
        application_decided.new_citizen,
        application_decided.product,
        application_decided.bureau_only_decision,
        true                                                as is_approval,
        cast(null as decimal(18, 2))                        as balance,
        cast(null as boolean)                               as is_at_risk
    from application_decided
    where application_decided.is_approved
    union all
    select
        owed_loan.period,
        coalesce(owed_loan.borrower_id, owed_loan.loan_id)  as cluster_id,
        owed_loan.province,
        owed_loan.area,
        owed_loan.gender,
        owed_loan.age_band,
        owed_loan.income_quintile,
        owed_loan.new_citizen,
        owed_loan.product,
        owed_loan.bureau_only_decision,
        false                                               as is_approval,
        owed_loan.balance,
        owed_loan.is_at_risk
    from owed_loan
)

select
    period,
    count(*) filter (where is_approval and bureau_only_decision = 'declined')
                                                            as approved_by_alternative,
    count(*) filter (where is_approval and bureau_only_decision is not null)
                                                            as approved,
    count(*) filter (where is_approval and bureau_only_decision is null)
                                                            as approved_unknown,
    coalesce(sum(balance) filter (
        where bureau_only_decision = 'declined' and is_at_risk
    ), 0)                                                   as alternative_at_risk,
    coalesce(sum(balance) filter (
        where bureau_only_decision = 'declined' and is_at_risk is not null
    ), 0)                                                   as alternative_balance,
    coalesce(sum(balance) filter (
        where bureau_only_decision = 'declined' and is_at_risk is null
    ), 0)                                                   as alternative_unknown,
    count(*) filter (
        where bureau_only_decision = 'declined' and is_at_risk is not null
    )                                                       as alternative_loans,
    count(*) filter (
        where bureau_only_decision = 'declined' and is_at_risk
    )                                                       as alternative_loans_at_risk,
    coalesce(sum(balance) filter (
        where bureau_only_decision = 'approved' and is_at_risk
    ), 0)                                                   as rest_at_risk,
    coalesce(sum(balance) filter (
        where bureau_only_decision = 'approved' and is_at_risk is not null
    ), 0)                                                   as rest_balance,
    coalesce(sum(balance) filter (
        where bureau_only_decision = 'approved' and is_at_risk is null
    ), 0)                                                   as rest_unknown,
    count(*) filter (
        where bureau_only_decision = 'approved' and is_at_risk is not null
    )                                                       as rest_loans,
    count(*) filter (
        where bureau_only_decision = 'approved' and is_at_risk
    )                                                       as rest_loans_at_risk
from approval_or_loan
group by all
