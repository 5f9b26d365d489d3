/*---
id: healthy_consumption.cooling_off_cancellations
code: HC-26
title: {en: Cooling-off cancellations, zh: 犹豫期取消率}
definition:
  en: >-
    Loans disbursed in the period that were cancelled at no cost within 14 days of signing, of all
    loans disbursed in it. The days run from the day after signing, or after disbursement where the
    day of signing is not recorded; the 14th day still counts. A blank day of cancellation is a loan
    that was not cancelled. A loan cancelled in time whose cost is blank is unknown; one that cost
    something, or came too late, is not a cancellation of this kind. A period shows no number before
    the days of its last loan are over.
  zh: >-
    期内发放的贷款中，签约后14日内无成本取消的笔数占比。自签约次日起算，未记录签约日的自放款次日起算，第14日仍计入。
    取消日为空视为未取消。期限内取消但取消费用为空的列为未知；收取费用或超过期限的不属于此类取消。
    本期最后一笔贷款的期限届满之前，不列示数值。
reading:
  en: Many cancellations may show a right that is known and easy to use, or credit that was sold too fast.
  zh: 取消多，可能说明权利为人所知且便于行使，也可能说明营销过快。
version: 1
direction: context
serves: [conduct]
unit: share
measures:
  - {name: share, kind: share, numerator: cancelled_loans, denominator: known_loans, missing: unknown_loans, cluster: cluster_id, follow_up_days: 14}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
needs: {loan: [disbursed_at, cancelled_date]}
moves: {loan: 1, application: 0, borrower: 0}
rules: [cooling_off.days]
---*/
with followed_loan as (
    select
        new_loan.*,
        case
            when new_loan.cancelled_date is null then false
            when new_loan.cancelled_date
                > coalesce(new_loan.contract_signed_date, new_loan.disbursed_date)
                    + cast(cooling_days.value as integer) then false
            when cooling_days.value is not null then new_loan.cancellation_cost = 0
        end                                                 as is_cancelled_freely
    from new_loan
    left join rule_value as cooling_days
        on cooling_days.rule = 'cooling_off.days'
        and new_loan.disbursed_date
            between cooling_days.valid_from and cooling_days.valid_to
)

select
    period,
    count(*) filter (where is_cancelled_freely)             as cancelled_loans,
    count(is_cancelled_freely)                              as known_loans,
    count(*) filter (where is_cancelled_freely is null)     as unknown_loans
from followed_loan
group by all
