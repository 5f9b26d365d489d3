/*---
id: inclusion.county_rural_borrower_share
code: INC-06
title: {en: County and rural borrower share, zh: 县域及农村借款人占比}
definition:
  en: >-
    Borrowers who live in a county town or in a rural area, of the active borrowers whose area is
    known. Active means a loan balance above zero at the period's last month end. Borrowers without
    a recorded area are unknown and stand in neither number. The rural share alone stands beside it.
  zh: 期末活跃借款人（最后一个月末贷款余额大于零）中，居住地类型已知者的县域及农村占比；另列农村占比。居住地类型未记录者列为未知，分子分母均不计。
reading:
  en: >-
    The lender's own coding of areas decides; areas are those on file now, not those at the time of
    the period.
  zh: 以本机构的地域编码为准，且为目前在档的居住地，并非当期的居住地。
version: 1
direction: higher_is_better
serves: [access, community]
unit: share
measures:
  - {name: share, kind: share, numerator: county_rural, denominator: known, missing: unknown}
  - name: rural_share
    title: {en: Rural borrower share, zh: 农村借款人占比}
    kind: share
    numerator: rural
    denominator: known
    missing: unknown
breakdowns: [province, gender, age_band, income_quintile, new_citizen]
frameworks: ["IRIS:PI1190@5.3c", "GRI:G4-FS6", "CN-TOPICS:rural-revitalisation@2024-05", "PBOC:usage@2016"]
needs: {loan_month: [balance], borrower: [area]}
moves: {loan_month: 1, loan: 0, application: 0, borrower: 0}
---*/
select
    period,
    count(*) filter (where area in ('county', 'rural'))     as county_rural,
    count(*) filter (where area = 'rural')                  as rural,
    count(*) filter (where area is not null)                as known,
    count(*) filter (where area is null)                    as unknown
from active_borrower
group by all
