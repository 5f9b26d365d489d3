/*---
id: subsidy.bottom_40_incidence
code: SUB-07
title: {en: Benefit incidence of the bottom 40 %, zh: 底层40%受益份额}
definition:
  en: >-
    Approved subsidy that went to borrowers in the two lowest income quintiles, of all approved
    subsidy on the claims for the period whose borrower's income is known. Quintiles are those of the
    lender's active borrowers with known income at the period's last month end, by monthly income on
    file, before any subsidy; equal incomes share the average of their ranks, and the two lowest quintiles
    hold the ranks that, less one half and divided by the number ranked, lie below 40 %. A borrower who
    repaid before the month end is placed by the same income line. Subsidy to borrowers of unknown income
    is missing and stands in neither amount, and so is all of it when no line can be drawn because all
    incomes are equal.
  zh: >-
    对本期的申报中，核准贴息额流向收入最低两个五分位借款人的份额，分母为借款人收入已知的核准贴息额。五分位按期末活跃且收入已知的借款人的在档月收入（贴息前）划分，收入相同者取平均秩次；秩次减0.5后除以排序人数小于40%者为最低两个五分位。
    月末前已结清的借款人按同一收入线归类。收入未知者所获贴息列为未知，分子分母均不计；全部收入相同而无法划线时亦然。
reading:
  en: >-
    40 % would be an even spread over the lender's own customers, who are not the population. Most
    incomes are declared or modelled, not verified.
  zh: 40%表示在本机构客户中均匀分布，而客户并不代表全体居民。收入多为自述或模型估计，未经核实。
version: 1
direction: higher_is_better
serves: [subsidy_reach]
unit: share
measures:
  - name: share
    kind: weighted_share
    numerator: low_income_subsidy
    denominator: known_subsidy
    missing: unknown_subsidy
    n: beneficiaries
    numerator_n: low_income_beneficiaries
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, new_citizen, product, channel, first_time]
frameworks: ["GRI:G4-FS7"]
needs:
  subsidy_claim: [approved]
  loan: [borrower_id]
  loan_month: [balance]
  borrower: [monthly_income]
---*/
with subsidised_loan as (
    select
        claimed_loan.*,
        claimed_loan.monthly_income <= low_income_line.low_income_to
                                                            as is_low_income
    from claimed_loan
    left join low_income_line
        on low_income_line.period = claimed_loan.period
    where claimed_loan.is_subsidised
)

select
    period,
    coalesce(sum(approved) filter (where is_low_income), 0) as low_income_subsidy,
    coalesce(sum(approved) filter (where is_low_income is not null), 0)
                                                            as known_subsidy,
    coalesce(sum(approved) filter (where is_low_income is null), 0)
                                                            as unknown_subsidy,
    count(distinct cluster_id) filter (where is_low_income is not null)
                                                            as beneficiaries,
    count(distinct cluster_id) filter (where is_low_income)
                                                            as low_income_beneficiaries
from subsidised_loan
group by all
