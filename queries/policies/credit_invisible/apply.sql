-- One row: a customer, by what the credit bureau knew at their first application here. A
-- later application does not fill a gap, because it may already see our own loan.
with ranked_application as (
    select
        application.borrower_id,
        application.credit_file_status,
        cast(application.applied_at as date)                as applied_date,
        row_number() over (
            partition by application.borrower_id
            order by application.applied_at, application.application_id
        )                                                   as application_no
    from application
    where application.borrower_id is not null
),

customer as (
    select
        borrower.borrower_id,
        policy_version.version                              as rule_version,
        ranked_application.applied_date,
        ranked_application.credit_file_status               as file_status,
        case when ranked_application.credit_file_status is not null
            then w1.member is not null end                  as is_w1,
        case when ranked_application.credit_file_status is not null
            then w1_w2.member is not null end               as is_w1_w2,
        case when ranked_application.credit_file_status is not null
            then w1_w3.member is not null end               as is_w1_w3,
        ranked_application.borrower_id is not null          as has_applied
    from borrower
    cross join report_date
    join policy_version
        on report_date.data_date between policy_version.first_day and policy_version.last_day
    left join ranked_application
        on ranked_application.borrower_id = borrower.borrower_id
        and ranked_application.application_no = 1
    left join policy_member as w1
        on w1.version = policy_version.version
        and w1.rule = 'w1'
        and w1.member = ranked_application.credit_file_status
    left join policy_member as w1_w2
        on w1_w2.version = policy_version.version
        and w1_w2.rule = 'w1_w2'
        and w1_w2.member = ranked_application.credit_file_status
    left join policy_member as w1_w3
        on w1_w3.version = policy_version.version
        and w1_w3.rule = 'w1_w3'
        and w1_w3.member = ranked_application.credit_file_status
)

select
    customer.borrower_id,
    customer.rule_version,
    customer.applied_date,
    customer.file_status,
    -- The narrowest reading that holds the customer; the wider ones hold them as well.
    case
        when customer.is_w1 then 'w1'
        when customer.is_w1_w2 then 'w2'
        when customer.is_w1_w3 then 'w3'
        when customer.file_status is not null then 'visible'
        else 'unknown'
    end                                                     as verdict,
    case
        when customer.is_w1 then 'no_file'
        when customer.is_w1_w2 then 'no_account'
        when customer.is_w1_w3 then 'no_outside_account'
        when customer.file_status is not null then 'has_record'
        when customer.has_applied then 'not_recorded'
        else 'no_application'
    end                                                     as reason,
    customer.is_w1,
    customer.is_w1_w2,
    customer.is_w1_w3
from customer
