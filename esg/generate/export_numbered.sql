-- Files whose ids are numbers over all borrowers, in the order of the calendar.

create table out_spending as
select
    id('S', row_number() over ()) as spending_id,
    id('L', loan_no) as loan_id,
    spent_date,
    yuan(amount_cents) as amount,
    category,
    province_code,
    verification,
    verified_date,
    paid_by,
    refunded_date,
    yuan(refunded_cents) as refunded_amount,
    is_green
from (select * from work.purchase order by spent_date, loan_no, ticket_no);

create table out_subsidy_claim as
select
    id('C', row_number() over ()) as claim_id,
    id('L', loan_no) as loan_id,
    quarter,
    province_code,
    filed_date,
    yuan(claimed_cents) as claimed,
    yuan(approved_cents) as approved,
    yuan(central_cents) as paid_central,
    yuan(provincial_cents) as paid_provincial,
    paid_date,
    yuan(clawed_back_cents) as clawed_back,
    reject_reason
from (select * from work.claim order by quarter, loan_no);
