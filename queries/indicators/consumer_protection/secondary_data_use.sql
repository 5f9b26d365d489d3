/*---
id: consumer_protection.secondary_data_use
code: CP-14
title: {en: Secondary use of customers’ data, zh: 客户数据二次使用与同意情况}
definition:
  en: >-
    Customers whose data is used for purposes beyond the one it was collected for, and of them those
    who agreed to it; and the share of such customers among those of whom it is recorded. Use without
    consent is counted apart. Consent that is not recorded is unknown, not given and not refused. The
    customer register holds the present state alone, so there is a number for the one period that
    holds the day the data stand at, over customers first seen by that period's end or at a day
    unknown; earlier periods have none.
  zh: >-
    个人信息被用于收集目的以外用途的客户数，其中同意该用途的占比，以及该类客户占是否使用有记录客户的比例；未经同意而使用的另行计数。
    是否同意未记录的列为未知，不视为同意或拒绝。客户登记仅反映当前状态，因此只有数据日所在期间有数，
    范围为期末前首次建档（或建档日不详）的客户，以前各期无数据。
reading:
  en: >-
    Persons, not accounts as SASB counts them. A lender that records no secondary use may have none or
    may not look.
  zh: 按人计，SASB按账户计。记录为无二次使用，可能确实没有，也可能未予识别。
version: 1
direction: context
serves: [privacy]
unit: share
measures:
  - name: opted_in_share
    title: {en: Of them with consent, zh: 其中已同意的占比}
    kind: share
    direction: higher_is_better
    numerator: used_with_consent
    denominator: used_consent_known
    missing: used_consent_unknown
  - name: used_share
    title: {en: Customers whose data is used secondarily, zh: 数据二次使用客户占比}
    kind: share
    numerator: used
    denominator: known
    missing: unknown
  - name: used
    title: {en: Number of such customers, zh: 数据二次使用客户数}
    kind: count
    unit: person
    numerator: used
  - name: used_without_consent
    title: {en: Of them without consent, zh: 其中未经同意的客户数}
    kind: count
    unit: person
    direction: lower_is_better
    numerator: used_without_consent
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["SASB:FN-CF-220a.1@2023-12", "HKEX:B6.5@2025-01", "CN-TOPICS:data-and-privacy@2024-05", "NFRA:privacy@2025-09"]
needs: {borrower: [data_used_secondarily]}
---*/
with customer as (
    select
        borrower_period.period,
        borrower_period.province,
        borrower_period.area,
        borrower_period.gender,
        borrower_period.age_band,
        borrower_period.income_quintile,
        borrower_period.new_citizen,
        borrower.data_used_secondarily,
        borrower.consents_secondary_use
    from borrower_period
    cross join report_date
    join calendar
        on calendar.period = borrower_period.period
        and report_date.data_date between calendar.first_day and calendar.last_day
    join borrower
        on borrower.borrower_id = borrower_period.borrower_id
    where coalesce(borrower_period.first_seen_date <= borrower_period.last_day, true)
)

select
    period,
    count(*) filter (where data_used_secondarily)           as used,
    count(data_used_secondarily)                            as known,
    count(*) filter (where data_used_secondarily is null)   as unknown,
    count(*) filter (where data_used_secondarily and consents_secondary_use)
                                                            as used_with_consent,
    count(consents_secondary_use) filter (where data_used_secondarily)
                                                            as used_consent_known,
    count(*) filter (where data_used_secondarily and consents_secondary_use is null)
                                                            as used_consent_unknown,
    count(*) filter (where data_used_secondarily and not consents_secondary_use)
                                                            as used_without_consent
from customer
group by all
