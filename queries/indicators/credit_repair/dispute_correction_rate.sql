/*---
id: credit_repair.dispute_correction_rate
code: CR-03
title: {en: Dispute correction rate, zh: 异议更正率}
definition:
  en: >-
    Disputes of a credit record whose outcome begins with corrected (a part of the record is enough),
    of those resolved in the period with the outcome corrected or confirmed. Any other outcome, and a
    blank one, is unknown: neither a correction nor a confirmation. Open disputes stand nowhere.
  zh: >-
    期内办结且结果为更正或核实无误（confirmed）的征信异议中，结果以corrected开头（部分更正亦计）的占比。其他结果及空白结果列为未知，
    既不视为更正也不视为无误；未办结的异议不计。
reading:
  en: >-
    Neither direction is better by itself: a high rate says that records were wrong, a low one that
    they were right, or that disputes are waved away.
  zh: 高低本身无优劣：更正率高说明原有记录差错多；更正率低既可能因为记录准确，也可能因为处理敷衍。
version: 1
direction: context
serves: [credit_record]
unit: share
measures:
  - {name: share, kind: share, numerator: corrected, denominator: judged, missing: unknown, cluster: cluster_id}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["PBOC:quality@2016"]
needs: {credit_repair_item: [resolved_date, outcome]}
moves: {credit_repair_item: 1, loan: 0, borrower: 0}
---*/
with resolved_dispute as (
    select
        dispute_event.*,
        case
            when dispute_event.outcome like 'corrected%' then true
            when dispute_event.outcome = 'confirmed' then false
        end                                                 as is_corrected
    from dispute_event
    where dispute_event.event = 'resolved'
)

select
    period,
    count(*) filter (where is_corrected)                    as corrected,
    count(is_corrected)                                     as judged,
    count(*) filter (where is_corrected is null)            as unknown
from resolved_dispute
group by all
