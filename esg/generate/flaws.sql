-- Rows that a loader has to reject, in the Parquet files: each is added beside clean
-- rows under an id of its own (LX…), so that what remains is the clean data exactly.
-- Only the batch that holds the first loan has a model row.
create table model_loan as
select * from out_loan where loan_id = id('L', 1);

insert into out_loan
select * replace ('LX000001' as loan_id, 'payday' as product) from model_loan;

insert into out_loan
select * replace ('LX000002' as loan_id, 'BX999999' as borrower_id) from model_loan;

insert into out_loan
select * replace ('LX000003' as loan_id, (-500.00)::decimal(18, 2) as principal)
from model_loan;

insert into out_loan
select * replace ('LX000004' as loan_id, 100.00::decimal(18, 2) as principal)
from model_loan
union all
select * replace ('LX000004' as loan_id, 200.00::decimal(18, 2) as principal)
from model_loan;

-- The loan of a borrower who does not exist is rejected, and its months with it.
insert into out_loan_month
select * replace ('LX000002' as loan_id)
from (
    select m.* from out_loan_month m
    join model_loan l using (loan_id)
    order by m.as_of_date limit 2
);
