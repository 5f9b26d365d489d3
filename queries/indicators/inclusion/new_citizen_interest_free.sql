/*---
id: inclusion.new_citizen_interest_free
code: INC-23
title: {en: New citizens using interest-free credit, zh: 新市民免息服务人数}
definition:
  en: >-
    New citizens with at least one loan disbursed in the period that has interest-free days, and
    their share of the new citizens who used our credit in the period: who received a loan in it, or
    owe a balance at its last month end. New citizens as in INC-08. Unknown are persons of whom it is
    not known whether they are new citizens, and new citizens without an interest-free loan in the
    period but with one whose interest-free days are not recorded; they stand in neither number.
  zh: >-
    期内至少获得一笔含免息天数贷款的新市民人数，及其占当期使用本机构信贷的新市民（期内获得贷款，或期内最后一个月末有余额）的比例。新市民口径同 INC-08。
    是否新市民不明者，以及期内无免息贷款、但有贷款未记录免息天数的新市民，列为未知，分子分母均不计。
reading:
  en: >-
    It says who was offered interest-free days, not who paid no interest in the end. An interest-free
    loan repaid within the period counts, which a balance at the period's end would miss.
  zh: 反映获得免息期的人数，不等于最终未付利息的人数。期内借、期内还清的免息贷款也计入，只看期末余额会遗漏。
version: 1
direction: higher_is_better
serves: [access]
unit: share
measures:
  - name: share
    title: {en: "Share of new citizens using interest-free credit", zh: "新市民免息服务占比"}
    kind: share
    numerator: interest_free_new_citizens
    denominator: new_citizens
    missing: unknown
  - name: interest_free_new_citizens
    title: {en: New citizens using interest-free credit, zh: 新市民免息服务人数}
    kind: count
    unit: person
    numerator: interest_free_new_citizens
breakdowns: [province, area, gender, age_band, income_quintile]
frameworks: ["GRI:G4-FS14"]
needs:
  loan: [disbursed_at, interest_free_days]
  borrower: [is_urban_resident, hukou_city_code, resident_city_code]
rules: [new_citizen.hukou_months]
---*/
with new_loan_borrower as (
    select
        new_loan.borrower_id,
        new_loan.period,
        count(*) filter (where new_loan.interest_free_days > 0)
                                                            as interest_free_loans,
        count(*) filter (where new_loan.interest_free_days is null)
                                                            as loans_of_unknown_terms
    from new_loan
    where new_loan.borrower_id is not null
    group by new_loan.borrower_id, new_loan.period
),

user_of_credit as (
    select new_loan_borrower.borrower_id, new_loan_borrower.period
    from new_loan_borrower
    union
    select active_borrower.borrower_id, active_borrower.period
    from active_borrower
),

judged_user as (
    select
        user_of_credit.borrower_id,
        user_of_credit.period,
        borrower_period.province,
        borrower_period.area,
        borrower_period.gender,
        borrower_period.age_band,
        borrower_period.income_quintile,
        borrower_period.new_citizen,
        borrower_period.is_new_citizen,
        case
            when new_loan_borrower.interest_free_loans > 0 then true
            when coalesce(new_loan_borrower.loans_of_unknown_terms, 0) = 0 then false
        end                                                 as used_interest_free
    from user_of_credit
    left join new_loan_borrower
        on new_loan_borrower.borrower_id = user_of_credit.borrower_id
        and new_loan_borrower.period = user_of_credit.period
    left join borrower_period
        on borrower_period.borrower_id = user_of_credit.borrower_id
        and borrower_period.period = user_of_credit.period
)

select
    period,
    count(*) filter (where is_new_citizen and used_interest_free)
                                                            as interest_free_new_citizens,
    count(*) filter (where is_new_citizen and used_interest_free is not null)
                                                            as new_citizens,
    count(*) filter (
        where is_new_citizen is null or (is_new_citizen and used_interest_free is null)
    )                                                       as unknown
from judged_user
group by all
