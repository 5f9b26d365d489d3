-- One row: a collection contact, judged by the version in force on its day. What each
-- rule says of it stands in the mart that the indicator reads as well; here it is put
-- into reasons.
with reasoned_contact as (
    select
        collection_judged.*,
        policy_version.version                              as rule_version,
        case
            when policy_version.version is null then 'before_rules'
            when collection_judged.hours = 'kept' and collection_judged.is_quiet_hour
                then 'quiet_hours_agreed'
            when collection_judged.hours = 'kept' then 'day_hours'
            when collection_judged.hours = 'broken' then 'quiet_hours'
            when collection_judged.hours = 'unknown' and collection_judged.lacks_time
                then 'time_unknown'
            when collection_judged.hours = 'unknown' then 'agreement_unknown'
        end                                                 as hours_reason,
        case collection_judged.frequency
            when 'kept' then 'calls_within_limit'
            when 'broken' then 'too_many_calls'
            when 'unknown' then 'calls_unknown'
        end                                                 as frequency_reason,
        case
            when collection_judged.audience = 'unknown'
                and collection_judged.target is null then 'target_unknown'
            when collection_judged.audience = 'unknown' then 'reachable_unknown'
            when collection_judged.audience = 'broken'
                and collection_judged.target = 'contact_person' then 'debtor_reachable'
            when collection_judged.audience = 'broken' then 'third_person'
            when collection_judged.audience = 'kept'
                and collection_judged.target = 'debtor' then 'debtor'
            when collection_judged.audience = 'kept' then 'debtor_unreachable'
        end                                                 as audience_reason,
        case collection_judged.refusal
            when 'kept' then 'not_refused'
            when 'broken' then 'refused'
            when 'unknown' then 'refusal_unknown'
        end                                                 as refusal_reason,
        quiet_from.value                                    as quiet_from_hour,
        quiet_until.value                                   as quiet_until_hour,
        daily_calls.value                                   as daily_limit
    from collection_judged
    left join policy_version
        on collection_judged.contact_date
            between policy_version.first_day and policy_version.last_day
    left join policy_value as quiet_from
        on quiet_from.version = policy_version.version
        and quiet_from.rule = 'quiet_from_hour'
    left join policy_value as quiet_until
        on quiet_until.version = policy_version.version
        and quiet_until.rule = 'quiet_until_hour'
    left join policy_value as daily_calls
        on daily_calls.version = policy_version.version
        and daily_calls.rule = 'daily_calls'
)

select
    reasoned_contact.contact_id,
    reasoned_contact.borrower_id,
    reasoned_contact.occurred_at,
    reasoned_contact.rule_version,
    case
        when reasoned_contact.rule_version is null then 'not_judged'
        when reasoned_contact.conduct = 'broken' then 'breach'
        when reasoned_contact.conduct = 'kept' then 'compliant'
        else 'unknown'
    end                                                     as verdict,
    -- The first rule that is broken, else the first that cannot be judged.
    case
        when reasoned_contact.rule_version is null then 'before_rules'
        when reasoned_contact.conduct = 'kept' then 'all_kept'
        when reasoned_contact.hours = reasoned_contact.conduct
            then reasoned_contact.hours_reason
        when reasoned_contact.frequency = reasoned_contact.conduct
            then reasoned_contact.frequency_reason
        when reasoned_contact.audience = reasoned_contact.conduct
            then reasoned_contact.audience_reason
        else reasoned_contact.refusal_reason
    end                                                     as reason,
    reasoned_contact.hours_reason                           as hours,
    reasoned_contact.frequency_reason                       as frequency,
    reasoned_contact.audience_reason                        as audience,
    reasoned_contact.refusal_reason                         as refusal,
    reasoned_contact.call_of_day,
    -- Words for the sentences.
    lpad(cast(cast(reasoned_contact.quiet_from_hour as integer) as varchar), 2, '0')
        || ':00'                                            as quiet_from,
    lpad(cast(cast(reasoned_contact.quiet_until_hour as integer) as varchar), 2, '0')
        || ':00'                                            as quiet_until,
    cast(reasoned_contact.daily_limit as integer)           as daily_calls
from reasoned_contact
