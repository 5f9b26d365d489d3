/*---
id: inclusion.digital_active_rate
code: INC-20
title: {en: Digital active rate and accessible mode, zh: 数字渠道活跃率与适老化模式使用率}
definition:
  en: >-
    Active borrowers at the period's last month end who were seen online in the last 90 days (the dated
    rule) up to the period's end, in the running period up to the day the data stand at: a session of
    customer service on a digital channel, or an act with an online tool; of all active borrowers. A
    borrower seen only on a channel that is not recorded is unknown. Beside it: of the active borrowers
    of the older age (60 and over) with such a digital session, those who used the accessible mode in
    at least one; where no session says yes and one does not say, the borrower is unknown. Sessions
    without a known customer belong to nobody. Persons whose age is not known are not among the older.
  zh: >-
    期末活跃借款人中，截至期末（未结束的期间截至数据日）最近90天内使用过线上渠道者的占比，以数字渠道的客服会话或线上工具操作为准；
    仅有渠道未记录的会话者列为未知。另列：上述有数字渠道会话的60岁及以上活跃借款人中，至少一次使用适老化（无障碍）模式者的占比；
    无一次为“是”且有未记录的，列为未知。无客户编号的会话不计；年龄未知者不计入老年客户。
reading:
  en: >-
    Log-ins and payments are not in the tables, so the rate is a floor, and a lender that loads more
    traces of its app shows a higher one without any change. Compare it with itself alone.
  zh: 数据不含登录与支付记录，本指标为下限；录入的线上行为越多，数值越高，仅宜与自身历史比较。
version: 1
direction: higher_is_better
serves: [access, technology]
unit: share
measures:
  - {name: share, kind: share, numerator: online, denominator: known, missing: unknown, cluster: borrower_id}
  - name: accessible_mode_share
    title: {en: Accessible mode among older digital customers, zh: 老年线上客户适老化模式使用率}
    kind: share
    numerator: accessible
    denominator: accessible_known
    missing: accessible_unknown
    cluster: borrower_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen]
frameworks: ["UNEPFI-PRB:B.2.2@2022-09", "GRI:G4-FS14"]
needs: {loan_month: [balance], loan: [borrower_id], service_contact: [borrower_id, channel]}
rules: [digital_access.days, digital_access.channels, digital_access.tools, older_customer.age_years]
---*/
with watched_period as (
    select
        calendar.period,
        calendar.last_day,
        least(calendar.last_day, report_date.data_date)     as until_day,
        least(calendar.last_day, report_date.data_date)
            - cast(most_days.value as integer)              as after_day
    from calendar
    cross join report_date
    join rule_value as most_days
        on most_days.rule = 'digital_access.days'
        and calendar.last_day between most_days.valid_from and most_days.valid_to
),

-- One row: a trace of a customer within the days looked at. A channel that is not on the list
-- is known not to be digital, and leaves no trace.
trace as (
    select
        watched_period.period,
        service_contact.borrower_id,
        case
            when service_contact.channel is not null then true
        end                                                 as is_digital,
        service_contact.channel is not null                 as is_session,
        service_contact.uses_accessible_mode
    from watched_period
    join service_contact
        on cast(service_contact.started_at as date) > watched_period.after_day
        and cast(service_contact.started_at as date) <= watched_period.until_day
    left join rule_member as digital_channel
        on digital_channel.rule = 'digital_access.channels'
        and digital_channel.member = service_contact.channel
        and watched_period.last_day
            between digital_channel.valid_from and digital_channel.valid_to
    where service_contact.borrower_id is not null
        and (service_contact.channel is null or digital_channel.member is not null)
    union all
    select
        watched_period.period,
        engagement.borrower_id,
        true                                                as is_digital,
        false                                               as is_session,
        cast(null as boolean)                               as uses_accessible_mode
    from watched_period
    join engagement
        on cast(engagement.occurred_at as date) > watched_period.after_day
        and cast(engagement.occurred_at as date) <= watched_period.until_day
    join rule_member as online_tool
        on online_tool.rule = 'digital_access.tools'
        and online_tool.member = engagement.tool
        and watched_period.last_day
            between online_tool.valid_from and online_tool.valid_to
),

seen_customer as (
    select
        trace.period,
        trace.borrower_id,
        case when count(trace.is_digital) > 0 then true end as is_online,
        count(*) filter (where trace.is_session) > 0        as has_session,
        case
            when count(*) filter (where trace.is_session and trace.uses_accessible_mode) > 0
                then true
            when count(*) filter (where trace.is_session and trace.uses_accessible_mode is null)
                = 0 then false
        end                                                 as has_used_accessible_mode
    from trace
    group by trace.period, trace.borrower_id
),

customer as (
    select
        active_borrower.*,
        case
            when seen_customer.borrower_id is null then false
            else seen_customer.is_online
        end                                                 as is_online,
        coalesce(seen_customer.has_session, false)
            and coalesce(
                year(watched_period.last_day) - active_borrower.birth_year
                    >= older_age.value,
                false
            )                                               as is_older_online,
        seen_customer.has_used_accessible_mode
    from active_borrower
    join watched_period
        on watched_period.period = active_borrower.period
    left join seen_customer
        on seen_customer.period = active_borrower.period
        and seen_customer.borrower_id = active_borrower.borrower_id
    left join rule_value as older_age
        on older_age.rule = 'older_customer.age_years'
        and watched_period.last_day between older_age.valid_from and older_age.valid_to
)

select
    period,
    count(*) filter (where is_online)                       as online,
    count(is_online)                                        as known,
    count(*) filter (where is_online is null)               as unknown,
    count(*) filter (where is_older_online and has_used_accessible_mode)
                                                            as accessible,
    count(has_used_accessible_mode) filter (where is_older_online)
                                                            as accessible_known,
    count(*) filter (where is_older_online and has_used_accessible_mode is null)
                                                            as accessible_unknown
from customer
group by all
