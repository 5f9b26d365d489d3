/*---
id: healthy_consumption.scenario_verified_share
code: HC-16
title: {en: Scenario-verified consumption share, zh: 真实消费场景占比}
definition:
  en: >-
    Principal disbursed in the period that purchases with evidence stand behind, of the principal of
    loans whose purchases are recorded. Evidence is a purchase verified automatically or by hand, net
    of refunds; a refund without an amount is a refund of all. Of one loan never more than its
    principal counts. A purchase whose verification is blank is unknown with its amount, as far as
    the verified ones leave principal; a loan without any purchase on record is unknown with its whole
    principal. Whatever of the principal is left has no evidence and counts as not verified.
  zh: >-
    期内发放的贷款本金中，有经核实的消费支撑的金额，占有消费记录贷款的本金的比例。经核实指自动或人工核验的消费，扣除退款；
    有退款日而无退款金额的视为全额退款。每笔贷款以本金为限。核验结果为空的消费，其金额在扣除已核实部分后的本金之内列为未知；
    没有任何消费记录的贷款，全部本金列为未知。其余本金没有证据，计为未核实。
reading:
  en: >-
    Purchases made after the period count for the loan of the period, so a recent quarter still grows.
    It says that there is evidence, not that the purchase was good for the customer.
  zh: 期后发生的消费仍计入该笔贷款，近期季度的数值还会上升。本指标只说明有证据，不说明消费对客户有益。
version: 1
direction: higher_is_better
serves: [conduct, subsidy_misuse]
unit: share
measures:
  - name: share
    kind: weighted_share
    numerator: verified_principal
    denominator: known_principal
    missing: unknown_principal
    n: known_loans
    numerator_n: verified_loans
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["GRI:G4-FS7"]
needs: {loan: [disbursed_at, principal], spending: [verification]}
---*/
with net_purchase as (
    select
        spending.loan_id,
        spending.verification,
        -- A refund without an amount is a refund of all.
        greatest(
            spending.amount - coalesce(
                spending.refunded_amount,
                case when spending.refunded_date is not null then spending.amount end,
                0
            ),
            0
        )                                                   as net_amount
    from spending
),

-- One row a loan before it meets the loans: many purchases must not multiply a principal.
bought as (
    select
        net_purchase.loan_id,
        coalesce(
            sum(net_amount) filter (where verification in ('automatic', 'manual')), 0
        )                                                   as verified_amount,
        coalesce(sum(net_amount) filter (where verification is null), 0)
                                                            as unjudged_amount
    from net_purchase
    group by net_purchase.loan_id
),

backed_loan as (
    select
        new_loan.*,
        case
            when bought.loan_id is not null
                then least(new_loan.principal, bought.verified_amount)
        end                                                 as verified,
        case
            when bought.loan_id is null then new_loan.principal
            else least(
                new_loan.principal - least(new_loan.principal, bought.verified_amount),
                bought.unjudged_amount
            )
        end                                                 as unknown
    from new_loan
    left join bought
        on bought.loan_id = new_loan.loan_id
    where new_loan.principal > 0
)

select
    period,
    coalesce(sum(verified), 0)                              as verified_principal,
    coalesce(sum(principal - unknown), 0)                   as known_principal,
    coalesce(sum(unknown), 0)                               as unknown_principal,
    count(*) filter (where principal > unknown)             as known_loans,
    count(*) filter (where verified > 0)                    as verified_loans
from backed_loan
group by all
