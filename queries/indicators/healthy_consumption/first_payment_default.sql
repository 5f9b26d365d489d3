/*---
id: healthy_consumption.first_payment_default
code: HC-08
title: {en: First-payment default rate, zh: 首期逾期率}
definition:
  en: >-
    Loans whose first bill, due in the period, was paid more than 30 days late (the dated rule) or is
    open that long, of the loans whose first bill fell due in it. The first bill is the one of the
    lowest number; one that asks for nothing is none, and its loan has no first payment here. Paid on
    the thirtieth day is not yet a default. A bill still open within its thirty days is unknown, so the
    rate of a period stands thirty-one days after its end. An empty day of payment is an open bill.
  zh: >-
    首期账单在期内到期的贷款中，首期款逾期超过规定天数（30天）方还清或至今未还清的占比。首期指期次最小的账单；应还为零的账单不作为首期款。
    第30天还清不计为逾期。到期未满30天且未还清的列为未知，故各期数值在期末31天后方可确定。还清日为空视为未还清。
reading:
  en: >-
    Defaults on the very first payment point to fraud, wrong data or a loan the customer could not carry
    from the start, more than to misfortune. Bills of purchases on account are first bills every month.
  zh: 首期即逾期更多反映欺诈、信息不实或授信时即无力负担，而非其后的变故。账单类产品每月均产生“首期”。
version: 1
direction: lower_is_better
serves: [credit_loss, over_indebtedness]
unit: share
measures:
  - name: share
    kind: share
    numerator: defaulted
    denominator: judged
    missing: unjudged
    cluster: cluster_id
    follow_up_days: 31
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised]
needs: {interest_bill: [due_date, paid_date]}
rules: [portfolio_at_risk.days_past_due]
---*/
with first_bill as (
    select
        interest_bill.loan_id,
        min(interest_bill.period_no)                        as period_no
    from interest_bill
    group by interest_bill.loan_id
),

judged_bill as (
    select
        bill_due.*,
        case
            when bill_due.paid_date <= bill_due.due_date + cast(late_days.value as integer)
                then false
            when bill_due.due_date + cast(late_days.value as integer)
                < report_date.data_date then true
        end                                                 as is_defaulted
    from bill_due
    join first_bill
        on first_bill.loan_id = bill_due.loan_id
        and first_bill.period_no = bill_due.period_no
    cross join report_date
    left join rule_value as late_days
        on late_days.rule = 'portfolio_at_risk.days_past_due'
        and bill_due.due_date between late_days.valid_from and late_days.valid_to
    where bill_due.is_payable
)

select
    period,
    count(*) filter (where is_defaulted)                    as defaulted,
    count(is_defaulted)                                     as judged,
    count(*) filter (where is_defaulted is null)            as unjudged
from judged_bill
group by all
