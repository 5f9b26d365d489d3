/*---
id: inclusion.customers_served
code: INC-01
title: {en: Customers served in the period, zh: 期内服务客户数}
definition:
  en: >-
    Borrowers with a contract that ran at any time in the period, each counted once: a loan disbursed
    in it, or a loan with a balance above zero at one of its month ends or at the month end of the day
    before it begins. Loans written off by the month end looked at are none, and overpaid loans are
    none. A loan cancelled after it was paid out was a contract. Loans without a borrower cannot be
    counted as persons.
  zh: >-
    期内任一时点有存续合同的借款人数，每人只计一次：期内有贷款发放，或在期内任一月末、期初前一日的月末有余额大于零的贷款。
    截至该月末已核销及溢缴的贷款不计；放款后撤销的贷款曾为有效合同，予以计入；无借款人编号的贷款无法按人计数。
reading:
  en: >-
    Longer periods give higher numbers, and quarters do not add up to the year: most customers are in
    several. Who only applied is not counted. A loan opened and repaid is seen by its disbursement
    alone.
  zh: 统计期越长人数越多，各季之和不等于全年。仅申请未获贷款者不计。
version: 1
direction: context
serves: [access]
unit: person
measures:
  - {name: customers, kind: count, numerator: customers}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["IRIS:PI4060@5.3c", "SASB:FN-CF-000.A@2023-12"]
needs: {loan: [borrower_id, disbursed_at], loan_month: [balance]}
moves: {loan_month: 1, loan: 1, borrower: 0}
---*/
with contract as (
    select
        loan_month_seen.borrower_id,
        loan_month_seen.period,
        loan_month_seen.province,
        loan_month_seen.area,
        loan_month_seen.gender,
        loan_month_seen.age_band,
        loan_month_seen.income_quintile,
        loan_month_seen.new_citizen
    from loan_month_seen
    where loan_month_seen.balance > 0
        and not loan_month_seen.is_written_off
        and loan_month_seen.borrower_id is not null
    union all
    select
        new_loan.borrower_id,
        new_loan.period,
        new_loan.province,
        new_loan.area,
        new_loan.gender,
        new_loan.age_band,
        new_loan.income_quintile,
        new_loan.new_citizen
    from new_loan
    where new_loan.borrower_id is not null
),

-- Attributes stand at the period's end in both, so a borrower is in one row.
served_borrower as (
    select distinct
        borrower_id, period, province, area, gender, age_band, income_quintile, new_citizen
    from contract
)

select
    period,
    count(*)                                                as customers
from served_borrower
group by all
