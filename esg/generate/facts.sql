-- Denominators and stated figures: what no record of the lender's can give.

create table out_institution as
select * from (values
    ('HG', date '2021-03-01', '禾光消费金融有限公司(示例)', 'consumer_finance', 'none', '3B', '330000'),
    ('HG', date '2025-09-01', '禾光消费金融有限公司(示例)', 'consumer_finance', 'named_23', '3A', '330000')
) v(institution_id, valid_from, name, type, policy_list, rating, province_code);

create table out_area_fact as
select province_code as area_code, 2020 as year, 'adults' as metric, adults::bigint as value,
    'Seventh National Population Census 2020, derived (Dong, Du, Liu 2022): aged 15 and over' as source
from census
union all
select province_code, 2020, 'population', population,
    'Seventh National Population Census 2020, derived (Dong, Du, Liu 2022)'
from census
union all
select 'CN', 2020, 'adults', sum(adults)::bigint,
    'Seventh National Population Census 2020, derived (Dong, Du, Liu 2022): aged 15 and over'
from census
union all
select 'CN', 2020, 'population', sum(population)::bigint,
    'Seventh National Population Census 2020, derived (Dong, Du, Liu 2022)'
from census
union all
select 'CN', y.year, 'gni_per_capita', y.value, 'Illustrative round figure in CNY for the sample'
from (values (2024, 95000), (2025, 99000), (2026, 103000)) y(year, value)
union all
select 'CN', extract(year from e.day)::integer, 'personal_customers',
    (select count(*) from work.arrival where is_customer and first_seen_date <= e.day),
    'Customer register of the sample lender, at the last day known in the year'
from (values (date '2024-12-31'), (date '2025-12-31'), (date '2026-09-30')) e(day)
union all
select province_code, 2026, 'outlets', case when province_code in ('330000', '310000', '440000') then 3 else 1 end,
    'Outlet list of the sample lender, 2026-09-30'
from census
where province_code in ('330000', '310000', '440000', '320000', '410000', '430000', '450000', '510000', '420000', '370000')
union all
select 'CN', y.year, 'outlets', y.value, 'Outlet list of the sample lender'
from (values (2024, 11), (2025, 14), (2026, 16)) y(year, value);

create table out_esg_fact as
with quarter as (
    select
        q,
        (2024 + q // 4)::varchar || 'Q' || (q % 4 + 1)::varchar as period
    from range(11) r(q)
),
stated as (
    select period, q, unnest([
        {'metric': 'energy_mwh', 'value': 412 + 3 * q + ([38, 0, 52, 14])[q % 4 + 1], 'unit': 'MWh', 'owner': '行政部 / Administration', 'evidence': 'Electricity and gas invoices', 'note': null},
        {'metric': 'scope1_tco2e', 'value': 21 + ([9, 2, 1, 7])[q % 4 + 1], 'unit': 'tCO2e', 'owner': '行政部 / Administration', 'evidence': 'Fuel cards and gas invoices', 'note': null},
        {'metric': 'scope2_tco2e', 'value': 214 + q + ([20, 0, 27, 7])[q % 4 + 1], 'unit': 'tCO2e', 'owner': '行政部 / Administration', 'evidence': 'Electricity invoices, grid factor of the sample', 'note': 'location-based'},
        {'metric': 'headcount', 'value': 812 + 14 * q, 'unit': 'persons', 'owner': '人力资源部 / Human resources', 'evidence': 'Payroll at the last day of the quarter', 'note': null},
        {'metric': 'female_employees', 'value': 421 + 8 * q, 'unit': 'persons', 'owner': '人力资源部 / Human resources', 'evidence': 'Payroll at the last day of the quarter', 'note': null},
        {'metric': 'managers', 'value': 96 + q, 'unit': 'persons', 'owner': '人力资源部 / Human resources', 'evidence': 'Payroll, grades M1 and above', 'note': null},
        {'metric': 'female_managers', 'value': 35 + q * 3 // 4, 'unit': 'persons', 'owner': '人力资源部 / Human resources', 'evidence': 'Payroll, grades M1 and above', 'note': null},
        {'metric': 'training_hours', 'value': 6400 + 210 * q, 'unit': 'hours', 'owner': '人力资源部 / Human resources', 'evidence': 'Learning platform export', 'note': null},
        {'metric': 'consumer_protection_relevant_staff', 'value': 468 + 9 * q, 'unit': 'persons', 'owner': '消费者权益保护部 / Consumer protection', 'evidence': 'Role list', 'note': null},
        {'metric': 'consumer_protection_trained', 'value': 415 + 12 * q, 'unit': 'persons', 'owner': '消费者权益保护部 / Consumer protection', 'evidence': 'Learning platform export', 'note': null},
        {'metric': 'data_breaches', 'value': case when q in (3, 8) then 1 else 0 end, 'unit': 'incidents', 'owner': '信息安全部 / Information security', 'evidence': 'Incident register', 'note': null},
        {'metric': 'data_breach_customers', 'value': case q when 3 then 312 when 8 then 57 else 0 end, 'unit': 'persons', 'owner': '信息安全部 / Information security', 'evidence': 'Incident register', 'note': null},
        {'metric': 'data_breaches_personal', 'value': case when q in (3, 8) then 1 else 0 end, 'unit': 'incidents', 'owner': '信息安全部 / Information security', 'evidence': 'Incident register', 'note': null},
        {'metric': 'marketing_incidents', 'value': ([1, 0, 2, 0, 1, 0, 1, 0, 0, 2, 1])[q + 1], 'unit': 'incidents', 'owner': '消费者权益保护部 / Consumer protection', 'evidence': 'Regulator letters and internal review', 'note': null},
        {'metric': 'legal_losses_cny', 'value': ([0, 40000, 0, 120000, 0, 0, 65000, 0, 30000, 0, 85000])[q + 1], 'unit': 'CNY', 'owner': '法律合规部 / Legal and compliance', 'evidence': 'Case register', 'note': null},
        {'metric': 'marketing_incidents_fine', 'value': ([0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0])[q + 1], 'unit': 'incidents', 'owner': '消费者权益保护部 / Consumer protection', 'evidence': 'Regulator letters', 'note': null},
        {'metric': 'marketing_incidents_warning', 'value': ([1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1])[q + 1], 'unit': 'incidents', 'owner': '消费者权益保护部 / Consumer protection', 'evidence': 'Regulator letters', 'note': null},
        {'metric': 'marketing_incidents_code', 'value': ([0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])[q + 1], 'unit': 'incidents', 'owner': '消费者权益保护部 / Consumer protection', 'evidence': 'Internal review', 'note': null},
        {'metric': 'legal_losses_privacy_cny', 'value': ([0, 0, 0, 120000, 0, 0, 0, 0, 0, 0, 20000])[q + 1], 'unit': 'CNY', 'owner': '法律合规部 / Legal and compliance', 'evidence': 'Case register', 'note': null},
        {'metric': 'legal_losses_selling_cny', 'value': ([0, 40000, 0, 0, 0, 0, 50000, 0, 30000, 0, 65000])[q + 1], 'unit': 'CNY', 'owner': '法律合规部 / Legal and compliance', 'evidence': 'Case register', 'note': null},
        {'metric': 'sales_linked_pay_cny', 'value': 1900000 + 15000 * q, 'unit': 'CNY', 'owner': '人力资源部 / Human resources', 'evidence': 'Pay register of covered staff', 'note': null},
        {'metric': 'covered_staff_pay_cny', 'value': 10200000 + 150000 * q, 'unit': 'CNY', 'owner': '人力资源部 / Human resources', 'evidence': 'Pay register of covered staff', 'note': null},
        {'metric': 'noncompliance_incidents', 'value': case when q in (3, 9) then 1 else 0 end, 'unit': 'incidents', 'owner': '法律合规部 / Legal and compliance', 'evidence': 'Case register', 'note': 'significant instances'},
        {'metric': 'noncompliance_fines_cny', 'value': case q when 3 then 180000 when 9 then 260000 else 0 end, 'unit': 'CNY', 'owner': '法律合规部 / Legal and compliance', 'evidence': 'Case register', 'note': null},
        {'metric': 'corruption_incidents', 'value': 0, 'unit': 'incidents', 'owner': '纪检审计部 / Internal audit', 'evidence': 'Case register', 'note': 'stated as none, not missing'},
        {'metric': 'models_in_use', 'value': 14 + q, 'unit': 'models', 'owner': '风险管理部 / Risk', 'evidence': 'Model register', 'note': null},
        {'metric': 'models_fairness_tested', 'value': 5 + q * 5 // 4, 'unit': 'models', 'owner': '风险管理部 / Risk', 'evidence': 'Model register, test in the last 12 months', 'note': null},
        {'metric': 'models_human_review', 'value': 11 + q, 'unit': 'models', 'owner': '风险管理部 / Risk', 'evidence': 'Model register', 'note': null},
        {'metric': 'education_person_times', 'value': 21000 + 2600 * q, 'unit': 'person-times', 'owner': '消费者权益保护部 / Consumer protection', 'evidence': 'Event log', 'note': 'person-times, not persons'}
    ], recursive := true)
    from quarter
),
yearly as (
    select * from (values
        ('energy_mwh', '2024', 1793, 'MWh', '行政部 / Administration', 'Electricity and gas invoices', null),
        ('energy_mwh', '2025', 1846, 'MWh', '行政部 / Administration', 'Electricity and gas invoices', null),
        ('green_electricity_mwh', '2025', 310, 'MWh', '行政部 / Administration', 'Green certificates', null),
        ('scope1_tco2e', '2025', 103, 'tCO2e', '行政部 / Administration', 'Fuel cards and gas invoices', null),
        ('scope2_tco2e', '2025', 932, 'tCO2e', '行政部 / Administration', 'Electricity invoices, grid factor of the sample', 'location-based'),
        ('paper_saved_sheets', '2025', 1840000, 'sheets', '运营部 / Operations', 'Contracts signed online times mean pages', null),
        ('sales_linked_pay_share', '2025', 0.18, 'share', '人力资源部 / Human resources', 'Pay register of covered staff', null),
        ('board_size', '2025', 9, 'persons', '董事会办公室 / Board office', 'Articles of association', null),
        ('female_directors', '2025', 3, 'persons', '董事会办公室 / Board office', 'Articles of association', null)
    ) v(metric, period, value, unit, owner, evidence, note)
)
select metric, period, value::double as value, unit, owner, evidence, note from stated
union all
select metric, period, value::double, unit, owner, evidence, note from yearly
union all
-- The supervisor's seven elements, since the evaluation method of September 2025.
select
    'self_assessment_' || kind || '_' || element, period,
    case kind when 'weight' then weight else first_points + step * (q - 7) end,
    'points', '消费者权益保护部 / Consumer protection', 'Self-assessment of consumer protection', null
from quarter
cross join (values ('weight'), ('points')) k(kind)
cross join (values
    ('governance', 12, 10.2, 0.1),
    ('suitability', 12, 9.8, 0.2),
    ('marketing', 26, 21.4, 0.3),
    ('disputes', 26, 20.7, 0.4),
    ('education', 12, 10.9, 0.0),
    ('service', 6, 5.1, 0.1),
    ('privacy', 6, 5.0, 0.1)
) e(element, weight, first_points, step)
where q >= 7;
