/*---
id: healthy_consumption.debt_service_to_income
code: HC-01
title: {en: Debt service to income (DSTI), zh: 负债收入比（DSTI）}
definition:
  en: >-
    What a borrower pays on all debt in a month, to all lenders, as the credit bureau's latest file has
    it, over the monthly income on file: median and 90th percentile. Refreshed: of the active borrowers
    at the period's last month end, by the latest file up to the period's end. At origination: of the
    loans disbursed in the period, by the latest file of a day before the disbursement, which does not
    hold the new loan's own instalments yet. Files older than the dated rule's days are not used.
    Borrowers without a file, without the sum, without an income or with an income of zero have no
    DSTI; they are counted apart.
  zh: >-
    借款人每月向所有机构偿还的债务本息（以最近一份征信记录为准）与在档月收入之比，列示中位数与90分位数。存量：期末活跃借款人，取截至期末最近的征信记录；
    放款时：期内发放的贷款，取放款日之前最近的征信记录，其中尚不含该笔贷款的应还款。超过规定天数的征信记录不用。无征信记录、无月还款额、无收入或收入为零者无法计算，另行列数。
reading:
  en: >-
    0.5 means that half of the income goes to debt. Incomes are mostly declared or modelled, and are
    those on file today, also for the past. Rent and private loans are not in it.
  zh: 0.5表示收入的一半用于还债。收入多为自述或模型估计，且各期均用目前在档的收入；房租及民间借贷不在其内。
version: 1
direction: lower_is_better
serves: [over_indebtedness]
unit: ratio
measures:
  - name: median
    title: {en: "DSTI of active borrowers, median", zh: 存量借款人负债收入比中位数}
    kind: quantile
    quantile: 0.5
    numerator: median
    n: known
  - name: p90
    title: {en: "DSTI of active borrowers, 90th percentile", zh: 存量借款人负债收入比90分位数}
    kind: quantile
    quantile: 0.9
    numerator: p90
    n: known
  - name: median_at_origination
    title: {en: "DSTI before new loans, median", zh: 放款时负债收入比中位数}
    kind: quantile
    quantile: 0.5
    numerator: origination_median
    n: origination_known
  - name: p90_at_origination
    title: {en: "DSTI before new loans, 90th percentile", zh: 放款时负债收入比90分位数}
    kind: quantile
    quantile: 0.9
    numerator: origination_p90
    n: origination_known
  - name: unknown_borrowers
    title: {en: Active borrowers without a DSTI, zh: 无法计算负债收入比的存量借款人}
    kind: count
    unit: person
    direction: context
    numerator: unknown
  - name: unknown_loans
    title: {en: New loans without a DSTI, zh: 无法计算负债收入比的新发放贷款}
    kind: count
    unit: loan
    direction: context
    numerator: origination_unknown
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
needs:
  loan_month: [balance]
  loan: [borrower_id]
  bureau_month: [monthly_debt_service]
  borrower: [monthly_income]
rules: [bureau_file.most_days]
---*/
with earlier_file as (
    select
        new_loan.loan_id,
        bureau_month.monthly_debt_service,
        row_number() over (
            partition by new_loan.loan_id
            order by bureau_month.as_of_date desc
        )                                                   as file_no
    from new_loan
    join rule_value as most_days
        on most_days.rule = 'bureau_file.most_days'
        and new_loan.disbursed_date between most_days.valid_from and most_days.valid_to
    join bureau_month
        on bureau_month.borrower_id = new_loan.borrower_id
        and bureau_month.as_of_date < new_loan.disbursed_date
        and bureau_month.as_of_date + cast(most_days.value as integer)
            >= new_loan.disbursed_date
),

-- Borrowers at the period's end and loans of the period in one list: both end in one row a
-- period.
borrower_or_loan as (
    select
        borrower_debt.period,
        borrower_debt.province,
        borrower_debt.area,
        borrower_debt.gender,
        borrower_debt.age_band,
        borrower_debt.income_quintile,
        borrower_debt.new_citizen,
        false                                               as is_origination,
        borrower_debt.dsti
    from borrower_debt
    union all
    select
        new_loan.period,
        new_loan.province,
        new_loan.area,
        new_loan.gender,
        new_loan.age_band,
        new_loan.income_quintile,
        new_loan.new_citizen,
        true                                                as is_origination,
        earlier_file.monthly_debt_service / nullif(new_loan.monthly_income, 0)
                                                            as dsti
    from new_loan
    left join earlier_file
        on earlier_file.loan_id = new_loan.loan_id
        and earlier_file.file_no = 1
)

select
    period,
    quantile_cont(dsti, 0.5) filter (where not is_origination)
                                                            as median,
    quantile_cont(dsti, 0.9) filter (where not is_origination)
                                                            as p90,
    count(dsti) filter (where not is_origination)           as known,
    count(*) filter (where not is_origination and dsti is null)
                                                            as unknown,
    quantile_cont(dsti, 0.5) filter (where is_origination)  as origination_median,
    quantile_cont(dsti, 0.9) filter (where is_origination)  as origination_p90,
    count(dsti) filter (where is_origination)               as origination_known,
    count(*) filter (where is_origination and dsti is null) as origination_unknown
from borrower_or_loan
group by all
