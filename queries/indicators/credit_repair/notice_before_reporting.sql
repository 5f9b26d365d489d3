/*---
id: credit_repair.notice_before_reporting
code: CR-08
title: {en: Notice before adverse reporting, zh: 不良信息报送前告知率}
definition:
  en: >-
    Overdue items first reported to the credit bureau in the period (reported_date) of which the
    person was told on or before that day (report_notice_date), of all items first reported in it.
    The duty is that of article 15 of the Regulation on the Credit Reporting Industry (State Council
    order 631): tell the person before adverse information is provided. A blank notice is no evidence
    of one and counts as none; a notice after the report came too late. An item is one unit, also
    where a loan has several. Items never reported stand nowhere.
  zh: >-
    期内首次向征信系统报送（reported_date）的逾期项目中，在报送当日或之前已告知本人（report_notice_date）的占比。
    依据《征信业管理条例》（国务院令第631号）第十五条：提供个人不良信息应当事先告知信息主体本人。告知日为空的无告知凭证，计为未告知；
    报送之后才告知的计为未事先告知。按项目计，一笔贷款可有多个项目；从未报送的项目不计。
reading:
  en: >-
    Days, not hours: a notice on the day of the report may have come after it. That a notice was sent
    does not show that it arrived.
  zh: 以日为单位，报送当日的告知可能晚于报送时刻；已发送告知不等于已送达。
version: 1
direction: higher_is_better
serves: [credit_record]
unit: share
measures:
  - {name: share, kind: share, numerator: told_before, denominator: reported, missing: unknown, cluster: cluster_id}
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
needs: {credit_repair_item: [reported_date, report_notice_date]}
moves: {credit_repair_item: 1, loan: 0, borrower: 0}
---*/
with reported_item as (
    select
        credit_repair_item.item_id,
        coalesce(credit_repair_item.borrower_id, credit_repair_item.item_id)
                                                            as cluster_id,
        calendar_day.period,
        coalesce(
            credit_repair_item.report_notice_date <= credit_repair_item.reported_date,
            false
        )                                                   as is_told_before,
        borrower_period.province,
        borrower_period.area,
        borrower_period.gender,
        borrower_period.age_band,
        borrower_period.income_quintile,
        borrower_period.new_citizen
    from credit_repair_item
    join calendar_day
        on calendar_day.day = credit_repair_item.reported_date
    left join borrower_period
        on borrower_period.borrower_id = credit_repair_item.borrower_id
        and borrower_period.period = calendar_day.period
)

select
    period,
    count(*) filter (where is_told_before)                  as told_before,
    count(*)                                                as reported,
    -- Always nothing: what left no evidence was no notice.
    count(*) filter (where is_told_before is null)          as unknown
from reported_item
group by all
