/*---
id: subsidy.reach_among_excluded
code: SUB-19
title: {en: Subsidy reach among the excluded, zh: 重点人群贴息触达率}
definition:
  en: >-
    Active borrowers with an approved subsidy on the claims for the period, of all active borrowers
    (a balance above zero at the period's last month end): for all, and for those who were first-time
    borrowers (no file or no account ever at their first application, W1–W2), new citizens (as in
    INC-08), residents of county towns and rural areas, and borrowers in the two lowest income
    quintiles (as in SUB-07). Borrowers without an approved claim and with an undecided one are missing
    in every group that they belong to; borrowers of whom it is not known whether they belong to a group
    are missing in that group. While no claim for the period is decided there is no number.
  zh: >-
    期末活跃借款人（期内最后一个月末余额大于零）中，对本期申报获核准贴息者的占比：分全体、首贷户（首次申请时无档案或从无账户，W1–W2）、新市民（同 INC-08）、
    县域及农村居民、收入最低两个五分位借款人（同 SUB-07）列示。无核准申报且有申报尚未审定的借款人在其所属各组均列为未知；是否属于某组不明者在该组列为未知；全部申报均未审定时不出数。
reading:
  en: >-
    The denominator holds borrowers whose loans or spending are not eligible; take-up among eligible
    customers is another number. Borrowers who repaid before the month end are in neither. Most undecided
    claims are approved later, so the reach of a quarter still under review reads too low.
  zh: 分母包含贷款或消费不符合贴息条件的借款人，与符合条件客户的触达率不同。月末前已结清者分子分母均不计。未审定的申报多数随后获核准，审核未完的季度触达率偏低。
version: 1
direction: higher_is_better
serves: [subsidy_reach]
unit: share
measures:
  - name: all
    title: {en: All active borrowers, zh: 全体活跃借款人}
    kind: share
    numerator: subsidised
    denominator: borrowers
    missing: undecided
  - name: first_time
    title: {en: First-time borrowers, zh: 首贷户}
    kind: share
    numerator: first_time_subsidised
    denominator: first_time
    missing: first_time_unknown
  - name: new_citizens
    title: {en: New citizens, zh: 新市民}
    kind: share
    numerator: new_citizens_subsidised
    denominator: new_citizens
    missing: new_citizens_unknown
  - name: county_rural
    title: {en: County and rural residents, zh: 县域及农村居民}
    kind: share
    numerator: county_rural_subsidised
    denominator: county_rural
    missing: county_rural_unknown
  - name: low_income
    title: {en: Two lowest income quintiles, zh: 收入最低两个五分位}
    kind: share
    numerator: low_income_subsidised
    denominator: low_income
    missing: low_income_unknown
breakdowns: [province, gender, age_band]
frameworks: ["GRI:G4-FS7", "GRI:G4-FS14"]
needs: {subsidy_claim: [approved], loan: [borrower_id], loan_month: [balance]}
rules: [new_citizen.hukou_months]
---*/
with claimed_borrower as (
    select
        claimed_loan.borrower_id,
        claimed_loan.period,
        count(*) filter (where claimed_loan.is_subsidised)  as subsidised_loans,
        count(*) filter (where claimed_loan.is_subsidised is null)
                                                            as undecided_loans
    from claimed_loan
    where claimed_loan.borrower_id is not null
    group by claimed_loan.borrower_id, claimed_loan.period
),

-- A period without any decided claim is no data, not a reach of zero: claims for a
-- quarter are filed after it and decided later still.
decided_period as (
    select distinct claimed_loan.period
    from claimed_loan
    where claimed_loan.is_subsidised is not null
),

reached_borrower as (
    select
        active_borrower.*,
        case
            when claimed_borrower.subsidised_loans > 0 then true
            when coalesce(claimed_borrower.undecided_loans, 0) = 0 then false
        end                                                 as is_subsidised,
        active_borrower.first_credit_file_status in ('no_file', 'no_account')
                                                            as is_first_time,
        active_borrower.area in ('county', 'rural')         as is_county_rural,
        active_borrower.monthly_income <= low_income_line.low_income_to
                                                            as is_low_income
    from active_borrower
    join decided_period
        on decided_period.period = active_borrower.period
    left join claimed_borrower
        on claimed_borrower.borrower_id = active_borrower.borrower_id
        and claimed_borrower.period = active_borrower.period
    left join low_income_line
        on low_income_line.period = active_borrower.period
)

select
    period,
    count(*) filter (where is_subsidised)                   as subsidised,
    count(*) filter (where is_subsidised is not null)       as borrowers,
    count(*) filter (where is_subsidised is null)           as undecided,
    count(*) filter (where is_first_time and is_subsidised) as first_time_subsidised,
    count(*) filter (where is_first_time and is_subsidised is not null)
                                                            as first_time,
    count(*) filter (
        where is_first_time is null or (is_first_time and is_subsidised is null)
    )                                                       as first_time_unknown,
    count(*) filter (where is_new_citizen and is_subsidised)
                                                            as new_citizens_subsidised,
    count(*) filter (where is_new_citizen and is_subsidised is not null)
                                                            as new_citizens,
    count(*) filter (
        where is_new_citizen is null or (is_new_citizen and is_subsidised is null)
    )                                                       as new_citizens_unknown,
    count(*) filter (where is_county_rural and is_subsidised)
                                                            as county_rural_subsidised,
    count(*) filter (where is_county_rural and is_subsidised is not null)
                                                            as county_rural,
    count(*) filter (
        where is_county_rural is null or (is_county_rural and is_subsidised is null)
    )                                                       as county_rural_unknown,
    count(*) filter (where is_low_income and is_subsidised) as low_income_subsidised,
    count(*) filter (where is_low_income and is_subsidised is not null)
                                                            as low_income,
    count(*) filter (
        where is_low_income is null or (is_low_income and is_subsidised is null)
    )                                                       as low_income_unknown
from reached_borrower
group by all
