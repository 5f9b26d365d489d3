/*---
id: consumer_protection.all_in_cost
code: CP-26
title: {en: All-in cost of credit disclosed and within limits, zh: 综合融资成本明示与合规}
definition:
  en: >-
    Loans disbursed in the period whose disclosed annual cost equals their recomputed internal rate
    of return, nominal or effective, within the tolerance, of those that have both. Recomputed from
    bills, completed by the contract where they do not yet pay the loan back; fees taken at the
    start count, penalties and subsidies do not. Beside it, of loans disbursed while the sheet is a
    duty, those whose sheet holds all items; and of loans of lenders with a limit on the day of
    disbursement, those whose recomputed rate is above it, once nominal and once effective. A cost
    equal to the limit is within it. A flat-fee quote is never compared with a limit. Loans without
    disclosed or recomputed rate, and without a limit, are unknown.
  zh: >-
    期内发放的贷款中，明示的年化成本与重算的内部收益率（名义或实际，允许误差内）一致者占两者俱全贷款的比例。重算依据账单，
    账单尚未还清本金的按合同补齐；期初收取的费用计入，罚息与贴息不计。并列示：明示表强制期内发放的贷款中明示表项目齐全的占比；
    放款日所属机构类型有成本上限的贷款中，重算利率（名义、实际分别计算）超过上限的占比，恰等于上限不算超限。
    按首期本金计的手续费报价不与上限比较。缺少明示值、重算值或上限的贷款列为未知。
reading:
  en: >-
    Nominal and effective rate differ by up to two points near the limits, and the documents do not
    say which is meant: read both. The limit of a bank is written for internet assisted lending and
    is held here against all its loans. That of consumer finance companies is window guidance known
    from the press. Four times the loan prime rate, for micro-loan companies from the end of 2027,
    is not tested yet.
  zh: 名义与实际利率在上限附近可相差两个百分点，文件未明确口径，两者应并看。银行的上限针对互联网助贷业务，此处用于其全部贷款；消费金融公司的上限属窗口指导，据媒体报道；小额贷款公司自2027年底起的4倍LPR上限尚未检验。
version: 1
direction: higher_is_better
serves: [cost_of_credit]
unit: share
measures:
  - {name: share, kind: share, numerator: matching_loans, denominator: compared_loans, missing: uncompared_loans, cluster: cluster_id}
  - name: complete_sheet_share
    title: {en: Sheets that hold all items, zh: 明示表项目齐全占比}
    kind: share
    numerator: complete_sheets
    denominator: counted_sheets
    missing: uncounted_sheets
    cluster: cluster_id
  - name: above_limit_nominal_share
    title: {en: Above the limit by nominal rate, zh: 名义利率超上限占比}
    direction: lower_is_better
    kind: share
    numerator: loans_above_by_nominal
    denominator: judged_loans
    missing: unjudged_loans
    cluster: cluster_id
  - name: above_limit_effective_share
    title: {en: Above the limit by effective rate, zh: 实际利率超上限占比}
    direction: lower_is_better
    kind: share
    numerator: loans_above_by_effective
    denominator: judged_loans
    missing: unjudged_loans
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["GRI:417-1", "SASB:FN-CF-270a.3@2023-12", "NFRA:marketing@2025-09"]
needs: {loan: [disbursed_at, principal]}
rules:
  - cn_cost_of_credit.limit_bank
  - cn_cost_of_credit.limit_consumer_finance
  - cn_cost_of_credit.limit_micro_lender
  - cn_cost_of_credit.disclosure_sheet_required
  - cn_cost_of_credit.disclosure_sheet_items
  - cn_cost_of_credit.disclosed_cost_tolerance
  - cn_cost_of_credit.days_a_year
  - cn_cost_of_credit.schedule_tolerance_days
---*/
with lender as (
    select
        institution_id,
        type,
        valid_from,
        lead(valid_from) over (partition by institution_id order by valid_from)
                                                            as valid_until
    from institution
),

costed_loan as (
    select
        new_loan.*,
        loan_cost.nominal_rate,
        loan_cost.effective_rate,
        -- A cost too high to be written as a number is above every limit.
        coalesce(loan_cost.why_none = 'above_range', false) as is_beyond_measure,
        case
            when lender.type in ('state_bank', 'joint_stock_bank', 'city_bank', 'rural_coop', 'foreign_bank')
                then 'cn_cost_of_credit.limit_bank'
            when lender.type = 'consumer_finance'
                then 'cn_cost_of_credit.limit_consumer_finance'
            when lender.type = 'micro_lender'
                then 'cn_cost_of_credit.limit_micro_lender'
        end                                                 as limit_rule
    from new_loan
    join loan_cost
        on loan_cost.loan_id = new_loan.loan_id
    left join lender
        on lender.institution_id = new_loan.institution_id
        and new_loan.disbursed_date >= lender.valid_from
        and (new_loan.disbursed_date < lender.valid_until or lender.valid_until is null)
),

judged_loan as (
    select
        costed_loan.*,
        least(
            abs(costed_loan.disclosed_annual_cost - costed_loan.nominal_rate),
            abs(costed_loan.disclosed_annual_cost - costed_loan.effective_rate)
        ) <= cast(tolerance.value as decimal(9, 6))         as is_matching,
        sheet_duty.value = 1                                as needs_sheet,
        costed_loan.cost_sheet_items >= sheet_items.value   as is_complete_sheet,
        costed_loan.is_beyond_measure and cost_limit.value is not null
            or costed_loan.nominal_rate > cast(cost_limit.value as decimal(9, 6))
                                                            as is_above_by_nominal,
        costed_loan.is_beyond_measure and cost_limit.value is not null
            or costed_loan.effective_rate > cast(cost_limit.value as decimal(9, 6))
                                                            as is_above_by_effective
    from costed_loan
    left join rule_value as cost_limit
        on cost_limit.rule = costed_loan.limit_rule
        and costed_loan.disbursed_date
            between cost_limit.valid_from and cost_limit.valid_to
    left join rule_value as tolerance
        on tolerance.rule = 'cn_cost_of_credit.disclosed_cost_tolerance'
        and costed_loan.disbursed_date
            between tolerance.valid_from and tolerance.valid_to
    left join rule_value as sheet_duty
        on sheet_duty.rule = 'cn_cost_of_credit.disclosure_sheet_required'
        and costed_loan.disbursed_date
            between sheet_duty.valid_from and sheet_duty.valid_to
    left join rule_value as sheet_items
        on sheet_items.rule = 'cn_cost_of_credit.disclosure_sheet_items'
        and costed_loan.disbursed_date
            between sheet_items.valid_from and sheet_items.valid_to
)

select
    period,
    count(*) filter (where is_matching)                     as matching_loans,
    count(is_matching)                                      as compared_loans,
    count(*) filter (where is_matching is null)             as uncompared_loans,
    count(*) filter (where needs_sheet and is_complete_sheet)
                                                            as complete_sheets,
    count(*) filter (where needs_sheet and is_complete_sheet is not null)
                                                            as counted_sheets,
    count(*) filter (where needs_sheet and is_complete_sheet is null)
                                                            as uncounted_sheets,
    count(*) filter (where is_above_by_nominal)             as loans_above_by_nominal,
    count(*) filter (where is_above_by_effective)           as loans_above_by_effective,
    count(is_above_by_nominal)                              as judged_loans,
    count(*) filter (where is_above_by_nominal is null)     as unjudged_loans
from judged_loan
group by all
