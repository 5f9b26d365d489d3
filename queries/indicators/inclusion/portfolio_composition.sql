/*---
id: inclusion.portfolio_composition
code: INC-13
title: {en: "Portfolio by region, size and purpose", zh: 分区域、分规模、分用途余额结构}
definition:
  en: >-
    Outstanding balance of a group of loans at the period's last month end, of the balance of all
    loans: for each province, kind of area, product and group of borrowers, those of unknown
    attribute as a group of their own, so that groups add up to all. Beside it, the part of the
    balance that is owed on loans of a small principal (the dated rule), and the part owed on loans
    for a business (products micro and business) and not for consumption or a home; loans without
    a principal, and products kept as other, are unknown there. Written-off loans and balances at or
    below zero are in no number.
  zh: >-
    期内最后一个月末某类贷款的余额占全部贷款余额的比例，按省份、地域类型、产品及客群列示，属性未知者自成一类，各类之和为全部。
    另列：小额贷款（本金不超过规定金额）余额占比，以及经营用途贷款（产品为小微、经营性贷款）余额占比；本金未记录、产品归为其他的，在该两项中列为未知。
    已核销贷款及余额不大于零的贷款均不计。
reading:
  en: >-
    The whole is 1 by definition: read the breakdowns. Size is that of the loan when it was granted,
    not of what is left. A balance follows the borrower's address on file today.
  zh: 整体恒为100%，应看分组。规模以发放时本金为准，而非剩余余额；地区以目前在档地址为准。
version: 1
direction: context
serves: [access]
unit: share
measures:
  - name: share
    kind: ratio
    numerator: balance
    denominator: all_balance
    n: loans
  - name: outstanding
    title: {en: Outstanding balance, zh: 贷款余额}
    kind: amount
    unit: money
    numerator: balance
    n: loans
  - name: small_share
    title: {en: Part of the balance on small loans, zh: 小额贷款余额占比}
    kind: weighted_share
    numerator: small_balance
    denominator: sized_balance
    missing: unsized_balance
    n: sized_loans
    numerator_n: small_loans
    cluster: cluster_id
  - name: business_share
    title: {en: Part of the balance on business loans, zh: 经营用途贷款余额占比}
    kind: weighted_share
    numerator: business_balance
    denominator: purposed_balance
    missing: unpurposed_balance
    n: purposed_loans
    numerator_n: business_loans
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["GRI:G4-FS6", "SASB:FN-CB-000.B@2023-12", "IRIS:PI7569@5.3c"]
needs: {loan_month: [balance], loan: [product]}
rules: [small_loan.principal]
---*/
with whole_portfolio as (
    select
        loan_stock.period,
        sum(loan_stock.balance)                             as all_balance
    from loan_stock
    where loan_stock.balance > 0
        and not loan_stock.is_written_off
    group by loan_stock.period
),

owing_loan as (
    select
        loan_stock.*,
        -- A loan without borrower moves alone.
        coalesce(loan_stock.borrower_id, loan_stock.loan_id) as cluster_id,
        whole_portfolio.all_balance,
        loan_stock.principal <= cast(small.value as decimal(18, 2))
                                                            as is_small,
        case
            when loan_stock.product in ('micro', 'business') then true
            when loan_stock.product <> 'other' then false
        end                                                 as is_business
    from loan_stock
    join whole_portfolio
        on whole_portfolio.period = loan_stock.period
    left join rule_value as small
        on small.rule = 'small_loan.principal'
        and loan_stock.last_day between small.valid_from and small.valid_to
    where loan_stock.balance > 0
        and not loan_stock.is_written_off
)

select
    period,
    sum(balance)                                            as balance,
    max(all_balance)                                        as all_balance,
    count(*)                                                as loans,
    coalesce(sum(balance) filter (where is_small), 0)       as small_balance,
    coalesce(sum(balance) filter (where is_small is not null), 0)
                                                            as sized_balance,
    coalesce(sum(balance) filter (where is_small is null), 0)
                                                            as unsized_balance,
    count(*) filter (where is_small)                        as small_loans,
    count(is_small)                                         as sized_loans,
    coalesce(sum(balance) filter (where is_business), 0)    as business_balance,
    coalesce(sum(balance) filter (where is_business is not null), 0)
                                                            as purposed_balance,
    coalesce(sum(balance) filter (where is_business is null), 0)
                                                            as unpurposed_balance,
    count(*) filter (where is_business)                     as business_loans,
    count(is_business)                                      as purposed_loans
from owing_loan
group by all
