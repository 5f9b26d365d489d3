/*---
id: consumer_protection.cost_disclosure
code: CP-10
title: {en: Annual cost disclosed before the contract, zh: 年化综合成本明示率}
definition:
  en: >-
    Loans disbursed in the period with a disclosed annual cost and a cost sheet that the customer
    acknowledged on or before the day of the contract (the signing, else the disbursement), of all
    loans disbursed in it; and the share with a disclosed annual cost alone. A blank cost or a blank
    acknowledgement is no evidence of disclosure and counts as not disclosed. Loans cancelled later
    were contracts and count.
  zh: >-
    期内发放的贷款中，已明示年化综合成本且客户在签约日（无签约日的以放款日代替）当日或之前确认综合融资成本明示表的占比；
    并列示仅明示年化成本的占比。年化成本为空或确认时间为空的，无明示证据，计为未明示。其后撤销的贷款亦为已订立合同，计入。
reading:
  en: >-
    It shows that a figure was stated and acknowledged, not that it is right: the indicator of
    all-in cost recomputes it. The sheet is a duty from 2026-08-01; earlier periods show how far
    practice ran ahead, and the period it falls in mixes both. Interest-free purchases count as
    contracts like others; where no sheet is shown for them, look at the share by product.
  zh: 仅说明已明示并经确认，不说明数字正确，是否正确见综合融资成本指标的重算。明示表自2026年8月1日起为强制要求，此前各期反映自愿执行情况，施行当期两者并存。免息消费同样计为合同，未对其出示明示表的机构，应查看分产品占比。
version: 1
direction: higher_is_better
serves: [cost_of_credit, conduct]
unit: share
measures:
  - {name: share, kind: share, numerator: acknowledged_contracts, denominator: contracts, missing: unknown_contracts, cluster: cluster_id}
  - name: cost_disclosed_share
    title: {en: Contracts with a disclosed annual cost, zh: 明示年化成本的合同占比}
    kind: share
    numerator: disclosed_contracts
    denominator: contracts
    missing: unknown_contracts
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["IRIS:PI6941@5.3c", "GRI:417-1", "GRI:G4-FS15", "CN-TOPICS:products-and-services@2024-05", "NFRA:marketing@2025-09"]
needs: {loan: [disbursed_at, disclosed_annual_cost, cost_sheet_acknowledged_at]}
moves: {loan: 1, application: 0, borrower: 0}
---*/
with contract as (
    select
        new_loan.*,
        -- A loan without borrower moves alone.
        coalesce(new_loan.borrower_id, new_loan.loan_id)    as cluster_id,
        new_loan.disclosed_annual_cost is not null          as has_disclosed_cost,
        coalesce(
            cast(new_loan.cost_sheet_acknowledged_at as date)
                <= coalesce(new_loan.contract_signed_date, new_loan.disbursed_date),
            false
        )                                                   as has_acknowledged_sheet
    from new_loan
)

select
    period,
    count(*) filter (where has_disclosed_cost and has_acknowledged_sheet)
                                                            as acknowledged_contracts,
    count(*) filter (where has_disclosed_cost)              as disclosed_contracts,
    count(*)                                                as contracts,
    -- Always nothing: what left no evidence was not disclosed.
    count(*) filter (where has_acknowledged_sheet is null)  as unknown_contracts
from contract
group by all
