-- One row: a purchase in the period it was made in, net of refunds, and whether the
-- customer had it free of interest.
with purchase as (
    select
        spending.spending_id,
        spending.loan_id,
        spending.spent_date,
        spending.category,
        spending.verification,
        spending.paid_by,
        -- A refund without an amount is a refund of all.
        greatest(
            spending.amount - coalesce(
                spending.refunded_amount,
                case when spending.refunded_date is not null then spending.amount end,
                0
            ),
            0
        )                                                   as net_amount,
        spending.province_code,
        loan.borrower_id,
        loan.interest_free_days,
        spending.spent_date + cast(loan.interest_free_days as integer)
                                                            as free_until_date
    from spending
    left join loan
        on loan.loan_id = spending.loan_id
),

-- The bills that run while the purchase should cost nothing. An instalment plan charges
-- interest from its first bill, whatever the contract's interest-free days say.
billed_purchase as (
    select
        purchase.spending_id,
        max(
            case
                when interest_bill.interest_due > 0 or interest_bill.fees_due > 0 then 1
                when interest_bill.interest_due = 0
                    and coalesce(interest_bill.fees_due, 0) = 0 then 0
            end
        )                                                   as highest_charge,
        count(*) filter (where interest_bill.interest_due is null)
                                                            as unknown_bills
    from purchase
    join interest_bill
        on interest_bill.loan_id = purchase.loan_id
        and interest_bill.from_date < purchase.free_until_date
        and interest_bill.to_date > purchase.spent_date
    group by purchase.spending_id
)

select
    purchase.spending_id,
    purchase.loan_id,
    calendar_day.period,
    purchase.spent_date,
    purchase.net_amount,
    purchase.verification,
    purchase.paid_by,
    case
        when purchase.interest_free_days = 0 then false
        when billed_purchase.highest_charge = 1 then false
        when billed_purchase.unknown_bills > 0 then null
        when purchase.interest_free_days > 0 then true
    end                                                     as is_interest_free,
    purchase.borrower_id,
    -- A loan without borrower moves alone.
    coalesce(purchase.borrower_id, purchase.loan_id)        as cluster_id,
    loan_trait.product,
    purchase.category,
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
from purchase
join calendar_day
    on calendar_day.day = purchase.spent_date
left join billed_purchase
    on billed_purchase.spending_id = purchase.spending_id
left join loan_trait
    on loan_trait.loan_id = purchase.loan_id
left join borrower_period
    on borrower_period.borrower_id = purchase.borrower_id
    and borrower_period.period = calendar_day.period
