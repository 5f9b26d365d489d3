-- As flaws.sql, in a file written over all borrowers. The model row is chosen in a
-- subquery: outside, order by would mean the new id.
insert into out_spending
select * replace ('SX000001' as spending_id, 'LX999999' as loan_id)
from (select * from out_spending order by spending_id limit 1);
