/*---
id: consumer_protection.closed_in_working_days
code: CP-03
title: {en: Complaints closed within three working days, zh: 3个工作日办结率}
definition:
  en: >-
    Complaints closed (decided, else informed) on or before the third working day after the day of
    receipt, of the complaints closed in the period. Working days are those of the State Council's
    announced holidays and make-up days; the first working day after receipt is day 1. Withdrawn
    complaints are left out. Where the holidays of a year are not announced, or a source keeps no
    closing day, it is unknown, also for quick ones: else only they would count.
  zh: >-
    期内办结（决定日，无则告知日）的投诉中，在收到日之后第3个工作日（含）前办结的占比。工作日按国务院公布的节假日及调休安排确定，
    收到次日起第一个工作日为第1日。撤回的投诉不计。所涉年度节假日安排未公布，或来源不记录办结日的，列为未知；
    即使办结很快也列为未知，以免只计快者。
reading:
  en: >-
    Three working days are a British yardstick for a complaint settled at first hand, not a Chinese
    duty. Open complaints are not in it: read it beside the share answered within the limit.
  zh: 3个工作日为英国对“当面即决”投诉的标准，并非境内监管时限；未办结的投诉不在其中，应与监管时限内办结率并读。
version: 1
direction: higher_is_better
serves: [complaints]
unit: share
measures:
  - {name: share, kind: share, numerator: quick, denominator: judged, missing: unknown, cluster: cluster_id}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, topic, source]
frameworks: ["NFRA:disputes@2025-09"]
needs: {complaint: [received_at]}
rules: [complaint_quick_close.working_days]
---*/
with judged_complaint as (
    select
        complaint_closed.*,
        coalesce(complaint_closed.borrower_id, complaint_closed.complaint_id)
                                                            as cluster_id,
        -- A day of a year without announced holidays is in no calendar of working days.
        case
            when complaint_closed.keeps_closing_day
                then complaint_closed.closed_date <= limit_day.day
        end                                                 as is_quick
    from complaint_closed
    left join rule_value as quick_days
        on quick_days.rule = 'complaint_quick_close.working_days'
        and complaint_closed.received_date
            between quick_days.valid_from and quick_days.valid_to
    left join working_day as receipt_day
        on receipt_day.day = complaint_closed.received_date
    left join working_day as limit_day
        on limit_day.nth = receipt_day.nth + cast(quick_days.value as integer)
        and limit_day.is_working
)

select
    period,
    count(*) filter (where is_quick)                        as quick,
    count(is_quick)                                         as judged,
    count(*) filter (where is_quick is null)                as unknown
from judged_complaint
group by all
