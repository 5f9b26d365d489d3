/*---
id: healthy_consumption.loan_to_repay_loan
code: HC-12
title: {en: Refinancing (loan-to-repay-loan) share, zh: 借新还旧占比}
definition:
  en: >-
    Loans disbursed in the period to repay an earlier loan, of the loans disbursed in it that say
    whether they do; and the same by principal. Loans without that mark are unknown and stand in
    neither number. In the share by principal, loans without a principal or of nothing are left out.
  zh: >-
    期内发放的贷款中，用于偿还原有贷款的笔数占已标明是否为借新还旧的笔数的比例，以及按本金计算的同一比例。未标明的列为未知，
    分子分母均不计。按本金计算时，本金为空或为零的贷款不计。
reading:
  en: >-
    The mark is the lender's own. A loan that a customer takes elsewhere, or without saying so, to
    repay this one is not seen.
  zh: 标志由机构自行填报。客户在他处借款或未说明用途而归还本机构贷款的，本指标不能反映。
version: 1
direction: lower_is_better
serves: [over_indebtedness]
unit: share
measures:
  - {name: share, kind: share, numerator: refinancings, denominator: known_loans, missing: unknown_loans, cluster: cluster_id}
  - name: principal_share
    title: {en: Refinancing share of principal, zh: 借新还旧本金占比}
    kind: weighted_share
    numerator: refinanced_principal
    denominator: known_principal
    missing: unknown_principal
    n: known_amounts
    numerator_n: refinanced_amounts
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
needs: {loan: [disbursed_at, is_refinancing]}
moves: {loan: 1, application: 0, borrower: 0}
---*/
select
    period,
    count(*) filter (where is_refinancing)                  as refinancings,
    count(is_refinancing)                                   as known_loans,
    count(*) filter (where is_refinancing is null)          as unknown_loans,
    coalesce(sum(principal) filter (where is_refinancing and principal > 0), 0)
                                                            as refinanced_principal,
    coalesce(sum(principal) filter (where is_refinancing is not null and principal > 0), 0)
                                                            as known_principal,
    coalesce(sum(principal) filter (where is_refinancing is null and principal > 0), 0)
                                                            as unknown_principal,
    count(*) filter (where is_refinancing and principal > 0)
                                                            as refinanced_amounts,
    count(is_refinancing) filter (where principal > 0)      as known_amounts
from new_loan
group by all
