-- One row: an application in the period of its decision. Sources that publish no decision
-- date give the day of the application instead, and undecided ones stand there as well.
select
    application.application_id,
    calendar_day.period,
    calendar_day.last_day,
    application.borrower_id,
    application.product,
    application.applied_at,
    application.decided_at,
    application.amount,
    application.decision,
    application.bureau_only_decision,
    application.data_basis,
    application.credit_file_status,
    application.decline_reason,
    -- Null where nothing or no complete application was decided.
    case
        when application.decision = 'approved' then true
        when application.decision = 'declined' then false
    end                                                     as is_approved,
    -- Withdrawn and incomplete applications never came to a decision on credit.
    coalesce(application.decision in ('withdrawn', 'incomplete'), false)
                                                            as is_closed_undecided,
    -- W1 or W2: no file, or a file that shows no account ever.
    application.credit_file_status in ('no_file', 'no_account')
                                                            as is_thin_file,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen,
    borrower_period.is_new_citizen,
    borrower_period.monthly_income
from application
join calendar_day
    on calendar_day.day
        = cast(coalesce(application.decided_at, application.applied_at) as date)
left join borrower_period
    on borrower_period.borrower_id = application.borrower_id
    and borrower_period.period = calendar_day.period
