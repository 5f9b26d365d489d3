/*---
id: consumer_protection.self_assessment
code: CP-27
title: {en: Self-assessment on the seven supervisory elements, zh: 消保监管评价七要素自评}
definition:
  en: >-
    Points the lender gives itself on the elements of the supervisor's evaluation of consumer
    protection: the sum over all elements, 0 to 100. For each element the points
    (self_assessment_points_ELEMENT) and what it counts at most (self_assessment_weight_ELEMENT) are
    stated; elements are governance, suitability, marketing, disputes, education, service and
    privacy. There is a score only when every element is stated and in order: a weight not below the
    element's minimum, weights that add up to the total, points from 0 to the weight, in steps of the
    smallest unit, by the rules in force on the period's last day. A half or a year without its own
    figures takes its last quarter, only when all its quarters are stated.
  zh: >-
    机构按监管评价要素自评的得分合计（0至100分）。各要素填报得分（self_assessment_points_要素）与满分（self_assessment_weight_要素），
    要素为体制机制（governance）、适当性管理（suitability）、营销行为管理（marketing）、纠纷化解（disputes）、金融教育（education）、
    消费者服务（service）、个人信息保护（privacy）。仅当全部要素齐备且符合期末有效的规则时列示得分：满分不低于该要素最低权重、
    满分合计等于总分、得分在0与满分之间且为最小计分单位的整数倍。半年或全年无自身数据时取其最后一个季度，且须各季度齐备。
reading:
  en: >-
    A self-assessment is not the supervisor's result. The thresholds of its levels are not published,
    so no level is shown. The share of points reached says where the gaps are.
  zh: 自评不等于监管评价结果；等级划分阈值未公开，故不列示等级。各要素得分率显示差距所在。
version: 1
direction: higher_is_better
serves: [conduct]
unit: score
measures:
  - name: score
    title: {en: Total score, zh: 自评总分}
    kind: index
    numerator: score
  - name: elements_out_of_order
    title: {en: Elements missing or out of order, zh: 缺失或不合规则的要素数}
    kind: index
    unit: count
    direction: lower_is_better
    numerator: elements_out_of_order
  - {name: governance, kind: index, unit: share, numerator: governance, title: {en: "Governance, share of points", zh: 体制机制得分率}}
  - {name: suitability, kind: index, unit: share, numerator: suitability, title: {en: "Suitability, share of points", zh: 适当性管理得分率}}
  - {name: marketing, kind: index, unit: share, numerator: marketing, title: {en: "Marketing, share of points", zh: 营销行为管理得分率}}
  - {name: disputes, kind: index, unit: share, numerator: disputes, title: {en: "Disputes, share of points", zh: 纠纷化解得分率}}
  - {name: education, kind: index, unit: share, numerator: education, title: {en: "Education, share of points", zh: 金融教育得分率}}
  - {name: service, kind: index, unit: share, numerator: service, title: {en: "Service, share of points", zh: 消费者服务得分率}}
  - {name: privacy, kind: index, unit: share, numerator: privacy, title: {en: "Personal information, share of points", zh: 个人信息保护得分率}}
breakdowns: []
frameworks: ["NFRA:governance@2025-09", "NFRA:suitability@2025-09", "NFRA:marketing@2025-09", "NFRA:disputes@2025-09", "NFRA:education@2025-09", "NFRA:service@2025-09", "NFRA:privacy@2025-09"]
disclosure: stated
needs: {esg_fact: [value]}
rules:
  - cn_protection_evaluation.governance
  - cn_protection_evaluation.suitability
  - cn_protection_evaluation.marketing
  - cn_protection_evaluation.disputes
  - cn_protection_evaluation.education
  - cn_protection_evaluation.service
  - cn_protection_evaluation.privacy
  - cn_protection_evaluation.total
  - cn_protection_evaluation.smallest_unit
---*/
with assessed_period as (
    select distinct
        calendar.period,
        calendar.last_day
    from calendar
    join stated_fact
        on stated_fact.period = calendar.period
        and stated_fact.metric like 'self_assessment_%'
),

-- Every element that has a minimum on the day, stated or not.
element as (
    select
        assessed_period.period,
        replace(minimum.rule, 'cn_protection_evaluation.', '')
                                                            as name,
        minimum.value                                       as minimum,
        total.value                                         as total,
        points.stock                                        as points,
        weight.stock                                        as weight,
        coalesce(
            weight.stock >= minimum.value
                and points.stock between 0 and weight.stock
                and points.stock % cast(smallest_unit.value as decimal(24, 6)) = 0,
            false
        )                                                   as is_in_order
    from assessed_period
    join rule_value as minimum
        on minimum.rule in (
            'cn_protection_evaluation.governance',
            'cn_protection_evaluation.suitability',
            'cn_protection_evaluation.marketing',
            'cn_protection_evaluation.disputes',
            'cn_protection_evaluation.education',
            'cn_protection_evaluation.service',
            'cn_protection_evaluation.privacy'
        )
        and assessed_period.last_day between minimum.valid_from and minimum.valid_to
    join rule_value as total
        on total.rule = 'cn_protection_evaluation.total'
        and assessed_period.last_day between total.valid_from and total.valid_to
    join rule_value as smallest_unit
        on smallest_unit.rule = 'cn_protection_evaluation.smallest_unit'
        and assessed_period.last_day
            between smallest_unit.valid_from and smallest_unit.valid_to
    left join stated_fact as points
        on points.period = assessed_period.period
        and points.metric = replace(
            minimum.rule, 'cn_protection_evaluation.', 'self_assessment_points_'
        )
    left join stated_fact as weight
        on weight.period = assessed_period.period
        and weight.metric = replace(
            minimum.rule, 'cn_protection_evaluation.', 'self_assessment_weight_'
        )
)

select
    period,
    case
        when count(*) filter (where not is_in_order) = 0
            and sum(weight) = cast(max(total) as decimal(24, 6))
            then sum(points)
    end                                                     as score,
    count(*) filter (where not is_in_order)                 as elements_out_of_order,
    max(points / nullif(weight, 0)) filter (where name = 'governance' and is_in_order)
                                                            as governance,
    max(points / nullif(weight, 0)) filter (where name = 'suitability' and is_in_order)
                                                            as suitability,
    max(points / nullif(weight, 0)) filter (where name = 'marketing' and is_in_order)
                                                            as marketing,
    max(points / nullif(weight, 0)) filter (where name = 'disputes' and is_in_order)
                                                            as disputes,
    max(points / nullif(weight, 0)) filter (where name = 'education' and is_in_order)
                                                            as education,
    max(points / nullif(weight, 0)) filter (where name = 'service' and is_in_order)
                                                            as service,
    max(points / nullif(weight, 0)) filter (where name = 'privacy' and is_in_order)
                                                            as privacy
from element
group by all
