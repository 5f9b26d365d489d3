/*---
id: consumer_protection.addon_fees
code: CP-11
title: {en: Average fees of add-on products, zh: 附加产品平均费用}
definition:
  en: >-
    Fees of add-on products (insurance, memberships, guarantees and the like, sold with the loan) on
    loans disbursed in the period, divided by the loans with such a fee above zero; and the share of
    loans with one, of those whose fee is recorded. A recorded 0 is a loan without add-on; a blank is
    unknown. Fees of loans cancelled later are included: they were sold.
  zh: >-
    期内发放的贷款中，随贷销售的附加产品（保险、会员、担保等）费用合计，除以该费用大于零的贷款笔数；并列示附加产品费用大于零的贷款占费用有记录贷款的比例。
    记录为0即无附加产品，空白列为未知。其后撤销的贷款亦已销售，计入。
reading:
  en: >-
    The mean speaks of those who pay; a falling mean beside a rising share can still mean more paid in
    all. Fees charged by partners and not recorded here are not seen.
  zh: 平均数仅就付费贷款而言；均值下降而占比上升，总负担仍可能增加。合作方收取且未记录的费用不在其中。
version: 1
direction: lower_is_better
serves: [cost_of_credit, conduct]
unit: money
measures:
  - name: mean
    kind: mean
    numerator: addon_fees
    denominator: loans_with_addon
    n: loans_with_addon
    cluster: cluster_id
    at_least: 0
  - name: share_with_addon
    title: {en: Loans with add-on products, zh: 含附加产品的贷款占比}
    kind: share
    unit: share
    numerator: loans_with_addon
    denominator: known_loans
    missing: unknown_loans
    cluster: cluster_id
  - name: amount
    title: {en: Add-on fees in all, zh: 附加产品费用合计}
    kind: amount
    numerator: addon_fees
    n: loans_with_addon
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["SASB:FN-CF-270a.3@2023-12"]
needs: {loan: [disbursed_at, fees_addon]}
---*/
select
    period,
    coalesce(sum(fees_addon) filter (where fees_addon > 0), 0)
                                                            as addon_fees,
    count(*) filter (where fees_addon > 0)                  as loans_with_addon,
    count(fees_addon)                                       as known_loans,
    count(*) filter (where fees_addon is null)              as unknown_loans
from new_loan
group by all
