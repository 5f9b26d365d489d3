/*---
id: esg.green_lending_share
code: ESG-05
title: {en: Green consumption lending share, zh: 绿色消费贷款占比}
definition:
  en: >-
    Principal of loans tagged green, of the principal disbursed in the period whose tag is set (green or
    not). Loans without a tag are missing, not brown, and stand in neither amount; nor do loans without
    a principal. Loans cancelled afterwards are included: they were disbursed.
  zh: 期内发放且绿色标识已填的贷款本金中，绿色贷款本金的占比。未填标识的贷款列为未知而非"非绿色"，分子分母均不计；无本金的贷款不计；发放后取消的贷款仍计入。
reading:
  en: The tag is the lender's own. The definition behind it has to be published with the number.
  zh: 绿色标识由机构自行认定，引用时应同时披露认定标准。
version: 1
direction: higher_is_better
serves: [green_finance]
unit: share
measures:
  - name: share
    kind: weighted_share
    numerator: green
    denominator: tagged
    missing: untagged
    n: tagged_loans
    numerator_n: green_loans
    cluster: cluster_id
  - name: amount
    title: {en: Green lending, zh: 绿色消费贷款发放额}
    kind: amount
    unit: money
    numerator: green
    n: green_loans
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["GRI:G4-FS8", "IRIS:PD5694@5.3c", "CN-TOPICS:climate@2024-05"]
needs: {loan: [disbursed_at, principal, is_green]}
moves: {loan: principal, application: 0, borrower: 0}
---*/
select
    period,
    coalesce(sum(principal) filter (where is_green), 0)     as green,
    coalesce(sum(principal) filter (where is_green is not null), 0)
                                                            as tagged,
    coalesce(sum(principal) filter (where is_green is null), 0)
                                                            as untagged,
    count(principal) filter (where is_green is not null)    as tagged_loans,
    count(principal) filter (where is_green)                as green_loans
from new_loan
group by all
