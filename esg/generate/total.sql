-- What the general ledger will say of the batch, by quarter: sums of the clean rows.
create table if not exists work.total (
    table_name varchar, measure varchar, period varchar, value decimal(18, 2)
);

create macro period_of(day) as
    year(day)::varchar || 'Q' || quarter(day)::varchar;

insert into work.total
select 'loan', 'rows', period_of(disbursed_at), count(*)
from out_loan group by all
union all
select 'loan', 'principal', period_of(disbursed_at), sum(principal)
from out_loan group by all
union all
select 'interest_bill', 'interest_due', period_of(due_date), sum(interest_due)
from out_interest_bill group by all
union all
select 'loan_month', 'balance', period_of(as_of_date), sum(balance)
from out_loan_month where month(as_of_date) % 3 = 0 group by all
union all
select 'loan_month', 'written_off_amount', period_of(as_of_date), coalesce(sum(written_off_amount), 0)
from out_loan_month where month(as_of_date) % 3 = 0 group by all
union all
select 'payment', 'principal', period_of(paid_date), sum(principal)
from out_payment group by all
union all
select 'payment', 'interest', period_of(paid_date), sum(interest)
from out_payment group by all;
