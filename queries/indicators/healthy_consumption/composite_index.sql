/*---
id: healthy_consumption.composite_index
code: OWN-HCI
title: {en: Healthy-consumption index, zh: 健康消费指数}
definition:
  en: >-
    Weighted mean of eight components, 0 to 100 points: paying on time (on-time payment rate, PAR30), the
    size of debts (over-indebted borrowers, several lenders), their habit (persistent debt, use of limits)
    and reserves (emergency buffer, financial well-being). Each component, as it is printed for the period,
    stands between its floor (0 points) and its goal (100 points), beyond them at the end it passed; the
    weights are equal. Weights, floors and goals are dated rules. A component without a number, hidden or
    not recorded, is left out, and the others share its weight; where less than the part of the weight that
    the rule sets has a number there is no index. The band is the lowest and the highest index that comes
    out when each component in turn is left out: it shows how far the weights decide, and no chance. By
    component, the number is that component's own points.
  zh: >-
    八项成分的加权平均，0至100分：按时还款（按时还款率、逾期30天以上余额占比）、负债规模（过度负债、多头借贷）、负债习惯（持续负债、额度高使用率）与储备（应急储备、金融健康）。
    各成分取本期列示数值，按其在下限（0分）与目标（100分）之间的位置计分，超出者按端点计，等权合成。权重、下限与目标均为有效期规则。
    未列示或无记录的成分不计，权重由其余成分分担；有数值成分的权重合计低于规则所设水平时不出指数。
    区间为依次剔除一项成分所得指数的最低与最高值，反映权重取舍的影响，并非抽样误差。按成分分列时为该成分得分。
reading:
  en: >-
    An index hides what its parts say: read them first. Floors and goals are this toolkit's own and make
    points comparable over time, not between lenders with other customers. A part that is missing in one
    period and not in another moves the index by itself; the second number shows it.
  zh: 指数会掩盖各成分的信息，宜先阅读各成分。下限与目标由本工具自行设定，便于同一机构跨期比较，不宜用于客户结构不同的机构之间。某一成分在不同期间时有时无，也会使指数变动，可由第二项数值识别。
version: 1
direction: higher_is_better
unit: score
composite: healthy_consumption
components:
  on_time_payment: healthy_consumption.on_time_payment_rate/share
  par30: healthy_consumption.par30/share
  over_indebted: healthy_consumption.over_indebted_share/share
  multi_lender: healthy_consumption.multi_lender_share/share
  persistent_debt: healthy_consumption.persistent_debt/share
  high_utilisation: healthy_consumption.high_utilisation/share
  emergency_buffer: healthy_consumption.emergency_buffer/share
  financial_wellbeing: healthy_consumption.financial_wellbeing/mean_score
measures:
  - name: index
    kind: index
    numerator: points
    low: points_low
    high: points_high
    refused: why_none
  - name: weight_with_data
    title: {en: Weight whose components have a number, zh: 有数值成分的权重占比}
    kind: index
    unit: share
    numerator: weight_with_data
refusals:
  too_little_weight:
    en: "not given: too many components have no number"
    zh: 不予列示：无数值的成分过多
breakdowns: [component]
frameworks: []
serves: [financial_health, over_indebtedness]
needs: {}
rules: [
  healthy_consumption_index.on_time_payment_weight, healthy_consumption_index.on_time_payment_floor, healthy_consumption_index.on_time_payment_goal,
  healthy_consumption_index.par30_weight, healthy_consumption_index.par30_floor, healthy_consumption_index.par30_goal,
  healthy_consumption_index.over_indebted_weight, healthy_consumption_index.over_indebted_floor, healthy_consumption_index.over_indebted_goal,
  healthy_consumption_index.multi_lender_weight, healthy_consumption_index.multi_lender_floor, healthy_consumption_index.multi_lender_goal,
  healthy_consumption_index.persistent_debt_weight, healthy_consumption_index.persistent_debt_floor, healthy_consumption_index.persistent_debt_goal,
  healthy_consumption_index.high_utilisation_weight, healthy_consumption_index.high_utilisation_floor, healthy_consumption_index.high_utilisation_goal,
  healthy_consumption_index.emergency_buffer_weight, healthy_consumption_index.emergency_buffer_floor, healthy_consumption_index.emergency_buffer_goal,
  healthy_consumption_index.financial_wellbeing_weight, healthy_consumption_index.financial_wellbeing_floor, healthy_consumption_index.financial_wellbeing_goal,
  healthy_consumption_index.fewest_weight]
---*/
with placed_component as (
    select
        component_value.period,
        component_value.component,
        cast(weight.value as decimal(9, 6))                 as weight,
        fewest.value                                        as fewest_weight,
        -- Decimals, because sums of floats differ from run to run.
        cast(
            case
                -- The least and the greatest pass over what is unknown.
                when component_value.value is not null
                    then least(
                        greatest(
                            (component_value.value - low_end.value)
                                / nullif(high_end.value - low_end.value, 0),
                            0
                        ),
                        1
                    )
            end as decimal(12, 9)
        )                                                   as position
    from component_value
    join calendar
        on calendar.period = component_value.period
    left join rule_value as weight
        on weight.rule = 'healthy_consumption_index.' || component_value.component || '_weight'
        and calendar.last_day between weight.valid_from and weight.valid_to
    left join rule_value as low_end
        on low_end.rule = 'healthy_consumption_index.' || component_value.component || '_floor'
        and calendar.last_day between low_end.valid_from and low_end.valid_to
    left join rule_value as high_end
        on high_end.rule = 'healthy_consumption_index.' || component_value.component || '_goal'
        and calendar.last_day between high_end.valid_from and high_end.valid_to
    left join rule_value as fewest
        on fewest.rule = 'healthy_consumption_index.fewest_weight'
        and calendar.last_day between fewest.valid_from and fewest.valid_to
    where component_value.composite = 'healthy_consumption.composite_index'
),

weighed_component as (
    select
        placed_component.*,
        case when position is not null then weight else 0 end
                                                            as known_weight,
        coalesce(weight * position, 0)                      as points,
        sum(case when position is not null then weight else 0 end)
            over (partition by period)                      as period_weight,
        sum(coalesce(weight * position, 0))
            over (partition by period)                      as period_points,
        sum(weight) over (partition by period)              as whole_weight
    from placed_component
),

judged_component as (
    select
        weighed_component.*,
        -- What the index would be without this component.
        case
            when position is not null
                then 100 * (period_points - points) / nullif(period_weight - weight, 0)
        end                                                 as without_it,
        case when period_weight < fewest_weight * whole_weight then 'too_little_weight' end
                                                            as refusal
    from weighed_component
)

select
    period,
    100 * sum(points) / nullif(sum(known_weight), 0)        as points,
    case when count(*) > 1 then min(without_it) end         as points_low,
    case when count(*) > 1 then max(without_it) end         as points_high,
    sum(known_weight) / nullif(sum(weight), 0)              as weight_with_data,
    max(refusal)                                            as why_none
from judged_component
group by all
