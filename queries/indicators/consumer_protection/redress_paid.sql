/*---
id: consumer_protection.redress_paid
code: CP-06
title: {en: Redress paid on complaints, zh: 投诉补偿金额}
definition:
  en: >-
    Money recorded as relief on complaints closed in the period (decided, else informed): the sum,
    and the mean of the complaints with an amount above zero. Relief of another kind, or none, is no
    money. Monetary relief without an amount, and complaints for which neither kind nor amount is
    recorded, are unknown and counted beside it; where that is all of them, there is no sum. Withdrawn complaints are left out. Where a source
    keeps no closing day, its complaints stand in the period of receipt.
  zh: >-
    期内办结（决定日，无则告知日）投诉的货币补偿金额合计，以及有补偿金额（大于零）投诉的平均金额。非货币补偿或无补偿的金额为零。
    记录为货币补偿而无金额、以及补偿方式与金额均未记录的，列为未知并另行计数；全部未知的，不列示合计。撤回的投诉不计；来源不记录办结日的，按收到日归期。
reading:
  en: >-
    The amount stands where the complaint was closed, whenever it was paid. More redress can mean more
    wrongs or a fairer hearing: read it beside upheld and relief.
  zh: 金额按办结期归期，与实际支付日无关。补偿增加既可能因为差错增多，也可能因为处理更公允，应与成立率、补偿率并读。
version: 1
direction: context
serves: [complaints]
unit: money
measures:
  - {name: amount, kind: amount, numerator: redress, n: redressed_complaints}
  - name: mean
    title: {en: Mean redress of those paid, zh: 平均补偿金额}
    kind: mean
    numerator: redress
    denominator: redressed_complaints
    n: redressed_complaints
    cluster: cluster_id
    at_least: 0
  - name: unknown_relief
    title: {en: Complaints whose redress is not known, zh: 补偿金额不详的投诉}
    kind: count
    unit: count
    direction: lower_is_better
    numerator: unknown_relief
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, topic, source]
needs: {complaint: [received_at]}
---*/
with relieved_complaint as (
    select
        complaint_closed.*,
        coalesce(complaint_closed.borrower_id, complaint_closed.complaint_id)
                                                            as cluster_id,
        complaint_closed.relief_amount > 0                  as is_paid,
        complaint_closed.relief_amount is null
            and coalesce(complaint_closed.relief_kind = 'monetary', true)
                                                            as is_unknown
    from complaint_closed
)

select
    period,
    -- Nothing known of any complaint is no sum of zero.
    case
        when count(*) filter (where not is_unknown) > 0
            then coalesce(sum(relief_amount) filter (where is_paid), 0)
    end                                                     as redress,
    count(*) filter (where is_paid)                         as redressed_complaints,
    count(*) filter (where is_unknown)                      as unknown_relief
from relieved_complaint
group by all
