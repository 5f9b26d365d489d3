/*---
id: subsidy.fiscal_receivable
code: SUB-18
title: {en: Outstanding fiscal receivable, zh: 应收贴息款余额与账龄}
definition:
  en: >-
    What the state still owes the lender at the period's last day (the data date in the running
    period) on all claims filed by then: the approved amount, or the claimed amount while no decision
    is known, less payments made by then, claim by claim and never below zero. The central government's
    share of a claim is the dated one (90 %), computed on the total of a lender, province and quarter and
    spread over its claims to the cent. The province owes its share less its own payments, at most what is
    open on the claim, and the central government owes the rest. The aged share is the part whose
    claim was filed more than the dated number of days (90) earlier; the ageing schedule parts the
    whole into claims filed up to 30, 31 to 60, 61 to 90 and more days ago. A claim without a filing date
    counts from its quarter's last month, and its age is unknown; a payment without a date counts as made.
    Claw-backs are owed by the lender and not set off.
  zh: >-
    截至期末（未结束的期间为数据日）已提交申报中财政尚未拨付的金额：核准额（未审定的按申报额）减去已拨付额，逐笔计算，不低于零。
    中央应担额按规定比例（90%）在机构、省份、季度的申报合计上计算后分摊到各笔（精确到分）。应收省级为省级应担额减去省级已拨付额，且不超过该笔未拨付额；其余为应收中央。账龄占比为申报日距今超过规定天数（90天）的部分；账龄表按30天以内、31—60天、61—90天、90天以上分档。
    无申报日的自该季度最后一个月起计余额、账龄未知；无拨付日的拨款视为已拨付。追回款为本机构应退款项，不作抵减。
reading:
  en: >-
    An approval carries no date of its own: earlier periods use what is known now, so they show the
    receivable as it turned out, not as it was booked. Subsidy already deducted for customers but not
    filed yet, mostly that of the latest quarter, is not in it.
  zh: >-
    核准结果没有单独的日期，以前期间按目前已知的核准额计算，与当时账面数可能不同。
    已为客户抵减利息、尚未提交申报的贴息（主要为最近一个季度）不在其内。
version: 1
direction: lower_is_better
serves: [subsidy_misuse]
unit: money
measures:
  - name: receivable
    title: {en: "Outstanding fiscal receivable", zh: "应收贴息款余额"}
    kind: amount
    numerator: receivable
    n: open_claims
  - name: central
    title: {en: Owed by the central government, zh: 应收中央财政}
    kind: amount
    numerator: central
    n: open_claims
  - name: provincial
    title: {en: Owed by the provinces, zh: 应收省级财政}
    kind: amount
    numerator: provincial
    n: open_claims
  - name: aged_share
    title: {en: Receivable older than 90 days, zh: 账龄90天以上占比}
    kind: weighted_share
    unit: share
    numerator: aged
    denominator: dated
    missing: undated
    n: dated_claims
    numerator_n: aged_claims
    cluster: cluster_id
  - name: age_to_30
    title: {en: Filed up to 30 days ago, zh: 账龄30天以内}
    kind: amount
    direction: context
    numerator: age_to_30
    n: claims_to_30
  - name: age_to_60
    title: {en: Filed 31 to 60 days ago, zh: 账龄31—60天}
    kind: amount
    direction: context
    numerator: age_to_60
    n: claims_to_60
  - name: age_to_90
    title: {en: Filed 61 to 90 days ago, zh: 账龄61—90天}
    kind: amount
    direction: context
    numerator: age_to_90
    n: claims_to_90
  - name: age_over_90
    title: {en: Filed more than 90 days ago, zh: 账龄90天以上}
    kind: amount
    numerator: aged
    n: aged_claims
  - name: age_unknown
    title: {en: Filed on a day that is not known, zh: 申报日不详}
    kind: amount
    numerator: undated
    n: undated_claims
breakdowns: [province, product]
frameworks: ["GRI:201-4"]
needs: {subsidy_claim: [claimed]}
rules:
  - fiscal_subsidy.central_share
  - fiscal_subsidy.aged_receivable_days
  - fiscal_subsidy.ageing_first_days
  - fiscal_subsidy.ageing_second_days
---*/
with due_claim as (
    select
        subsidy_claim.claim_id,
        subsidy_claim.loan_id,
        subsidy_claim.quarter,
        -- The province that owes, which need not be the borrower's.
        subsidy_claim.province_code                         as province,
        subsidy_claim.filed_date,
        subsidy_claim.paid_date,
        coalesce(subsidy_claim.approved, subsidy_claim.claimed)
                                                            as entitlement,
        coalesce(subsidy_claim.paid_central, 0)             as paid_central,
        coalesce(subsidy_claim.paid_provincial, 0)          as paid_provincial,
        coalesce(loan.borrower_id, subsidy_claim.loan_id)   as cluster_id,
        loan.institution_id,
        loan.product,
        make_date(
            cast(substring(subsidy_claim.quarter, 1, 4) as integer),
            3 * cast(substring(subsidy_claim.quarter, 6, 1) as integer),
            1
        )                                                   as quarter_date
    from subsidy_claim
    left join loan
        on loan.loan_id = subsidy_claim.loan_id
),

running_claim as (
    select
        due_claim.*,
        cast(central_share.value as decimal(9, 6))          as central_share,
        cast(sum(due_claim.entitlement) over (
            partition by
                due_claim.institution_id,
                due_claim.province,
                due_claim.quarter
            order by due_claim.claim_id
            rows between unbounded preceding and current row
        ) as decimal(20, 2))                                as running_total
    from due_claim
    left join rule_value as central_share
        on central_share.rule = 'fiscal_subsidy.central_share'
        and due_claim.quarter_date
            between central_share.valid_from and central_share.valid_to
),

-- Rounding each claim by itself would miss the share of the total by cents.
split_claim as (
    select
        running_claim.*,
        round(running_claim.central_share * running_claim.running_total, 2)
            - round(
                running_claim.central_share
                    * (running_claim.running_total - running_claim.entitlement),
                2
            )                                               as central_entitlement
    from running_claim
),

standing_claim as (
    select
        split_claim.*,
        calendar.period,
        least(calendar.last_day, report_date.data_date)     as standing_date,
        case
            when split_claim.paid_date is null
                or split_claim.paid_date <= least(calendar.last_day, report_date.data_date)
                then 1
            else 0
        end                                                 as is_paid
    from split_claim
    cross join report_date
    join calendar
        on coalesce(split_claim.filed_date, split_claim.quarter_date)
            <= least(calendar.last_day, report_date.data_date)
),

open_claim as (
    select
        standing_claim.*,
        greatest(
            standing_claim.entitlement - standing_claim.is_paid
                * (standing_claim.paid_central + standing_claim.paid_provincial),
            0
        )                                                   as owed,
        -- Null where the filing date is.
        case
            when standing_claim.filed_date + cast(aged_days.value as integer)
                < standing_claim.standing_date then 'over_90'
            when standing_claim.filed_date + cast(second_days.value as integer)
                < standing_claim.standing_date then 'to_90'
            when standing_claim.filed_date + cast(first_days.value as integer)
                < standing_claim.standing_date then 'to_60'
            when standing_claim.filed_date is not null then 'to_30'
        end                                                 as age
    from standing_claim
    left join rule_value as first_days
        on first_days.rule = 'fiscal_subsidy.ageing_first_days'
        and standing_claim.standing_date
            between first_days.valid_from and first_days.valid_to
    left join rule_value as second_days
        on second_days.rule = 'fiscal_subsidy.ageing_second_days'
        and standing_claim.standing_date
            between second_days.valid_from and second_days.valid_to
    left join rule_value as aged_days
        on aged_days.rule = 'fiscal_subsidy.aged_receivable_days'
        and standing_claim.standing_date
            between aged_days.valid_from and aged_days.valid_to
),

owed_claim as (
    select
        open_claim.*,
        -- At most what is open: payments are split to the cent claim by claim, our shares
        -- on the total, and a claim paid in full must not leave a cent owed.
        -- Null, not zero, for a quarter that no rule splits.
        case when open_claim.central_entitlement is not null then least(
            greatest(
                open_claim.entitlement - open_claim.central_entitlement
                    - open_claim.is_paid * open_claim.paid_provincial,
                0
            ),
            open_claim.owed
        ) end                                               as provincial
    from open_claim
)

select
    period,
    sum(owed)                                               as receivable,
    sum(owed - provincial)                                  as central,
    sum(provincial)                                         as provincial,
    count(*) filter (where owed > 0)                        as open_claims,
    coalesce(sum(owed) filter (where age = 'to_30'), 0)     as age_to_30,
    coalesce(sum(owed) filter (where age = 'to_60'), 0)     as age_to_60,
    coalesce(sum(owed) filter (where age = 'to_90'), 0)     as age_to_90,
    coalesce(sum(owed) filter (where age = 'over_90'), 0)   as aged,
    coalesce(sum(owed) filter (where age is not null), 0)   as dated,
    coalesce(sum(owed) filter (where age is null), 0)       as undated,
    count(*) filter (where owed > 0 and age = 'to_30')      as claims_to_30,
    count(*) filter (where owed > 0 and age = 'to_60')      as claims_to_60,
    count(*) filter (where owed > 0 and age = 'to_90')      as claims_to_90,
    count(*) filter (where owed > 0 and age = 'over_90')    as aged_claims,
    count(*) filter (where owed > 0 and age is not null)    as dated_claims,
    count(*) filter (where owed > 0 and age is null)        as undated_claims
from owed_claim
group by all
