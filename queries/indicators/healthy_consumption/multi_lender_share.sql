/*---
id: healthy_consumption.multi_lender_share
code: HC-03
title: {en: Borrowers with several lenders, zh: 多头借贷客户占比}
definition:
  en: >-
    Active borrowers at the period's last month end who have open accounts with at least as many lenders
    as the dated rule says (three), this one among them, of those whose number of other lenders is
    stated in a credit bureau's file no older than the rule's days. Borrowers without such a file, or
    whose file does not state the number, are unknown: not asked is not none.
  zh: >-
    期末活跃借款人中，在规定家数（三家）及以上机构（含本机构）有未结清账户者的占比，分母为有未过期征信记录且记录了他行家数者。
    无此类记录或未记录家数的列为未知：未查询不等于没有。
reading:
  en: >-
    Several lenders are not a harm by themselves, and one lender of a large sum can be: read it with
    debt service to income. Platforms that lend for several partners count once for each.
  zh: 多头借贷本身未必有害，单一机构的大额借款亦可能成为负担，应与负债收入比并读。助贷平台对接多家机构的，按各机构分别计数。
version: 1
direction: lower_is_better
serves: [over_indebtedness]
unit: share
measures:
  - {name: share, kind: share, numerator: multi_lender, denominator: known, missing: unknown, cluster: borrower_id}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
needs: {loan_month: [balance], loan: [borrower_id], bureau_month: [other_lenders]}
rules: [bureau_file.most_days, multi_lender.lenders]
---*/
with judged_borrower as (
    select
        borrower_debt.*,
        borrower_debt.lenders >= least_lenders.value        as is_multi_lender
    from borrower_debt
    left join rule_value as least_lenders
        on least_lenders.rule = 'multi_lender.lenders'
        and borrower_debt.last_day
            between least_lenders.valid_from and least_lenders.valid_to
)

select
    period,
    count(*) filter (where is_multi_lender)                 as multi_lender,
    count(is_multi_lender)                                  as known,
    count(*) filter (where is_multi_lender is null)         as unknown
from judged_borrower
group by all
