-- What the steps over all borrowers need of a batch. The tables are made by the first
-- batch, which is why their types stand in no other place.
create table if not exists work.trait as
select i, province_code, birth_year from person limit 0;

insert into work.trait
select i, province_code, birth_year from person;

create table if not exists work.purchase as
select * from purchase limit 0;

insert into work.purchase
select * from purchase;

create table if not exists work.claim as
select * from claim limit 0;

insert into work.claim
select * from claim;

create view staged_episode as
select
    e.n,
    e.i,
    b.loan_no,
    e.product,
    e.due_date,
    e.cured_date,
    b.principal_due_cents + b.interest_cents + b.fees_cents as owed_cents,
    is_story_place(p.province_code, p.area) and p.first_seen_date >= date '2025-07-01' as is_story
from episode e
join bill b using (n, period_no)
join person p on p.i = e.i;

create table if not exists work.episode as
select * from staged_episode limit 0;

insert into work.episode
select * from staged_episode;
