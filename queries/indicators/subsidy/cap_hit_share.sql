/*---
id: subsidy.cap_hit_share
code: SUB-13
title: {en: Customers at a cap, zh: 封顶率}
definition:
  en: >-
    Borrowers from whose computed subsidy on bills due in the period a cap took something, of the
    borrowers with a computed subsidy before caps: any cap, and each by itself (the cap of a purchase, of
    small purchases, of the borrower). Whoever reaches a cap exactly loses nothing and is not at it. A
    borrower whose cap was used up before stays in both numbers while interest is charged. Borrowers with
    a bill that cannot be judged and no cap hit on the others are missing. The half-rate rule is no cap.
  zh: >-
    按规则测算（封顶前）本期有贴息的借款人中，被任一上限扣减者的占比，并分单笔上限、小额累计上限、个人累计上限列示。恰好达到上限而未被扣减者不计入封顶。
    上限此前已用尽的借款人，在继续计收利息期间仍计入分子和分母。有账单无法判定且其他账单未触及上限者列为未知。合同利率50%规则不属于上限。
version: 1
direction: context
serves: [subsidy_reach]
unit: share
measures:
  - {name: share, kind: share, numerator: capped, denominator: borrowers, missing: unknown}
  - {name: transaction_cap, title: {en: At the cap of a purchase, zh: 触及单笔上限}, kind: share, numerator: transaction_capped, denominator: borrowers, missing: unknown}
  - {name: small_cap, title: {en: At the cap of small purchases, zh: 触及小额累计上限}, kind: share, numerator: small_capped, denominator: borrowers, missing: unknown}
  - {name: total_cap, title: {en: At the cap of the borrower, zh: 触及个人累计上限}, kind: share, numerator: total_capped, denominator: borrowers, missing: unknown}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["GRI:G4-FS7"]
needs:
  loan: [borrower_id]
  spending: [verification]
  interest_bill: [interest_due]
  institution: [policy_list]
---*/
with due_borrower as (
    select
        subsidy_due.borrower_id,
        subsidy_due.period,
        -- One row per person, so the attributes of all their loans are the same.
        subsidy_due.province,
        subsidy_due.area,
        subsidy_due.gender,
        subsidy_due.age_band,
        subsidy_due.income_quintile,
        subsidy_due.new_citizen,
        sum(subsidy_due.unknown_facts)                      as unknown_facts,
        sum(subsidy_due.uncapped - subsidy_due.lost_half_rate)
                                                            as before_caps,
        sum(subsidy_due.lost_transaction_cap)               as lost_transaction_cap,
        sum(subsidy_due.lost_small_cap)                     as lost_small_cap,
        sum(subsidy_due.lost_total_cap)                     as lost_total_cap,
        sum(
            subsidy_due.lost_transaction_cap + subsidy_due.lost_small_cap
                + subsidy_due.lost_total_cap
        )                                                   as lost_caps
    from subsidy_due
    where subsidy_due.borrower_id is not null
    group by
        subsidy_due.borrower_id,
        subsidy_due.period,
        subsidy_due.province,
        subsidy_due.area,
        subsidy_due.gender,
        subsidy_due.age_band,
        subsidy_due.income_quintile,
        subsidy_due.new_citizen
),

judged_borrower as (
    select
        due_borrower.*,
        -- A cap that was hit is known whatever the bill that cannot be judged holds.
        before_caps > 0 and (unknown_facts = 0 or lost_caps > 0)
                                                            as is_judged
    from due_borrower
)

select
    period,
    count(*) filter (where is_judged and lost_caps > 0)     as capped,
    count(*) filter (where is_judged and lost_transaction_cap > 0)
                                                            as transaction_capped,
    count(*) filter (where is_judged and lost_small_cap > 0)
                                                            as small_capped,
    count(*) filter (where is_judged and lost_total_cap > 0)
                                                            as total_capped,
    count(*) filter (where is_judged)                       as borrowers,
    count(*) filter (where unknown_facts > 0 and not is_judged)
                                                            as unknown
from judged_borrower
group by all
