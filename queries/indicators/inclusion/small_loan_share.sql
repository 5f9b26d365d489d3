/*---
id: inclusion.small_loan_share
code: INC-12
title: {en: Small-loan share, zh: 小额贷款占比}
definition:
  en: >-
    Loans disbursed in the period whose principal is at most the amount of the dated rule, of the
    loans disbursed in it whose principal is known; by number, and beside it by amount. A loan of
    nothing (a credit line opened and not drawn) is no loan and stands in neither. Loans without a
    principal are unknown.
  zh: >-
    期内发放的贷款中本金已知者，本金不超过规定金额的占比，按笔数计，并列按金额计的占比。本金为零（仅开立额度未支用）的不计；本金未记录的列为未知。
reading:
  en: >-
    Products set it: where each month's purchases on account are a loan, nearly all are small. Read it
    by product, and the amount beside the number.
  zh: 受产品结构左右：每月账单即为一笔贷款的产品几乎全为小额，宜分产品并结合金额占比阅读。
version: 1
direction: higher_is_better
serves: [access]
unit: share
measures:
  - {name: share, kind: share, numerator: small_loans, denominator: known_loans, missing: unknown_loans, cluster: cluster_id}
  - name: amount_share
    title: {en: Small-loan share by amount, zh: 小额贷款金额占比}
    kind: weighted_share
    numerator: small_principal
    denominator: known_principal
    missing: unknown_principal
    n: known_loans
    numerator_n: small_loans
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["GRI:G4-FS6"]
needs: {loan: [disbursed_at, principal]}
moves: {loan: 1, borrower: 0}
rules: [small_loan.principal]
---*/
with sized_loan as (
    select
        new_loan.*,
        new_loan.principal <= cast(small.value as decimal(18, 2))
                                                            as is_small
    from new_loan
    left join rule_value as small
        on small.rule = 'small_loan.principal'
        and new_loan.disbursed_date between small.valid_from and small.valid_to
    where new_loan.principal > 0
        or new_loan.principal is null
)

select
    period,
    count(*) filter (where is_small)                        as small_loans,
    count(is_small)                                         as known_loans,
    count(*) filter (where is_small is null)                as unknown_loans,
    coalesce(sum(principal) filter (where is_small), 0)     as small_principal,
    coalesce(sum(principal) filter (where is_small is not null), 0)
                                                            as known_principal,
    -- What has no principal has no amount either; without a line all of it is unknown.
    coalesce(sum(principal) filter (where is_small is null), 0)
                                                            as unknown_principal
from sized_loan
group by all
