/*---
id: esg.financed_emissions_vehicles
code: ESG-03
title: {en: "Financed emissions: vehicle loans", zh: 融资排放（车贷）}
definition:
  en: >-
    Emissions of a year of the vehicles financed at the period's month end, on the lender's account:
    for each loan its balance over the vehicle's value at origination, at most 1, times kilometres a
    year, times tonnes of CO2 equivalent for each kilometre. Vehicle loans are those of the product
    auto, or with a vehicle's value, that have a balance and are not written off. Loans without value,
    mileage or factor are in no amount; their exposure is the missing part of the coverage beside. A
    stock: the year's emissions whatever the period's length, never added over periods.
  zh: >-
    期末存量车贷所融资车辆一年的排放中归属本机构的部分：每笔贷款=余额/车辆购置价值（不超过1）×年行驶公里数×每公里排放因子（吨二氧化碳当量）。
    车贷指产品为auto或有车辆价值、余额大于零且未核销的贷款。缺车辆价值、里程或因子的不计入，其敞口列入覆盖率的未覆盖部分。
    为存量口径：不论期间长短均为一年排放，不得跨期相加。
reading:
  en: >-
    It falls when loans are repaid, not only when cars get cleaner. Factors by default tell cars
    apart badly: read it with the data-quality score.
  zh: 贷款偿还也会使其下降，并非只因车辆更清洁；使用默认因子难以区分车辆，应与数据质量得分并读。
version: 1
direction: lower_is_better
serves: [climate]
unit: tco2e
measures:
  - {name: emissions, kind: amount, numerator: emissions, n: covered_loans}
  - name: covered_exposure
    title: {en: Exposure behind it, zh: 已核算敞口}
    kind: amount
    unit: money
    direction: context
    numerator: covered_exposure
    n: covered_loans
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
frameworks: ["SASB:FN-CB-410b.1@2023-12", "IFRS-S2:B62@2023-06"]
needs: {loan: [vehicle_value, vehicle_km_per_year, vehicle_emission_factor], loan_month: [balance]}
---*/
select
    period,
    sum(financed_tco2e)                                     as emissions,
    sum(balance) filter (where is_covered)                  as covered_exposure,
    count(*) filter (where is_covered)                      as covered_loans
from vehicle_loan
group by all
