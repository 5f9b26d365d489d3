/*---
id: consumer_protection.legal_losses
code: CP-15
title: {en: Legal losses on customer matters, zh: 诉讼处罚损失}
definition:
  en: >-
    Money lost in the period through legal proceedings that concern customers, as stated: all of it
    (legal_losses_cny), of it on customer privacy (legal_losses_privacy_cny) and on the selling and
    servicing of products (legal_losses_selling_cny). Judgments, settlements, penalties and fines
    count; the lender's own legal costs do not. A loss stands in the period in which it was booked.
    The total is never put together from causes: others may be missing. A half or a year without a
    figure of its own is the sum of its quarters when all are stated. A stated 0 is zero; no statement
    is no data.
  zh: >-
    填报的期内涉及客户事项的法律程序损失：合计（legal_losses_cny）、其中涉及客户隐私（legal_losses_privacy_cny）、
    涉及产品销售与服务（legal_losses_selling_cny）。判决、和解、处罚及罚款计入，机构自身律师费等不计；按入账期间归期。
    合计不由各分项相加得出，因可能另有其他事由。半年、全年无单独填报的，各季度齐全时取季度之和。填报为0即为零，未填报即无数据。
reading:
  en: Losses follow the wrong by years; a quiet quarter says little about conduct in it.
  zh: 损失往往滞后于违规多年，某一季度为零不说明当期行为合规。
version: 1
direction: lower_is_better
serves: [integrity, conduct]
unit: money
measures:
  - name: total
    title: {en: All legal losses, zh: 损失合计}
    kind: index
    numerator: total
  - name: privacy
    title: {en: On customer privacy, zh: 涉及客户隐私}
    kind: index
    numerator: privacy
  - name: selling
    title: {en: On selling and servicing, zh: 涉及销售与服务}
    kind: index
    numerator: selling
breakdowns: []
frameworks: ["SASB:FN-CF-220a.2@2023-12", "SASB:FN-CF-270a.5@2023-12", "GRI:2-27"]
disclosure: stated
needs: {esg_fact: [value]}
---*/
select
    period,
    sum(flow) filter (where metric = 'legal_losses_cny')    as total,
    sum(flow) filter (where metric = 'legal_losses_privacy_cny')
                                                            as privacy,
    sum(flow) filter (where metric = 'legal_losses_selling_cny')
                                                            as selling
from stated_fact
where metric in (
    'legal_losses_cny', 'legal_losses_privacy_cny', 'legal_losses_selling_cny'
)
group by all
