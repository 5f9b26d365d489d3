/*---
id: esg.financed_emissions_quality
code: ESG-04
title: {en: Coverage and data quality of financed emissions, zh: 融资排放覆盖率与数据质量}
definition:
  en: >-
    Of the balance of vehicle loans at the period's month end, the part whose emissions could be
    computed: the vehicle's value, its kilometres a year and its emission factor are recorded. Beside
    it the PCAF data-quality score (1 is best, 5 worst) of the covered loans, weighted by balance;
    covered loans without a score are in no weight and their balance is shown. Vehicle loans are those
    of the product auto, or with a vehicle's value, that have a balance and are not written off.
  zh: >-
    期末车贷余额中可核算排放（车辆价值、年行驶公里数、排放因子齐全）部分的占比；并列示已覆盖贷款按余额加权的PCAF数据质量得分
    （1最好，5最差），无得分的已覆盖贷款不加权，其余额另行列示。车贷指产品为auto或有车辆价值、余额大于零且未核销的贷款。
reading:
  en: Coverage may rise while quality falls, when gaps are filled with default factors.
  zh: 以默认因子补缺会使覆盖率上升而数据质量下降，两者应并读。
version: 1
direction: higher_is_better
serves: [climate]
unit: share
measures:
  - name: coverage
    kind: weighted_share
    numerator: covered_exposure
    denominator: exposure
    missing: unknown_exposure
    n: loans
    numerator_n: covered_loans
    cluster: cluster_id
  - name: data_quality
    title: {en: PCAF data-quality score, zh: PCAF数据质量得分}
    kind: mean
    unit: score
    direction: lower_is_better
    numerator: score_times_exposure
    denominator: scored_exposure
    n: scored_loans
    cluster: cluster_id
  - name: unscored_exposure
    title: {en: Covered exposure without a score, zh: 已覆盖而无得分的敞口}
    kind: amount
    unit: money
    direction: lower_is_better
    numerator: unscored_exposure
    n: unscored_loans
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["SASB:FN-CB-410b.3@2023-12", "IFRS-S2:B62@2023-06"]
needs: {loan: [vehicle_value], loan_month: [balance]}
---*/
select
    period,
    coalesce(sum(balance) filter (where is_covered), 0)     as covered_exposure,
    sum(balance)                                            as exposure,
    -- Always nothing: that a figure is absent is known of every loan.
    coalesce(sum(balance) filter (where is_covered is null), 0)
                                                            as unknown_exposure,
    count(*)                                                as loans,
    count(*) filter (where is_covered)                      as covered_loans,
    coalesce(sum(balance * emission_data_score) filter (where is_covered), 0)
                                                            as score_times_exposure,
    coalesce(sum(balance) filter (where is_covered and emission_data_score is not null), 0)
                                                            as scored_exposure,
    count(emission_data_score) filter (where is_covered)    as scored_loans,
    coalesce(sum(balance) filter (where is_covered and emission_data_score is null), 0)
                                                            as unscored_exposure,
    count(*) filter (where is_covered and emission_data_score is null)
                                                            as unscored_loans
from vehicle_loan
group by all
