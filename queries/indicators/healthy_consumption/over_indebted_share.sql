/*---
id: healthy_consumption.over_indebted_share
code: HC-02
title: {en: Customers with debt service above half of income, zh: 高负债客户占比（DSTI>50%）}
definition:
  en: >-
    Active borrowers at the period's last month end whose debt service to all lenders takes more than
    the share of the dated rule (one half) of their monthly income, of those whose debt service is known
    from a credit bureau's file no older than the rule's days, and whose income is known. Exactly one
    half is not above it. A debt service above zero on a known income of zero is above any share, and
    none is not; a borrower without file, sum or income is unknown.
  zh: >-
    期末活跃借款人中，每月向所有机构的还款额超过月收入规定比例（50%）者的占比，分母为有未过期征信记录、月还款额及收入均已知者。恰为50%不计。
    收入已知为零而有还款额的计为超过，无还款额的不计；无征信记录、无还款额或无收入者列为未知。
reading:
  en: >-
    The bureau sees debt from all lenders; private loans and rent escape it. Where the bureau is asked
    only about some customers, the known ones are not like the others: look at the missing share.
  zh: 征信覆盖各机构债务，但不含民间借贷与房租。若仅对部分客户查询征信，已知者未必代表全体，应同时看未知占比。
version: 1
direction: lower_is_better
serves: [over_indebtedness]
unit: share
measures:
  - {name: share, kind: share, numerator: over_indebted, denominator: known, missing: unknown, cluster: borrower_id}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
needs:
  loan_month: [balance]
  loan: [borrower_id]
  bureau_month: [monthly_debt_service]
  borrower: [monthly_income]
rules: [bureau_file.most_days, over_indebtedness.dsti]
---*/
with judged_borrower as (
    select
        borrower_debt.*,
        borrower_debt.monthly_debt_service
            > borrower_debt.monthly_income * cast(most_share.value as decimal(9, 6))
                                                            as is_over_indebted
    from borrower_debt
    left join rule_value as most_share
        on most_share.rule = 'over_indebtedness.dsti'
        and borrower_debt.last_day between most_share.valid_from and most_share.valid_to
)

select
    period,
    count(*) filter (where is_over_indebted)                as over_indebted,
    count(is_over_indebted)                                 as known,
    count(*) filter (where is_over_indebted is null)        as unknown
from judged_borrower
group by all
