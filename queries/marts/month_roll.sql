-- One row: a loan that owes money at a month end, beside what became of it by the next one,
-- in the period that holds the next one. A month end that the lender never recorded pairs
-- with nothing: its loans are not lost.
with bucketed_month as (
    select
        loan_month.loan_id,
        loan_month.as_of_date,
        loan_month.balance,
        loan_month.days_past_due,
        coalesce(loan_month.written_off_date <= loan_month.as_of_date, false)
                                                            as is_written_off,
        case
            when loan_month.days_past_due <= 0 then 0
            when loan_month.days_past_due <= first_bucket.value then 1
            when loan_month.days_past_due <= second_bucket.value then 2
            when loan_month.days_past_due <= third_bucket.value then 3
            when loan_month.days_past_due > third_bucket.value then 4
        end                                                 as bucket_no
    from loan_month
    left join rule_value as first_bucket
        on first_bucket.rule = 'days_late_bucket.first'
        and loan_month.as_of_date
            between first_bucket.valid_from and first_bucket.valid_to
    left join rule_value as second_bucket
        on second_bucket.rule = 'days_late_bucket.second'
        and loan_month.as_of_date
            between second_bucket.valid_from and second_bucket.valid_to
    left join rule_value as third_bucket
        on third_bucket.rule = 'days_late_bucket.third'
        and loan_month.as_of_date
            between third_bucket.valid_from and third_bucket.valid_to
),

recorded_day as (
    select distinct
        loan_month.as_of_date
    from loan_month
)

select
    before.loan_id,
    calendar_day.period,
    before.as_of_date,
    recorded_day.as_of_date                                 as next_date,
    before.balance,
    case before.bucket_no
        when 0 then 'current'
        when 1 then 'first'
        when 2 then 'second'
        when 3 then 'third'
        when 4 then 'worst'
    end                                                     as bucket,
    case
        when later.is_written_off then true
        when later.balance <= 0 then false
        else later.bucket_no > before.bucket_no
    end                                                     as is_worse,
    -- Where it stands by then: 0 to 4 as the buckets above, 5 repaid, 6 written off, and
    -- null where nobody knows. A small number, as this mart has the most rows of all.
    cast(
        case
            when later.is_written_off then 6
            when later.balance <= 0 then 5
            else later.bucket_no
        end as tinyint
    )                                                       as next_no,
    loan_trait.borrower_id,
    -- A loan without borrower moves alone.
    coalesce(loan_trait.borrower_id, before.loan_id)        as cluster_id,
    loan_trait.product,
    loan_trait.channel,
    loan_trait.first_time,
    loan_trait.subsidised_from_date <= calendar_day.last_day
                                                            as subsidised,
    borrower_period.province,
    borrower_period.area,
    borrower_period.gender,
    borrower_period.age_band,
    borrower_period.income_quintile,
    borrower_period.new_citizen
from bucketed_month as before
join recorded_day
    on recorded_day.as_of_date = last_day(before.as_of_date + 1)
join calendar_day
    on calendar_day.day = recorded_day.as_of_date
left join bucketed_month as later
    on later.loan_id = before.loan_id
    and later.as_of_date = recorded_day.as_of_date
left join loan_trait
    on loan_trait.loan_id = before.loan_id
left join borrower_period
    on borrower_period.borrower_id = loan_trait.borrower_id
    and borrower_period.period = calendar_day.period
where before.balance > 0
    and not before.is_written_off
    and before.as_of_date = last_day(before.as_of_date)
