"""What a source declares beside its path: sentinels, codes, zones, currency, rules."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from esg.errors import ContentError, DataError
from esg.spec.project import shipped_folder
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.workspace import Workspace

    Make = Callable[..., Workspace]


def declare(workspace: Workspace, extra: str) -> Workspace:
    """Return a workspace with lines added to its last source."""
    toml = workspace.project.workspace / "esg.toml"
    toml.write_text(toml.read_text() + extra)
    return open_workspace(workspace.project.workspace)


def rows(workspace: Workspace, query: str) -> list[tuple[object, ...]]:
    return workspace.sql(query).rows()


def rule(workspace: Workspace, table: str, lines: str) -> Workspace:
    """Return a workspace whose overlay gives a shipped contract other rules."""
    shipped = (shipped_folder("queries") / "tables" / f"{table}.yaml").read_text()
    shipped = shipped.partition("rules:\n")[0]
    folder = workspace.project.workspace / "queries" / "tables"
    folder.mkdir(parents=True)
    (folder / f"{table}.yaml").write_text(f"{shipped}rules:\n{lines}")
    return open_workspace(workspace.project.workspace)


def test_sentinels_mean_that_there_is_no_value(make_workspace: Make) -> None:
    workspace = declare(
        make_workspace(
            loan="loan_id,product,currency,principal,channel\n"
            "l1,micro,CNY,-999,N/A\nl2,micro,CNY,5,app\n"
        ),
        'missing = ["N/A", "-999"]\n',
    )
    workspace.load()

    found = rows(workspace, "select principal, channel from loan order by loan_id")
    assert found[0] == (None, None)
    assert str(found[1][0]) == "5.00"


def test_codes_become_ours_and_the_rest_is_other(make_workspace: Make) -> None:
    workspace = declare(
        make_workspace(
            loan="loan_id,product,currency\nl1,05,CNY\nl2,micro,CNY\nl3,Boat,CNY\nl4,,CNY\n"
        ),
        'codes.product = {"05" = "auto", "*" = "other"}\n',
    )
    result = workspace.load()

    assert rows(workspace, "select product from loan order by loan_id") == [
        ("auto",),
        ("micro",),
        ("other",),
    ]
    # A blank is no other product: the required value is missing.
    assert result.reasons["rule"].to_list() == ["required"]


def test_a_code_map_of_no_column_names_the_nearest(make_workspace: Make) -> None:
    workspace = declare(
        make_workspace(loan="loan_id,product,currency\nl1,micro,CNY\n"),
        'codes.produkt = {"05" = "auto"}\n',
    )
    with pytest.raises(ContentError, match="did you mean 'product'"):
        workspace.load()


@pytest.mark.parametrize(
    ("zone", "cell", "local"),
    [
        ("Asia/Shanghai", "2026-01-05 00:30:00", "2026-01-05 00:30:00"),
        ("UTC", "2026-01-04 16:30:00", "2026-01-05 00:30:00"),
        ("America/New_York", "2026-07-04 12:30:00", "2026-07-05 00:30:00"),
        # An offset in the cell says more than the declaration.
        ("America/New_York", "2026-01-05T00:30:00+08:00", "2026-01-05 00:30:00"),
        ("Asia/Shanghai", "2026-01-04T16:30:00Z", "2026-01-05 00:30:00"),
        ("Asia/Shanghai", "2026-01-04T16:30Z", "2026-01-05 00:30:00"),
        ("Asia/Shanghai", "2026-01-04 11:30:00-05", "2026-01-05 00:30:00"),
    ],
)
def test_times_are_those_of_the_institution(
    make_workspace: Make, zone: str, cell: str, local: str
) -> None:
    workspace = declare(
        make_workspace(
            loan="loan_id,product,currency,disbursed_at,contract_signed_date\n"
            f"l1,micro,CNY,{cell},{cell}\n"
        ),
        f'time_zone = "{zone}"\n',
    )
    workspace.load()

    found = rows(
        workspace,
        "select disbursed_at::varchar, contract_signed_date::varchar from loan",
    )
    assert found == [(local, local[:10])]


def test_a_currency_is_filled_in_where_the_source_has_none(
    make_workspace: Make,
) -> None:
    workspace = declare(
        make_workspace(loan="loan_id,product\nl1,micro\n"), 'currency = "USD"\n'
    )
    workspace.load()

    assert rows(workspace, "select currency from loan") == [("USD",)]


def test_a_foreign_currency_needs_a_column(make_workspace: Make) -> None:
    workspace = declare(
        make_workspace(spending="spending_id,loan_id,spent_date,amount\n"),
        'currency = "USD"\n',
    )
    with pytest.raises(ContentError, match="no column for the currency"):
        workspace.load()


def test_several_files_are_one_source_and_rows_are_numbered_in_each(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(loan="loan_id,product,currency\nl1,micro,CNY\nl2\n")
    folder = workspace.project.workspace
    (folder / "loan.csv").rename(folder / "loan-1.csv")
    (folder / "loan-2.csv").write_text(
        "product,loan_id,currency,channel\npayday,l3,CNY,app\nmicro,l4,CNY,app\n"
    )
    toml = folder / "esg.toml"
    toml.write_text(toml.read_text().replace("loan.csv", "loan-*.csv"))
    workspace = open_workspace(folder)

    counts = workspace.load().sources[0].counts

    assert (counts.read, counts.stored, counts.quarantined) == (4, 2, 2)
    listed = workspace.quarantine().select("rule", "first_file", "first_row").rows()
    assert listed == [("allowed", "loan-2.csv", 1), ("ragged", "loan-1.csv", 2)]
    found = rows(workspace, "select loan_id, channel from loan order by all")
    assert found == [("l1", None), ("l4", "app")]


def test_a_packed_file_and_one_in_gb18030_are_read(make_workspace: Make) -> None:
    text = "loan_id,product,currency,channel\nl1,micro,CNY,手机银行\n"
    packed = make_workspace(loan=gzip.compress(text.encode()))
    packed.load()
    assert rows(packed, "select channel from loan") == [("手机银行",)]

    (packed.project.workspace / "loan.csv").write_bytes(text.encode("gb18030"))
    other = declare(packed, 'encoding = "gb18030"\n')
    other.load()
    assert rows(other, "select channel from loan") == [("手机银行",)]


def test_a_mapping_joins_several_inputs(make_workspace: Make) -> None:
    workspace = make_workspace(loan="id,code\nl1,7\nl2,8\nl3\nl4,9\n")
    folder = workspace.project.workspace
    (folder / "code.csv").write_text("code,product\n7,micro\n8,payday\n9,auto\n")
    (folder / "sources").mkdir()
    (folder / "sources" / "loan.sql").write_text(
        "select id as loan_id, product, 'CNY' as currency, source.source_row "
        "from source join names on names.code = source.code"
    )
    workspace = declare(workspace, '[sources.loan.inputs.names]\npath = "code.csv"\n')

    counts = workspace.load().sources[0].counts

    assert (counts.read, counts.stored, counts.quarantined) == (4, 2, 2)
    listed = workspace.quarantine().select("rule", "first_row").rows()
    assert listed == [("allowed", 2), ("ragged", 3)]


RULE = """\
  signed_after_disbursed:
    says: {en: signed after it was disbursed, zh: 签约晚于放款}
    bad: contract_signed_date > cast(disbursed_at as date)
    severity: SEVERITY
"""
SIGNED = (
    "loan_id,product,currency,contract_signed_date,disbursed_at\n"
    "l1,micro,CNY,2026-01-09,2026-01-05\n"
    "l2,micro,CNY,2026-01-01,2026-01-05\n"
    "l3,micro,CNY,,2026-01-05\n"
)


@pytest.mark.parametrize(("severity", "stored"), [("reject", 2), ("warn", 3)])
def test_a_rule_across_columns_rejects_or_warns_and_tells_what_it_cannot_judge(
    make_workspace: Make, severity: str, stored: int
) -> None:
    lines = RULE.replace("SEVERITY", severity)
    workspace = rule(make_workspace(loan=SIGNED), "loan", lines)

    counts = workspace.load().sources[0].counts

    assert (counts.stored, counts.quarantined) == (stored, 3 - stored)
    told = rows(workspace, "select row_number, rule, severity from finding")
    assert told == [(1, "signed_after_disbursed", severity)]
    unjudged = "select rows from not_judged where rule = 'signed_after_disbursed'"
    assert rows(workspace, unjudged) == [(1,)]


def test_a_rule_that_stops_the_load_leaves_the_warehouse(make_workspace: Make) -> None:
    lines = RULE.replace("SEVERITY", "stop")
    workspace = rule(make_workspace(loan=SIGNED), "loan", lines)

    with pytest.raises(DataError, match="signed after it was disbursed, first in"):
        workspace.load()

    assert not workspace.warehouse.exists()


def test_a_rule_across_tables_looks_at_the_parent(make_workspace: Make) -> None:
    lines = """\
  spent_before_disbursed:
    says: {en: spent before the loan was paid out, zh: 消费早于放款}
    bad: spent_date < cast(loan.disbursed_at as date)
    joins: {loan: {on: [loan_id]}}
"""
    workspace = rule(
        make_workspace(
            loan="loan_id,product,currency,disbursed_at\n"
            "l1,micro,CNY,2026-01-05\nl2,micro,CNY,\n",
            spending="spending_id,loan_id,spent_date,amount\n"
            "s1,l1,2026-01-04,1\ns2,l1,2026-01-05,1\ns3,l2,2026-01-05,1\n",
        ),
        "spending",
        lines,
    )

    counts = workspace.load().sources[1].counts

    assert (counts.stored, counts.quarantined) == (2, 1)
    told = rows(workspace, "select row_number, rule from finding")
    assert told == [(1, "spent_before_disbursed")]
    assert rows(workspace, "select rule, rows from not_judged") == [
        ("spent_before_disbursed", 1)
    ]


def test_a_rule_that_does_not_run_names_its_contract(make_workspace: Make) -> None:
    lines = RULE.replace("SEVERITY", "warn").replace("contract_signed", "signed")
    workspace = rule(make_workspace(loan=SIGNED), "loan", lines)

    with pytest.raises(ContentError, match=r"loan\.yaml: the rule 'signed_after"):
        workspace.load()


def test_personal_data_in_text_stops_the_load_or_is_masked(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(
        loan="loan_id,product,currency,channel\nl1,micro,CNY,call 13800138000\n"
    )
    with pytest.raises(DataError, match="1 × mobile in 'channel'") as told:
        workspace.load()
    assert "13800138000" not in str(told.value)

    toml = workspace.project.workspace / "esg.toml"
    before = toml.read_text()
    toml.write_text(before + '[guard]\naction = "mask"\n')
    masked = open_workspace(workspace.project.workspace)
    masked.load()
    assert rows(masked, "select channel from loan") == [("call [mobile]",)]

    toml.write_text(before + '[guard]\nallow = ["loan.channel"]\n')
    masked.warehouse.unlink()
    allowed = open_workspace(workspace.project.workspace)
    allowed.load()
    assert rows(allowed, "select channel from loan") == [("call 13800138000",)]
