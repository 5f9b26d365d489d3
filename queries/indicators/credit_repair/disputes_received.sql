/*---
id: credit_repair.disputes_received
code: CR-01
title: {en: Credit-record disputes received, zh: 征信异议受理量}
definition:
  en: >-
    Disputes of a credit record received in the period, by the day of receipt, each once. Disputes
    without a day of receipt cannot be placed by it: those resolved in the period are counted beside,
    and not in the number. Disputes that turn out to be unfounded were received and count.
  zh: >-
    按受理日归期的期内征信异议件数，每件计一次。无受理日的异议无法按受理日归期，其中期内办结的另行计数，不计入本数。经核查不成立的异议亦已受理，计入。
reading:
  en: >-
    A count without a denominator. More disputes can mean more errors, or customers who know their
    right: read it with the share corrected.
  zh: 未除以客户数。异议增多可能是差错增多，也可能是客户更了解自身权利，应与异议更正率并读。
version: 1
direction: context
serves: [credit_record]
unit: count
measures:
  - {name: received, kind: count, numerator: received}
  - {name: undated, kind: count, numerator: undated, direction: lower_is_better, title: {en: Resolved without a day of receipt, zh: 已办结而无受理日}}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
needs: {credit_repair_item: [opened_date]}
moves: {credit_repair_item: 1, loan: 0, borrower: 0}
---*/
select
    period,
    count(*) filter (where event = 'received')              as received,
    count(*) filter (where event = 'resolved' and opened_date is null)
                                                            as undated
from dispute_event
group by all
