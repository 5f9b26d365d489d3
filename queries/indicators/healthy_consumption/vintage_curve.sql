/*---
id: healthy_consumption.vintage_curve
code: HC-28
title: {en: Vintage curve, zh: 账龄曲线}
definition:
  en: >-
    Of the loans disbursed in the period, the share that were ever more than 30 days past due or written off
    at a month end, by the number of months after the month of disbursement (breakdown months_on_book), up
    to the months that the rule sets; the whole is the last point. Once for all loans, and once each for
    loans under a subsidy agreement signed by the period's last day and for those without one; where the
    lender records no such day at all, nobody knows and both are empty. A loan that was not late, and lacks
    a month end until then or until it was repaid, or has blank days past due at one, is unknown. A point
    is given once its last month end is over for every loan of the period.
  zh: >-
    期内发放的贷款中，截至放款当月之后各月末（分组 months_on_book）曾有月末逾期超过30天或已核销的笔数占比，至规则所设月数为止；总体为最后一点。
    分别列示全部贷款、截至期末已签订贴息协议的贷款与未签订的贷款；机构完全未记录协议日期的，后两项无数值。
    未曾如此、但截至该月末或还清前缺少月末记录，或逾期天数为空的，列为未知。同期全部贷款均已度过该月末后方列示该点。
reading:
  en: >-
    A curve only rises. Compare periods at the same months on book, and loans with and without agreement
    with care: who signs one is another kind of borrower.
  zh: 曲线只升不降。不同放款期应在相同账龄下比较；签订与未签订协议的借款人构成不同，比较时宜谨慎。
version: 1
direction: lower_is_better
unit: share
measures:
  - {name: late, kind: share, numerator: late, denominator: known, missing: unknown, refused: why_none}
  - name: subsidised_late
    title: {en: "Vintage curve, loans under a subsidy agreement", zh: 账龄曲线：已签贴息协议}
    kind: share
    numerator: subsidised_late
    denominator: subsidised_known
    missing: subsidised_unknown
    refused: why_none
    part_of: loans
  - name: other_late
    title: {en: "Vintage curve, loans without one", zh: 账龄曲线：未签贴息协议}
    kind: share
    numerator: other_late
    denominator: other_known
    missing: other_unknown
    refused: why_none
    part_of: loans
refusals:
  not_over:
    en: "not given: the last month end of this point is not over yet"
    zh: 不予列示：该点的最后一个月末尚未到来
breakdowns: [months_on_book, product]
serves: [credit_loss]
needs: {loan_month: [balance, days_past_due], loan: [disbursed_at]}
rules: [vintage.mature_months, portfolio_at_risk.days_past_due]
---*/
-- Loans alike first, so that the months on book multiply groups and not loans.
with alike_loan as (
    select
        vintage_loan.period,
        vintage_loan.last_day,
        vintage_loan.product,
        vintage_loan.is_subsidised,
        vintage_loan.first_late_month,
        vintage_loan.seen_mask,
        vintage_loan.known_mask,
        vintage_loan.owing_mask,
        count(*)                                            as loans
    from vintage_loan
    group by all
),

month_of_rule as (
    select
        rule_value.valid_from,
        rule_value.valid_to,
        rule_value.value                                    as last_month,
        unnest(generate_series(1, cast(rule_value.value as bigint)))
                                                            as month_no
    from rule_value
    where rule_value.rule = 'vintage.mature_months'
),

point_of_rule as (
    select
        month_of_rule.*,
        cast(power(2, month_no + 1) as bigint)              as whole_mask
    from month_of_rule
),

followed_point as (
    select
        alike_loan.period,
        alike_loan.last_day,
        alike_loan.product,
        alike_loan.is_subsidised,
        alike_loan.loans,
        alike_loan.first_late_month,
        point_of_rule.month_no,
        point_of_rule.last_month,
        -- The masks of the months up to the point, and what all of these would add up to.
        alike_loan.seen_mask % whole_mask                   as seen,
        alike_loan.known_mask % whole_mask                  as known,
        alike_loan.owing_mask % whole_mask                  as owing,
        whole_mask
    from alike_loan
    join point_of_rule
        on alike_loan.last_day between point_of_rule.valid_from and point_of_rule.valid_to
),

curve_point as (
    select
        followed_point.*,
        case
            when first_late_month <= month_no then true
            when seen > 0
                and known = seen
                -- Without a gap the marks are 1, 3, 7, 15 …
                and (seen & (seen + 1)) = 0
                -- Seen to the point, or nothing was owed any more at the last month end seen.
                and (seen + 1 = whole_mask or 2 * owing < seen + 1)
                then false
        end                                                 as was_late,
        last_day(
            cast(
                make_date(year(last_day), month(last_day), 1)
                    + to_months(cast(month_no as integer)) as date
            )
        ) <= report_date.data_date                          as is_over
    from followed_point
    cross join report_date
),

counted_point as (
    select
        period,
        product,
        -- As text of equal length, so that the points sort.
        lpad(cast(month_no as varchar), 2, '0')             as months_on_book,
        month_no = last_month                               as is_end,
        case when is_over then 1 else 0 end                 as over,
        case when was_late then loans else 0 end            as late,
        case when was_late is not null then loans else 0 end
                                                            as known,
        case when was_late is null then loans else 0 end    as unknown,
        case when was_late and is_subsidised then loans else 0 end
                                                            as subsidised_late,
        case when was_late is not null and is_subsidised then loans else 0 end
                                                            as subsidised_known,
        case when was_late is null and is_subsidised then loans else 0 end
                                                            as subsidised_unknown,
        case when was_late and not is_subsidised then loans else 0 end
                                                            as other_late,
        case when was_late is not null and not is_subsidised then loans else 0 end
                                                            as other_known,
        case when was_late is null and not is_subsidised then loans else 0 end
                                                            as other_unknown
    from curve_point
)

-- Where there are several months on book the end of the curve speaks for them.
select
    period,
    coalesce(sum(late) filter (where is_end), sum(late))    as late,
    coalesce(sum(known) filter (where is_end), sum(known))  as known,
    coalesce(sum(unknown) filter (where is_end), sum(unknown))
                                                            as unknown,
    coalesce(sum(subsidised_late) filter (where is_end), sum(subsidised_late))
                                                            as subsidised_late,
    coalesce(sum(subsidised_known) filter (where is_end), sum(subsidised_known))
                                                            as subsidised_known,
    coalesce(sum(subsidised_unknown) filter (where is_end), sum(subsidised_unknown))
                                                            as subsidised_unknown,
    coalesce(sum(other_late) filter (where is_end), sum(other_late))
                                                            as other_late,
    coalesce(sum(other_known) filter (where is_end), sum(other_known))
                                                            as other_known,
    coalesce(sum(other_unknown) filter (where is_end), sum(other_unknown))
                                                            as other_unknown,
    case
        when coalesce(min(over) filter (where is_end), min(over)) = 0 then 'not_over'
    end                                                     as why_none
from counted_point
group by all
