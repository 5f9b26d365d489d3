/*---
id: healthy_consumption.education_reach
code: HC-18
title: {en: Financial-education reach and gain, zh: 金融知识普及人数与提升}
definition:
  en: >-
    Customers with at least one act of financial education in the period, each counted once; tests
    alone are no education. The gain is the rise of the mean score from the first test to the last, of
    the mean of the first: for each test after a course (post) taken in the period, the customer's
    latest test before a course (pre) that lies before it, in this period or an earlier one. Only
    pairs with both scores count, and where the first scores add up to nothing there is no gain. A
    customer with several tests after a course in the period counts with the latest. Tested again is
    the share of those with a pair, of all customers with a test after a course; where one of the two
    scores is blank, the customer is unknown.
  zh: >-
    期内至少参加过一次金融知识教育活动的客户数，每人只计一次；仅参加测试的不计。提升=（后测均分－前测均分）/前测均分：
    以期内的后测，与该客户在其之前最近一次前测（不限本期）配对，两次得分均有记录的方计入；前测得分合计为零的无提升值。
    同一客户期内有多次后测的，取最近一次。可配对占比=已配对客户/有后测的客户；两次测试中任一得分为空的列为未知。
reading:
  en: >-
    Those who take the second test are not all who took the first, and people learn from the test
    itself: without a comparison group the gain is no effect of the course.
  zh: 参加后测的并非全部前测者，且测试本身也会使人熟悉题目；没有对照组，提升不等于课程效果。
version: 1
direction: higher_is_better
serves: [financial_health]
unit: person
measures:
  - name: participants
    title: {en: "Customers reached by financial education", zh: "金融知识普及人数"}
    kind: count
    numerator: participants
  - name: gain
    title: {en: "Gain from the first test to the last", zh: "前后测提升幅度"}
    kind: ratio
    unit: ratio
    numerator: score_gained
    denominator: score_before
    n: paired_customers
    cluster: borrower_id
  - name: tested_again_share
    title: {en: "Customers with a test before and after", zh: "前后测可配对占比"}
    kind: share
    unit: share
    direction: context
    numerator: paired_customers
    denominator: tested_customers
    missing: unscored_customers
    cluster: borrower_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["GRI:G4-FS16", "UNEPFI-PRB:B.2.1@2022-09", "NFRA:education@2025-09", "SASB:FN-CB-240a.4@2023-12"]
needs: {engagement: [tool]}
---*/
with participant as (
    select distinct
        tool_use.borrower_id,
        tool_use.period,
        tool_use.province,
        tool_use.area,
        tool_use.gender,
        tool_use.age_band,
        tool_use.income_quintile,
        tool_use.new_citizen
    from tool_use
    where tool_use.tool = 'education'
),

ranked_post as (
    select
        tool_use.*,
        row_number() over (
            partition by tool_use.borrower_id, tool_use.period
            order by tool_use.occurred_at desc
        )                                                   as post_no
    from tool_use
    where tool_use.tool = 'pre_post_test'
        and tool_use.result = 'post'
),

-- One row a test after a course: several tests before it must not multiply it.
ranked_pair as (
    select
        ranked_post.borrower_id,
        ranked_post.period,
        ranked_post.province,
        ranked_post.area,
        ranked_post.gender,
        ranked_post.age_band,
        ranked_post.income_quintile,
        ranked_post.new_citizen,
        cast(ranked_post.value as decimal(18, 4))           as score_after,
        cast(pre.value as decimal(18, 4))                   as score_before,
        pre.borrower_id is not null                         as has_pre,
        row_number() over (
            partition by ranked_post.borrower_id, ranked_post.period
            order by pre.occurred_at desc
        )                                                   as pre_no
    from ranked_post
    left join engagement as pre
        on pre.borrower_id = ranked_post.borrower_id
        and pre.tool = 'pre_post_test'
        and pre.result = 'pre'
        and pre.occurred_at < ranked_post.occurred_at
    where ranked_post.post_no = 1
),

-- Courses and tests side by side: each measure looks at its own rows.
reached_or_tested as (
    select
        participant.*,
        true                                                as is_participant,
        cast(null as boolean)                               as is_paired,
        cast(null as decimal(18, 4))                        as score_before,
        cast(null as decimal(18, 4))                        as score_after
    from participant
    union all
    select
        ranked_pair.borrower_id,
        ranked_pair.period,
        ranked_pair.province,
        ranked_pair.area,
        ranked_pair.gender,
        ranked_pair.age_band,
        ranked_pair.income_quintile,
        ranked_pair.new_citizen,
        false                                               as is_participant,
        -- A blank score hides what the pair would say; no earlier test is a known no.
        case
            when not ranked_pair.has_pre then false
            when ranked_pair.score_after is not null
                and ranked_pair.score_before is not null then true
        end                                                 as is_paired,
        ranked_pair.score_before,
        ranked_pair.score_after
    from ranked_pair
    where ranked_pair.pre_no = 1
)

select
    period,
    count(*) filter (where is_participant)                  as participants,
    coalesce(sum(score_after - score_before), 0)            as score_gained,
    coalesce(sum(score_before) filter (where score_after is not null), 0)
                                                            as score_before,
    count(*) filter (where is_paired)                       as paired_customers,
    count(is_paired)                                        as tested_customers,
    count(*) filter (where not is_participant and is_paired is null)
                                                            as unscored_customers
from reached_or_tested
group by all
