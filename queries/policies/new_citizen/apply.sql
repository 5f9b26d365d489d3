-- One row: a customer, and whether they are a new citizen on the day of the data.
with customer as (
    select
        borrower.borrower_id,
        borrower.is_urban_resident,
        borrower.hukou_city_code <> borrower.resident_city_code
                                                            as is_registered_elsewhere,
        borrower.hukou_since_date,
        borrower.new_citizen_evidence,
        report_date.data_date,
        policy_version.version                              as rule_version,
        cast(hukou_months.value as integer)                 as months,
        cast(
            borrower.hukou_since_date + to_months(cast(hukou_months.value as integer))
            as date
        )                                                   as settled_date
    from borrower
    cross join report_date
    left join policy_version
        on report_date.data_date between policy_version.first_day and policy_version.last_day
    left join policy_value as hukou_months
        on hukou_months.version = policy_version.version
        and hukou_months.rule = 'hukou_months'
),

reasoned_customer as (
    select
        customer.*,
        case
            when customer.rule_version is null then 'before_rules'
            when not customer.is_urban_resident then 'not_in_a_town'
            when customer.is_registered_elsewhere and customer.is_urban_resident
                then 'registered_elsewhere'
            when customer.settled_date > customer.data_date and customer.is_urban_resident
                then 'registered_lately'
            -- No new citizen in a town or out of it, so the town need not be known.
            when not customer.is_registered_elsewhere
                and customer.settled_date <= customer.data_date then 'settled'
            else 'not_recorded'
        end                                                 as reason
    from customer
)

select
    reasoned_customer.borrower_id,
    reasoned_customer.rule_version,
    case
        when reasoned_customer.reason = 'before_rules' then 'not_judged'
        when reasoned_customer.reason in ('registered_elsewhere', 'registered_lately')
            then 'new_citizen'
        when reasoned_customer.reason in ('not_in_a_town', 'settled') then 'no'
        else 'unknown'
    end                                                     as verdict,
    reasoned_customer.reason,
    -- How well the lender knows it, for those it flags.
    reasoned_customer.new_citizen_evidence                  as evidence,
    reasoned_customer.data_date,
    reasoned_customer.months,
    reasoned_customer.settled_date
from reasoned_customer
