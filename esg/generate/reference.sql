-- What the lender and the calendar look like, before any customer exists.

create table month as
with numbered as (
    select
        unnest(range(1, 34))::integer as month_no
),
dated as (
    select
        month_no,
        (date '2024-01-01' + to_months(month_no - 1))::date as first_day,
        last_day((date '2024-01-01' + to_months(month_no - 1))::date) as last_day
    from numbered
)
select
    month_no,
    first_day,
    last_day,
    last_day - first_day + 1 as days,
    -- Season (spring festival dip, 6.18, double 11) times steady growth.
    ([100, 78, 95, 95, 100, 118, 100, 98, 102, 105, 140, 112])[month(first_day)]
        * (100 + 2 * month_no) as weight,
    sum(([100, 78, 95, 95, 100, 118, 100, 98, 102, 105, 140, 112])[month(first_day)]
        * (100 + 2 * month_no)) over (order by month_no)::bigint as weight_to
from dated
order by month_no;

-- Seventh National Population Census 2020, derived (Dong, Du, Liu 2022; MIT):
-- population, urban population, population aged 15 and over.
create table census (
    province_code varchar, name varchar, population bigint, urban bigint, adults bigint
);

insert into census values
    ('110000', '北京市', 21893095, 19166433, 19301588),
    ('120000', '天津市', 13866009, 11744440, 11997953),
    ('130000', '河北省', 74610235, 44816486, 59521267),
    ('140000', '山西省', 34915616, 21831494, 29205721),
    ('150000', '内蒙古自治区', 24049155, 16227475, 20671482),
    ('210000', '辽宁省', 42591407, 30725976, 37853468),
    ('220000', '吉林省', 24073453, 15079014, 21254730),
    ('230000', '黑龙江省', 31850088, 20897694, 28563622),
    ('310000', '上海市', 24870895, 22209380, 22434599),
    ('320000', '江苏省', 84748016, 62242383, 71856068),
    ('330000', '浙江省', 64567588, 46598465, 55885807),
    ('340000', '安徽省', 61027171, 35595103, 49284489),
    ('350000', '福建省', 41540086, 28557247, 33514861),
    ('360000', '江西省', 45188635, 27310611, 35266271),
    ('370000', '山东省', 101527453, 64014254, 82464815),
    ('410000', '河南省', 99365519, 55078554, 76376565),
    ('420000', '湖北省', 57752557, 36320374, 48332080),
    ('430000', '湖南省', 66444864, 39046176, 53475342),
    ('440000', '广东省', 126012510, 93436072, 102262628),
    ('450000', '广西壮族自治区', 50126804, 27170956, 38284303),
    ('460000', '海南省', 10081232, 6075981, 8067507),
    ('500000', '重庆市', 32054159, 22264028, 26955796),
    ('510000', '四川省', 83674866, 47465912, 70203754),
    ('520000', '贵州省', 38562148, 20495946, 29320110),
    ('530000', '云南省', 47209277, 23628564, 37971803),
    ('540000', '西藏自治区', 3648100, 1303443, 2753235),
    ('610000', '陕西省', 39528999, 24769730, 32676794),
    ('620000', '甘肃省', 25019831, 13067332, 20166288),
    ('630000', '青海省', 5923957, 3559363, 4691001),
    ('640000', '宁夏回族自治区', 7202654, 4678654, 5734650),
    ('650000', '新疆维吾尔自治区', 25852345, 14613622, 20046189)
;

-- From October 2025 the lender expands into three provinces: part of the planted story.
create table province as
with weighted as (
    select
        province_code,
        name,
        urban::double / population as urban_share,
        adults as weight,
        adults * case when province_code in ('410000', '430000', '450000') then 3 else 1 end
            as expanded_weight
    from census
)
select
    province_code,
    name,
    urban_share,
    (sum(weight) over earlier - weight)::double / sum(weight) over () as from_share,
    (sum(expanded_weight) over earlier - expanded_weight)::double
        / sum(expanded_weight) over () as expanded_from_share
from weighted
window earlier as (order by province_code)
order by province_code;

-- Present value of 1 a month for so many months, by rate: with it, every balance of a
-- level-payment loan is a closed form and no loan has to be rolled forward.
create table annuity as
with recursive quoted as (
    select unnest(range(18000, 240000, 1000))::integer as rate_millionths
),
summed as (
    select
        rate_millionths,
        0 as months,
        1.0::double as discount,
        0.0::double as factor
    from quoted
    union all
    select
        rate_millionths,
        months + 1,
        discount / (1.0 + rate_millionths / 12000000.0),
        factor + discount / (1.0 + rate_millionths / 12000000.0)
    from summed
    where months < 24
)
select
    rate_millionths,
    months,
    factor
from summed;

-- Nominal annual IRR of equal principal plus a flat monthly fee on the first principal:
-- solved once by bisection, because the engine has no solver.
create table flat_fee_cost (
    fee_basis_points integer, term_months integer, irr_millionths integer
);

insert into flat_fee_cost values
    (40, 3, 71857), (40, 6, 81822), (40, 12, 87451),
    (55, 3, 98730), (55, 6, 112272), (55, 12, 119670),
    (70, 3, 125564), (70, 6, 142596), (70, 12, 151590);
