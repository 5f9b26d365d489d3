-- One row: a loan, numbered by its id, with the way its cash flows are known.
create or replace temp table cost_loan as
with bill as (
    select
        interest_bill.loan_id,
        interest_bill.due_date,
        interest_bill.principal_due,
        interest_bill.interest_due,
        cast(loan.disbursed_at as date)                     as disbursed_date,
        -- 30.436875 days are the mean month: near enough to tell which month is meant.
        cast(round((interest_bill.due_date - cast(loan.disbursed_at as date)) / 30.436875)
            as integer)                                     as month_no
    from interest_bill
    join loan
        on loan.loan_id = interest_bill.loan_id
),

billed_loan as (
    select
        loan_id,
        count(*)                                            as bills,
        count(principal_due) = count(*)
            and count(interest_due) = count(*)              as is_complete,
        sum(principal_due)                                  as principal_billed,
        max(due_date)                                       as last_due_date,
        max(month_no)                                       as last_month_no,
        bool_and(
            abs(due_date - cast(disbursed_date + to_months(month_no) as date))
                <= $tolerance_days
            -- A loan of some days is no loan of no month.
            and (month_no > 0 or due_date = disbursed_date)
        )                                                   as is_monthly
    from bill
    group by loan_id
),

known_loan as (
    select
        loan.loan_id,
        loan.principal,
        -- Add-on fees stand in no bill; the earliest moment never understates the cost.
        loan.principal - coalesce(loan.fees_upfront, 0) - coalesce(loan.fees_addon, 0)
                                                            as lent,
        loan.contract_rate,
        loan.term_months,
        loan.repayment_method,
        coalesce(loan.repayment_method = 'revolving', false)
            or loan.product = 'card_revolving'              as is_revolving,
        cast(loan.disbursed_at as date)                     as disbursed_date,
        coalesce(loan.term_months = 1 and loan.interest_free_days > 0, false)
                                                            as is_interest_free,
        loan.contract_rate is not null and loan.term_months > 0
            and loan.repayment_method
                in ('equal_payment', 'equal_principal', 'bullet', 'flat_fee')
                                                            as has_contract,
        billed_loan.is_complete and loan.disbursed_at is not null
                                                            as has_bills,
        billed_loan.bills,
        billed_loan.principal_billed,
        loan.principal - billed_loan.principal_billed       as principal_unbilled,
        billed_loan.last_due_date,
        billed_loan.last_month_no,
        billed_loan.is_monthly
    from loan
    left join billed_loan
        on billed_loan.loan_id = loan.loan_id
),

judged_loan as (
    select
        known_loan.*,
        case
            when is_revolving then 'revolving'
            when principal is null or principal <= 0 then 'no_principal'
            -- A cent a bill may be rounding.
            when has_bills and -principal_unbilled > bills * 0.01
                then 'bills_exceed_principal'
            when has_bills or has_contract then null
            when bills > 0 then 'bills_incomplete'
            else 'contract_incomplete'
        end                                                 as why_none
    from known_loan
)

select
    cast(row_number() over (order by loan_id) - 1 as integer)
                                                            as n,
    loan_id,
    cast(lent as double)                                    as lent,
    cast(principal as double)                               as principal,
    -- What the flows are made of, beside what was lent.
    case when why_none is null then coalesce(has_bills, false) else false end
                                                            as uses_bills,
    case
        when why_none is not null then null
        when coalesce(has_bills, false) = false then 'contract'
        when principal_unbilled <= bills * 0.01 then null
        when has_contract then 'contract'
        else 'balance'
    end                                                     as completed_from,
    coalesce(has_bills, false) = false or is_monthly        as is_monthly,
    cast(case when has_bills then principal_unbilled else principal end as double)
                                                            as principal_left,
    case
        when has_bills then greatest(term_months - greatest(last_month_no, 0), 1)
        else term_months
    end                                                     as months_left,
    case when has_bills then last_month_no else 0 end       as last_month_no,
    coalesce(last_due_date, disbursed_date)                 as last_due_date,
    coalesce(bills, 0)                                      as bills,
    disbursed_date,
    cast(contract_rate as double)                           as contract_rate,
    term_months,
    repayment_method,
    is_interest_free,
    has_contract,
    why_none
from judged_loan;

-- One row: a cash flow, in months since the disbursement.
create or replace temp view cost_flow as
with scheduled as (
    select
        n,
        is_monthly,
        disbursed_date,
        last_month_no,
        last_due_date,
        principal,
        principal_left,
        months_left,
        repayment_method,
        contract_rate / 12                                  as monthly_rate,
        is_interest_free,
        unnest(range(1, cast(months_left as bigint) + 1))   as month_no
    from cost_loan
    where completed_from = 'contract'
)

select
    n,
    cast(0 as double)                                       as months,
    -lent                                                   as amount
from cost_loan
where why_none is null

union all

select
    cost_loan.n,
    case
        when cost_loan.is_monthly then round(
            (interest_bill.due_date - cost_loan.disbursed_date) / 30.436875)
        else (interest_bill.due_date - cost_loan.disbursed_date) * 12 / $days_a_year
    end                                                     as months,
    cast(interest_bill.principal_due + interest_bill.interest_due
        + coalesce(interest_bill.fees_due, 0) as double)    as amount
from interest_bill
join cost_loan
    on cost_loan.loan_id = interest_bill.loan_id
where cost_loan.uses_bills

union all

select
    n,
    case
        when is_monthly then last_month_no + month_no
        else (cast(last_due_date + to_months(cast(month_no as integer)) as date)
            - disbursed_date) * 12 / $days_a_year
    end                                                     as months,
    case repayment_method
        when 'equal_payment' then case
            when monthly_rate = 0 then principal_left / months_left
            else principal_left * monthly_rate
                / (1 - pow(1 + monthly_rate, -months_left))
        end
        when 'equal_principal' then principal_left / months_left
            + principal_left * (1 - (month_no - 1) / months_left) * monthly_rate
        -- Interest each month: falling due at the end it would cost less.
        when 'bullet' then principal_left * case when is_interest_free then 0 else monthly_rate end
            + case when month_no = months_left then principal_left else 0 end
        when 'flat_fee' then principal_left / months_left + principal * monthly_rate
    end                                                     as amount
from scheduled

union all

select
    n,
    case
        when is_monthly then last_month_no
        else (last_due_date - disbursed_date) * 12 / $days_a_year
    end                                                     as months,
    principal_left                                          as amount
from cost_loan
where completed_from = 'balance';
