-- One row: a collection contact, with what each rule of conduct says of it by the rules in
-- force on its day: 'kept', 'broken', 'unknown' where it cannot be judged, empty where
-- the rule does not speak of such a contact.
with timed_contact as (
    select
        collection_contact.*,
        cast(collection_contact.occurred_at as date)        as contact_date,
        3600 * hour(collection_contact.occurred_at)
            + 60 * minute(collection_contact.occurred_at)
            + second(collection_contact.occurred_at)        as second_of_day,
        -- A day whose time was never recorded reads as its midnight.
        collection_contact.occurred_at
            = cast(cast(collection_contact.occurred_at as date) as timestamp)
                                                            as lacks_time,
        -- Only a call that somebody answered counts, and only one to the debtor. Null
        -- where it might count.
        collection_contact.channel in ('voice', 'ai_voice')
            and collection_contact.was_effective
            and collection_contact.target = 'debtor'        as counts_as_call
    from collection_contact
),

ruled_contact as (
    select
        timed_contact.*,
        quiet_from.value                                    as quiet_from,
        quiet_until.value                                   as quiet_until,
        daily_calls.value                                   as daily_calls,
        contacts_if_unreachable.value = 1                   as has_target_rule,
        stop_on_refusal.value = 1                           as has_refusal_rule,
        -- The hours may lie around midnight or within one day.
        case
            when quiet_from.value > quiet_until.value
                then timed_contact.second_of_day >= quiet_from.value * 3600
                    or timed_contact.second_of_day < quiet_until.value * 3600
            else timed_contact.second_of_day >= quiet_from.value * 3600
                and timed_contact.second_of_day < quiet_until.value * 3600
        end                                                 as is_quiet_hour,
        -- All loans of a debtor together, in the order of the day.
        sum(case when timed_contact.counts_as_call then 1 else 0 end) over (
            partition by timed_contact.borrower_id, timed_contact.contact_date
            order by timed_contact.occurred_at, timed_contact.contact_id
            rows between unbounded preceding and current row
        )                                                   as sure_calls,
        -- What might have been a call is one here: it decides what is sure to be kept.
        sum(case when coalesce(timed_contact.counts_as_call, true) then 1 else 0 end)
            over (
                partition by timed_contact.borrower_id, timed_contact.contact_date
                order by timed_contact.occurred_at, timed_contact.contact_id
                rows between unbounded preceding and current row
            )                                               as possible_calls
    from timed_contact
    left join rule_value as quiet_from
        on quiet_from.rule = 'cn_collection_conduct.quiet_from_hour'
        and timed_contact.contact_date
            between quiet_from.valid_from and quiet_from.valid_to
    left join rule_value as quiet_until
        on quiet_until.rule = 'cn_collection_conduct.quiet_until_hour'
        and timed_contact.contact_date
            between quiet_until.valid_from and quiet_until.valid_to
    left join rule_value as daily_calls
        on daily_calls.rule = 'cn_collection_conduct.daily_calls'
        and timed_contact.contact_date
            between daily_calls.valid_from and daily_calls.valid_to
    left join rule_value as contacts_if_unreachable
        on contacts_if_unreachable.rule = 'cn_collection_conduct.contacts_if_unreachable'
        and timed_contact.contact_date
            between contacts_if_unreachable.valid_from and contacts_if_unreachable.valid_to
    left join rule_value as stop_on_refusal
        on stop_on_refusal.rule = 'cn_collection_conduct.stop_on_refusal'
        and timed_contact.contact_date
            between stop_on_refusal.valid_from and stop_on_refusal.valid_to
),

judged_contact as (
    select
        ruled_contact.*,
        case
            when ruled_contact.is_quiet_hour is null then null
            when ruled_contact.lacks_time then 'unknown'
            when not ruled_contact.is_quiet_hour then 'kept'
            when ruled_contact.agreed_hours then 'kept'
            when not ruled_contact.agreed_hours then 'broken'
            else 'unknown'
        end                                                 as hours,
        case
            when ruled_contact.daily_calls is null then null
            when not ruled_contact.counts_as_call then null
            when ruled_contact.borrower_id is null then 'unknown'
            when ruled_contact.counts_as_call
                and ruled_contact.sure_calls > ruled_contact.daily_calls then 'broken'
            when ruled_contact.possible_calls > ruled_contact.daily_calls then 'unknown'
            else 'kept'
        end                                                 as frequency,
        case
            when not coalesce(ruled_contact.has_target_rule, false) then null
            when ruled_contact.target is null then 'unknown'
            when ruled_contact.target = 'debtor' then 'kept'
            when ruled_contact.target <> 'contact_person' then 'broken'
            when ruled_contact.debtor_unreachable then 'kept'
            when not ruled_contact.debtor_unreachable then 'broken'
            else 'unknown'
        end                                                 as audience,
        case
            when not coalesce(ruled_contact.has_refusal_rule, false) then null
            when ruled_contact.target = 'debtor' then null
            when not ruled_contact.contact_refused then 'kept'
            when ruled_contact.contact_refused and ruled_contact.target is not null
                then 'broken'
            else 'unknown'
        end                                                 as refusal
    from ruled_contact
)

select
    judged_contact.contact_id,
    judged_contact.borrower_id,
    judged_contact.occurred_at,
    judged_contact.contact_date,
    judged_contact.channel,
    judged_contact.target,
    judged_contact.debtor_unreachable,
    judged_contact.contact_refused,
    judged_contact.was_effective,
    judged_contact.agreed_hours,
    -- An empty agency is no gap: the lender collected itself.
    coalesce(judged_contact.agency, 'own')                  as agency,
    judged_contact.lacks_time,
    judged_contact.is_quiet_hour,
    judged_contact.counts_as_call,
    case when judged_contact.counts_as_call then judged_contact.sure_calls end
                                                            as call_of_day,
    judged_contact.hours,
    judged_contact.frequency,
    judged_contact.audience,
    judged_contact.refusal,
    judged_contact.script_passed,
    case
        when coalesce(
            judged_contact.hours,
            judged_contact.frequency,
            judged_contact.audience,
            judged_contact.refusal
        ) is null then null
        when 'broken' in (
            coalesce(judged_contact.hours, 'kept'),
            coalesce(judged_contact.frequency, 'kept'),
            coalesce(judged_contact.audience, 'kept'),
            coalesce(judged_contact.refusal, 'kept')
        ) then 'broken'
        when 'unknown' in (
            coalesce(judged_contact.hours, 'kept'),
            coalesce(judged_contact.frequency, 'kept'),
            coalesce(judged_contact.audience, 'kept'),
            coalesce(judged_contact.refusal, 'kept')
        ) then 'unknown'
        else 'kept'
    end                                                     as conduct
from judged_contact
