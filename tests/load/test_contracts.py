"""Contracts of all tables: what loads, what each rule refuses, tells or leaves open."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from load.contract_cases import (
    NEVER,
    OUTCOMES,
    csv_text,
    read_case_file,
)

from esg.errors import ContentError, DataError
from esg.spec.project import shipped_folder
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.spec.project import Project
    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

TABLES = {
    "institution", "borrower", "application", "loan", "spending", "interest_bill",
    "payment", "loan_month", "bureau_month", "subsidy_claim", "complaint",
    "service_contact", "fraud_alert", "collection_contact", "credit_repair_item",
    "engagement", "survey_answer", "area_fact", "reference_rate", "esg_fact",
    "ledger_total",
}  # fmt: skip
"""The vocabulary as designed; ``fx_rate`` stands beside it for other currencies."""


def test_every_table_of_the_vocabulary_has_a_contract(project: Project) -> None:
    assert set(project.tables) == TABLES | {"fx_rate"}


@pytest.mark.parametrize("table", sorted(TABLES | {"fx_rate"}))
def test_every_rule_has_a_case_that_breaks_it_and_one_that_does_not(
    project: Project, table: str
) -> None:
    cases = read_case_file(table).rules

    assert list(cases) == [rule.name for rule in project.tables[table].rules]
    for case in cases.values():
        assert set(OUTCOMES) <= set(case) <= {*OUTCOMES, "also_unjudged"}


@pytest.mark.parametrize("table", sorted(TABLES | {"fx_rate"}))
def test_rows_fare_as_the_cases_of_their_table_say(
    project: Project, make_workspace: Make, table: str
) -> None:
    contract, cases = project.tables[table], read_case_file(table)
    severity = {rule.name: rule.severity for rule in contract.rules}
    lines = cases.lines(contract)
    files = {table: csv_text([line.row for line in lines])}
    for parent in cases.beside:
        files[parent] = csv_text([line.beside[parent] for line in lines])
    workspace = make_workspace(**files)

    workspace.load()

    names = [line.name for line in lines]
    told: dict[str, set[tuple[str, str]]] = {name: set() for name in names}
    for number, *reason in workspace.sql(
        "select row_number, rule, coalesce(column_name, ''), severity "  # noqa: S608
        f"from finding where table_name = '{table}'"
    ).rows():
        told[names[number - 1]].add((" ".join(filter(None, reason[:2])), reason[2]))
    for name in names:
        first, _, outcome = name.partition(" ")
        if outcome == "breaks":
            assert told[name] == {(first, severity[first])}, name
        elif name == "good" or outcome in OUTCOMES:
            assert told[name] == set(), name
        else:
            assert f"{outcome} {first}" in {reason for reason, _ in told[name]}, name


@pytest.mark.parametrize("table", sorted(TABLES | {"fx_rate"}))
def test_what_cannot_be_judged_is_counted_and_stored(
    project: Project, make_workspace: Make, table: str
) -> None:
    cases = read_case_file(table)
    judged = {rule for rule, case in cases.rules.items() if case["unjudged"] != NEVER}
    lines = [
        cases.line(rule, at, {} if rule == "good" else cases.rules[rule]["unjudged"])
        for at, rule in enumerate(["good", *sorted(judged)])
    ]
    files = {table: csv_text([line.row for line in lines])}
    for parent in cases.beside:
        files[parent] = csv_text([line.beside[parent] for line in lines])
    workspace = make_workspace(**files)

    load = workspace.load().sources[-1]

    assert (load.table, load.counts.stored) == (table, len(lines))
    expected = Counter(judged)
    for rule in judged:
        expected.update(cases.rules[rule].get("also_unjudged", []))
    names = [rule.name for rule in project.tables[table].rules]
    found = workspace.sql(
        "select rule, rows from not_judged "  # noqa: S608
        f"where load_no = {load.load_no} and rule not like 'reference %'"
    )
    assert dict(found.rows()) == expected
    assert set(expected) <= set(names)


def test_a_table_of_percentages_stops_the_load(make_workspace: Make) -> None:
    cases = read_case_file("reference_rate")
    line = cases.line("", 0, cases.rules["rate_as_percent"]["breaks"])
    workspace = make_workspace(reference_rate=csv_text([line.row]))

    with pytest.raises(DataError, match=r"above 100 % a year.* first in row 1"):
        workspace.load()

    assert not workspace.warehouse.exists()


LOANS = (
    "loan_id,borrower_id,product,currency,disbursed_at,principal,contract_rate\n"
    "l1,b1,consumer_loan,CNY,2026-01-05 10:00:00,1000,0.072\n"
    "l2,b2,consumer_loan,USD,2026-01-05 10:00:00,2000,0.09\n"
)
BILLS = (
    "loan_id,period_no,from_date,to_date,rate,opening_balance,principal_due,"
    "interest_due,due_date,paid_date\n"
    # The rate of l1 falls on 20 January, inside its first month: two bills.
    "l1,1,2026-01-05,2026-01-20,0.072,1000,0,2.96,2026-02-05,2026-02-05\n"
    "l1,2,2026-01-20,2026-02-05,0.060,1000,500,2.63,2026-02-05,2026-02-09\n"
    "l2,1,2026-01-05,2026-02-05,0.090,2000,1000,15.29,2026-02-05,\n"
)
PAYMENTS = (
    "payment_id,loan_id,period_no,paid_date,principal,interest,fees,penalty\n"
    # Two payments in part on one day, the rest late, one reversed and one early.
    "p1,l1,1,2026-02-05,,2.96,,\n"
    "p2,l1,2,2026-02-05,200,2.63,,\n"
    "p3,l1,2,2026-02-09,300,,,0.50\n"
    "p4,l2,1,2026-01-10,400,,,\n"
    "p5,l2,1,2026-01-11,-400,,,\n"
    "p6,l2,1,2026-01-04,400,,,\n"
)


def test_partial_payments_changed_rates_and_currencies_are_judged_right(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(loan=LOANS, interest_bill=BILLS, payment=PAYMENTS)

    counts = {s.table: s.counts for s in workspace.load().sources}

    assert [
        (table, counts[table].stored, counts[table].quarantined)
        for table in ("loan", "interest_bill", "payment")
    ] == [("loan", 2, 0), ("interest_bill", 3, 0), ("payment", 5, 1)]
    told = workspace.sql("select row_number, rule, severity from finding order by all")
    assert told.rows() == [(5, "range", "warn"), (6, "before_disbursement", "reject")]
    paid = workspace.sql(
        "select currency, period_no, sum(payment.principal) as principal "
        "from payment join loan using (loan_id) group by all order by all"
    )
    assert paid.rows() == [
        ("CNY", 1, None),
        ("CNY", 2, Decimal("500.00")),
        ("USD", 1, Decimal("0.00")),
    ]
    checks = {r.check.id: (r.outcome, r.rows) for r in workspace.check()}
    assert checks["mixed_currencies"] == ("failed", 1)
    assert checks["bills_overlap"] == ("passed", 0)


@pytest.mark.parametrize(
    ("changed", "rows"),
    [
        (("2026-01-20,0.072", "2026-01-21,0.072"), 1),
        # A bill inside another, and two that begin on one day.
        (("l2,1,2026-01-05,2026-02-05", "l1,3,2026-01-06,2026-01-07"), 1),
        (("l2,1,2026-01-05,2026-02-05", "l1,3,2026-01-05,2026-01-06"), 1),
    ],
)
def test_bills_of_one_loan_that_charge_one_day_twice_are_found(
    make_workspace: Make, changed: tuple[str, str], rows: int
) -> None:
    workspace = make_workspace(loan=LOANS, interest_bill=BILLS.replace(*changed))

    workspace.load()

    checks = {r.check.id: (r.outcome, r.rows) for r in workspace.check()}
    assert checks["bills_overlap"] == ("failed", rows)


def test_a_table_without_what_its_rules_look_at_is_not_judged_and_stored(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(payment=PAYMENTS)

    counts = workspace.load().sources[0].counts

    assert (counts.stored, counts.quarantined) == (6, 0)
    found = dict(workspace.sql("select rule, rows from not_judged").rows())
    assert found == {"reference loan_id": 6, "before_disbursement": 6,
                     "after_write_off": 5}  # fmt: skip


def test_loans_without_applications_have_nothing_to_judge(make_workspace: Make) -> None:
    workspace = make_workspace(loan=LOANS)

    workspace.load()

    found = dict(workspace.sql("select rule, rows from not_judged").rows())
    assert found == {"reference borrower_id": 2}


@pytest.mark.parametrize(
    ("table", "column", "code", "ours"),
    [
        ("loan", "product", "BNPL-7", "other"),
        ("spending", "category", "沙发", "other"),
        ("complaint", "topic", "X9", "fees"),
    ],
)
def test_a_code_without_a_place_is_kept_beside_ours(
    make_workspace: Make, table: str, column: str, code: str, ours: str
) -> None:
    line = read_case_file(table).line("", 0, {column: code, f"{column}_in_source": ""})
    row = {k: v for k, v in line.row.items() if k != f"{column}_in_source"}
    workspace = make_workspace(**{table: csv_text([row])})
    toml = workspace.project.workspace / "esg.toml"
    toml.write_text(toml.read_text() + f'codes.{column} = {{"*" = "{ours}"}}\n')

    open_workspace(workspace.project.workspace).load()

    found = workspace.sql(f"select {column}, {column}_in_source from {table}")  # noqa: S608
    assert found.rows() == [(ours, code)]


def overlay(workspace: Workspace, table: str, *changes: tuple[str, str]) -> Workspace:
    """Return a workspace with a changed copy of a shipped contract."""
    text = (shipped_folder("queries") / "tables" / f"{table}.yaml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    folder = workspace.project.workspace / "queries" / "tables"
    folder.mkdir(parents=True)
    (folder / f"{table}.yaml").write_text(text, "utf-8")
    return open_workspace(workspace.project.workspace)


LENT = "principal is not null and principal = 0 and product"
JOINED = "joins: {loan: {on: [loan_id]}}"


@pytest.mark.parametrize(
    ("table", "old", "new", "words"),
    [
        (
            "loan", "severity: warn", "severity: wran",
            (r"loan\.yaml, line \d+: 'rules\.rate_as_percent\.severity' is 'wran'; "
            "did you mean 'warn'"),
        ),
        (
            "loan", "says: {en: a loan of nothing, zh: 贷款本金为零}", "note: x",
            (r"line \d+: the key 'rules\.nothing_lent\.says' is missing.*"
            r"line \d+: 'rules\.nothing_lent\.note' is not known"),
        ),
        ("loan", LENT, "principle = 0 and product",
         ("'nothing_lent' does not run: 'loan' has no column 'principle'; "
         "did you mean 'principal'")),
        ("loan", LENT, "principal = = 0 and product", "'nothing_lent' does not run: "),
        ("loan", LENT, "lone.principal = 0 and product", "'nothing_lent' does not run"),
        ("loan", "  nothing_lent:", "  required:", "names a rule 'required'"),
        ("loan", "cost_sheet_items: {type: integer, min: 0}",
         "cost_sheet_items: {type: integer, allowed: [a]}",
         (r"line \d+: 'columns\.cost_sheet_items\.allowed' is for text, not for the "
         "type 'integer'")),
        ("loan", "sector: {type: text}", "sector: {type: text, max: 3}",
         "'columns.sector.max' is for numbers and days, not for the type 'text'"),
        ("loan", "term_months: {type: integer, min: 0, max: 600}",
         "term_months: {type: integer, min: 601, max: 600}",
         "'columns.term_months.max' is 600, below the min of 601"),
        ("loan", "cancelled_date: {type: date,",
         "cancelled_date: {type: date, sensitivity: id,", "which only a text can be"),
        ("loan", "references: borrower", "references: borower",
         "column 'borrower_id' references 'borower'"),
        ("spending", JOINED, "joins: {loan: {on: [lone_id]}}",
         "joins on 'lone_id', which 'spending' does not have"),
        ("spending", JOINED, "joins: {loan: {on: [province_code]}}",
         "joins 'loan' on other columns than its key"),
        ("spending", JOINED, "joins: {lone: {on: [loan_id]}}",
         "looks at the table 'lone', which has no contract; did you mean 'loan'"),
        ("spending", JOINED, "joins: {loan: {on: [loan_id], tables: loan}}",
         r"'rules\.before_disbursement\.joins\.loan\.tables' is 'loan', not a list"),
        ("spending", "cast(loan.disbursed_at", "cast(loan.disbursed_on",
         "'loan' has no column 'disbursed_on'; did you mean 'disbursed_at'"),
        ("spending", "cast(loan.disbursed_at", "cast(lone.disbursed_at",
         "it looks at 'lone', which it does not join; did you mean 'loan'"),
        ("payment", "write_off.known_to", "write_off.known_til", "known_til"),
        ("payment", "tables: [loan_month]", "tables: [loan]",
         "its join 'write_off' reads 'loan_month', which its 'tables' do not name"),
        ("payment", "from loan_month\n", "from loan_months\n",
         "its join 'write_off' reads 'loan_months'"),
        ("payment", "on: [loan_id]\n", "on: [payment_id]\n", "payment_id"),
        ("payment", "group by loan_id", "group by by loan_id", "it is no SQL"),
    ],
)  # fmt: skip
def test_a_wrong_contract_is_told_with_its_file_and_key(
    make_workspace: Make, table: str, old: str, new: str, words: str
) -> None:
    workspace = overlay(make_workspace(loan=LOANS), table, (old, new))

    with pytest.raises(ContentError, match=f"(?s){words}") as told:
        workspace.load()

    assert f"queries/tables/{table}.yaml" in told.value.message
    assert told.value.exit_code == 3
    assert not workspace.warehouse.exists()


def test_a_day_that_means_there_is_none_is_refused_until_it_is_declared(
    make_workspace: Make,
) -> None:
    line = read_case_file("complaint").line("", 0, {"withdrawn_at": "9999-12-31"})
    workspace = make_workspace(complaint=csv_text([line.row]))

    reasons = workspace.load().reasons.select("rule", "column", "seen").rows()

    assert reasons == [("range", "withdrawn_at", "9999-12-31")]

    toml = workspace.project.workspace / "esg.toml"
    toml.write_text(toml.read_text() + 'missing = ["9999-12-31"]\n')
    declared = open_workspace(workspace.project.workspace)
    declared.load()
    assert declared.sql("select withdrawn_at from complaint").rows() == [(None,)]


def test_all_rules_that_do_not_run_are_told_at_once(make_workspace: Make) -> None:
    workspace = overlay(
        make_workspace(loan=LOANS),
        "loan",
        (LENT, "principle = 0 and product"),
        ("contract_signed_date >", "contract_sign_date >"),
    )

    with pytest.raises(ContentError, match="2 faults") as told:
        workspace.load()

    assert "'contract_signed_date'" in told.value.message


def test_more_rules_than_can_be_kept_apart_are_refused(make_workspace: Make) -> None:
    rules = "".join(
        f"  rule_{at}:\n    says: {{en: x, zh: x}}\n    bad: principal < {at}\n"
        for at in range(61)
    )
    workspace = overlay(
        make_workspace(loan=LOANS), "loan", ("rules:\n", f"rules:\n{rules}")
    )

    with pytest.raises(ContentError, match="rules, more than 60"):
        workspace.load()
