/*---
id: credit_repair.dispute_resolution_in_time
code: CR-02
title: {en: Credit-record disputes resolved within the statutory days, zh: 征信异议法定时限办结率}
definition:
  en: >-
    Disputes of a credit record resolved on or before the last day of the statutory limit, of those
    whose limit falls in the period. The limit is 20 calendar days, the day after receipt being day
    1, by the rule in force on the day of receipt. A dispute still open when its limit has passed is
    late; limits after the day the data stand at are not yet judged. Disputes without a day of
    receipt, or from before the rule, are unknown and stand in the period of the day that is known.
  zh: >-
    时限落在本期的征信异议中，在法定时限最后一日（含）前办结的占比。时限为20个自然日，收到次日为第1日，适用收到日有效的规定。
    时限已过仍未办结的计为超时；时限晚于数据日的暂不判断。无收到日或规定施行前收到的异议列为未知，按已知日期归期。
reading:
  en: In time says nothing about the outcome; the correction rate does.
  zh: 按时办结不说明处理结果，处理结果见异议更正率。
version: 1
direction: higher_is_better
serves: [credit_record]
unit: share
measures:
  - {name: share, kind: share, numerator: in_time, denominator: judged, missing: unknown}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["PBOC:quality@2016"]
needs: {credit_repair_item: [opened_date, resolved_date]}
moves: {credit_repair_item: 1, loan: 0, borrower: 0}
rules: [cn_credit_reporting.dispute_days]
---*/
select
    period,
    count(*) filter (where is_in_time)                      as in_time,
    count(is_in_time)                                       as judged,
    count(*) filter (where is_in_time is null)              as unknown
from dispute_limit
group by all
