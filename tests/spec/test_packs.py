"""Rule files and packs: what is wrong in them is told with its line and its fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from esg.errors import ContentError
from esg.spec.pack import read_pack
from esg.spec.project import Project
from esg.spec.rule import read_rule

PACK = Path(__file__).parents[2] / "queries/policies/cn_consumer_loan_subsidy"
RULE = """\
description: {en: "A share.", zh: "比例。"}
unit: share
values:
  - from: 2025-09-01
    to: 2025-12-31
    value: 0.01
    citation: {en: "A plan", zh: "方案"}
    evidence: mirror
  - from: 2026-01-01
    to: open
    value: 0.02
    citation: {en: "A notice", zh: "通知"}
    evidence: mirror
"""
LIST = """\
description: {en: "Codes.", zh: "代码。"}
unit: list
values:
  - from: 2025-09-01
    to: open
    members: [home, auto]
    citation: {en: "A plan", zh: "方案"}
    evidence: mirror
"""
VERSIONS = """\
title: {en: A policy, zh: 一项政策}
columns: [loan_id, subsidy]
steps: []
result: subsidy
result_title: {en: Subsidy, zh: 贴息}
versions:
  - id: V1
    document: {en: A plan, zh: 方案}
    from: 2025-09-01
    to: 2025-12-31
    accrues_to: 2026-12-31
  - id: V2
    document: {en: A notice, zh: 通知}
    from: 2026-01-01
    to: 2026-12-31
    accrues_to: 2026-12-31
settings:
  overdue:
    default: excluded
    allowed: [excluded, subsidised]
    says: {en: Open., zh: 未定。}
"""

JUDGING = """\
title: {en: A limit, zh: 一项时限}
subject: {en: complaint, zh: 投诉}
key: [complaint_id]
columns: [complaint_id, verdict, reason]
result: verdict
result_title: {en: Verdict, zh: 结论}
verdicts:
  in_time: {en: in time, zh: 按时}
  late: {en: late, zh: 逾期}
findings:
  - {column: reason, title: {en: Answer, zh: 告知}}
reasons:
  answered: {says: {en: Answered., zh: 已告知。}}
versions:
  - id: O3
    document: {en: Measures, zh: 办法}
    from: 2020-03-01
    to: open
"""


def told_of_rule(folder: Path, text: str) -> str:
    path = folder / "rate.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ContentError) as caught:
        read_rule(path, "rate.yaml")
    return str(caught.value)


def told_of_pack(folder: Path, text: str) -> str:
    path = folder / "pack.yaml"
    path.write_text(text, "utf-8")
    path.with_name("apply.sql").write_text("select 1", "utf-8")
    with pytest.raises(ContentError) as caught:
        read_pack(path, "pack.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        pytest.param(
            "from: 2026-01-01", "from: 2026-01-02",
            "rate.yaml, line 9: 'values[2].from' is 2026-01-02, which does not follow "
            "the one to 2025-12-31 on the next day: there is a hole; start on "
            "2026-01-01, or add the value between with its citation.",
            id="hole",
        ),
        pytest.param(
            "from: 2026-01-01", "from: 2025-12-31",
            "rate.yaml, line 9: 'values[2].from' is 2025-12-31, which does not follow "
            "the one to 2025-12-31 on the next day: they overlap; end that one on "
            "2025-12-30.",
            id="overlap",
        ),
        pytest.param(
            "to: 2025-12-31", "to: open",
            "rate.yaml, line 9: 'values[2].from' stands after a value that is 'open'; "
            "end that one first.",
            id="open before another",
        ),
        pytest.param(
            "    to: 2025-12-31\n", "",
            "rate.yaml, line 4: the key 'values[1].to' is missing.",
            id="no end",
        ),
        pytest.param(
            "to: 2025-12-31", "to: 2025-08-31",
            "rate.yaml, line 5: 'values[1].to' is 2025-08-31, before its own start "
            "2025-09-01.",
            id="ends before it begins",
        ),
        pytest.param(
            '    citation: {en: "A plan", zh: "方案"}\n', "",
            "rate.yaml, line 4: the key 'values[1].citation' is missing.",
            id="no citation",
        ),
        pytest.param(
            'en: "A plan"', 'en: " "',
            "rate.yaml, line 7: 'values[1].citation.en' is empty; write it out.",
            id="empty citation",
        ),
        pytest.param(
            ', zh: "方案"', "",
            "rate.yaml, line 7: the key 'values[1].citation.zh' is missing.",
            id="citation in one language",
        ),
        pytest.param(
            "unit: share", "unit: shares",
            "rate.yaml, line 2: 'unit' is 'shares'; did you mean 'share', or a "
            "currency's code.",
            id="unit",
        ),
        pytest.param(
            "evidence: mirror\n  - from: 2026", "evidence: hearsay\n  - from: 2026",
            "rate.yaml, line 8: 'values[1].evidence' is 'hearsay'; allowed are "
            "inferred, mirror, own, press, primary.",
            id="evidence",
        ),
        pytest.param(
            "value: 0.01", "value: [0.01]",
            "rate.yaml, line 6: 'values[1].value' is [0.01], not a number.",
            id="list for a number",
        ),
        pytest.param(
            "value: 0.01", "value: 1 %",
            "rate.yaml, line 6: 'values[1].value' is '1 %', not a number.",
            id="text for a number",
        ),
        pytest.param(
            "value: 0.01", "value: 1.01",
            "rate.yaml, line 6: 'values[1].value' is 1.01, more than the whole; write "
            "1 % as 0.01.",
            id="percent for a share",
        ),
        pytest.param(
            "value: 0.01", "value: -0.01",
            "rate.yaml, line 6: 'values[1].value' is -0.01, not a number of 0 or more.",
            id="below nothing",
        ),
        pytest.param(
            "value: 0.01", "value: .nan",
            "rate.yaml, line 6: 'values[1].value' is nan, not a number of 0 or more.",
            id="no number",
        ),
        pytest.param(
            "value: 0.01", "value: 0.0100001",
            "rate.yaml, line 6: 'values[1].value' is 0.0100001; at most 6 decimals are "
            "kept.",
            id="too fine",
        ),
        pytest.param(
            "from: 2025-09-01", "from: 2025-09-31",
            "rate.yaml, line 4: '2025-09-31' is no day of the calendar.",
            id="no day",
        ),
        pytest.param(
            "from: 2025-09-01", 'from: "2025-09-01"',
            "rate.yaml, line 4: 'values[1].from' is '2025-09-01', not a date as "
            "2026-01-01, without quotes.",
            id="day in quotes",
        ),
        pytest.param(
            "unit: share", "unit: share\nunit: day",
            "rate.yaml, line 3: the key 'unit' stands twice.",
            id="key twice",
        ),
        pytest.param(
            RULE[RULE.index("values:") :], "values: []\n",
            "rate.yaml, line 3: 'values' holds none; give at least one, with its "
            "citation.",
            id="no value",
        ),
    ],
)  # fmt: skip
def test_a_fault_of_a_rule_is_told_once_with_its_line_and_fix(
    tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    assert right in RULE

    assert told_of_rule(tmp_path, RULE.replace(right, wrong, 1)) == told


def test_a_typo_in_a_key_names_the_key_that_was_meant(tmp_path: Path) -> None:
    told = told_of_rule(tmp_path, RULE.replace("evidence", "evidnce", 1))

    assert "line 4: the key 'values[1].evidence' is missing." in told
    assert (
        "line 8: 'values[1].evidnce' is not known here; did you mean 'evidence'."
        in told
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0.01", "0.01"),
        ("0", "0"),
        ("1000000", "1000000"),
        ("10000000.5", "10000000.5"),
    ],
)
def test_a_value_is_shown_as_it_is_written(
    tmp_path: Path, value: str, shown: str
) -> None:
    path = tmp_path / "limit.yaml"
    text = RULE.replace("unit: share", "unit: CNY").replace("0.01", value)
    path.write_text(text, "utf-8")

    assert read_rule(path, "limit.yaml").values[0].shown == shown


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("members: home", "line 6: 'values[1].members' is 'home', not a list."),
        ("members: [1]", "line 6: 'values[1].members' holds 1, not text."),
        ("value: 3", "line 4: the key 'values[1].members' is missing."),
    ],
)
def test_a_list_of_codes_is_a_list_of_texts(
    tmp_path: Path, wrong: str, told: str
) -> None:
    assert told in told_of_rule(tmp_path, LIST.replace("members: [home, auto]", wrong))


def test_a_faulty_rule_is_shown_what_a_value_is_made_of(tmp_path: Path) -> None:
    path = tmp_path / "rate.yaml"
    path.write_text(RULE.replace("    evidence: mirror\n", "", 1), "utf-8")

    with pytest.raises(ContentError) as caught:
        read_rule(path, "rate.yaml")

    assert "'citation' with 'en' and 'zh', and 'evidence'" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        pytest.param(
            "from: 2026-01-01", "from: 2026-02-01",
            "pack.yaml, line 14: 'versions[2].from' is 2026-02-01, not the day after "
            "version 'V1' ends, 2025-12-31; start on 2026-01-01, or end 'V1' on "
            "2026-01-31.",
            id="gap between versions",
        ),
        pytest.param(
            "from: 2026-01-01", "from: 2025-12-31",
            "pack.yaml, line 14: 'versions[2].from' is 2025-12-31, not the day after "
            "version 'V1' ends, 2025-12-31; start on 2026-01-01, or end 'V1' on "
            "2025-12-30.",
            id="versions overlap",
        ),
        pytest.param(
            "id: V2", "id: V1",
            "pack.yaml, line 12: 'versions[2].id' is 'V1' again; name each once.",
            id="version twice",
        ),
        pytest.param(
            "accrues_to: 2026-12-31", "accrues_to: 2025-12-30",
            "pack.yaml, line 11: 'versions[1].accrues_to' is 2025-12-30, before 'to', "
            "2025-12-31.",
            id="accrues no longer than it holds",
        ),
        pytest.param(
            "default: excluded", "default: exclude",
            "pack.yaml, line 19: 'settings.overdue.default' is 'exclude'; did you mean "
            "'excluded'.",
            id="unknown default",
        ),
        pytest.param(
            "default: excluded", "default: false",
            "pack.yaml, line 19: 'settings.overdue.default' is false, not text; put it "
            "in quotes.",
            id="default without quotes",
        ),
    ],
)  # fmt: skip
def test_a_fault_of_a_pack_is_told_once_with_its_line_and_fix(
    tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    assert right in VERSIONS

    assert told_of_pack(tmp_path, VERSIONS.replace(right, wrong, 1)) == told


def test_a_typo_in_a_version_names_the_key_that_was_meant(tmp_path: Path) -> None:
    told = told_of_pack(tmp_path, VERSIONS.replace("accrues_to", "acrues_to", 1))

    assert "line 7: the key 'versions[1].accrues_to' is missing." in told
    assert "line 11: 'versions[1].acrues_to' is not known here; did you mean" in told


@pytest.mark.parametrize(
    "gone",
    sorted(
        f"{path.parent.name}.{path.stem}"
        for pack in PACK.parent.glob("*/pack.yaml")
        for path in pack.parent.glob("*.yaml")
        if path != pack
    ),
)
def test_a_rule_whose_file_is_gone_is_missed(
    project: Project, tmp_path: Path, gone: str
) -> None:
    without = Project(tmp_path, project.settings)
    rules = {id_: each for id_, each in project.rules.items() if id_ != gone}
    vars(without)["rules"] = rules
    rule = gone.partition(".")[2]

    with pytest.raises(
        ContentError, match=f"reads the rule '{rule}', which has no file"
    ):
        _ = without.packs


def test_a_rule_file_with_a_typo_in_its_name_is_told(
    project: Project, tmp_path: Path
) -> None:
    folder = tmp_path / "queries" / "policies" / PACK.name
    folder.mkdir(parents=True)
    (folder / "totalcap.yaml").write_bytes((PACK / "total_cap.yaml").read_bytes())

    with pytest.raises(ContentError) as caught:
        _ = Project(tmp_path, project.settings).packs

    assert (
        f"queries/policies/{PACK.name}/totalcap.yaml: nothing reads it; did you mean "
        "'total_cap'."
    ) in str(caught.value)


def test_a_pack_that_judges_has_verdicts_in_place_of_amounts(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text(JUDGING, "utf-8")
    path.with_name("apply.sql").write_text("select 1", "utf-8")

    pack = read_pack(path, "pack.yaml")

    assert pack.judges
    assert pack.key == ("complaint_id",)
    assert pack.subject == {"en": "complaint", "zh": "投诉"}
    assert pack.versions[0].last_day.year == 9999
    assert (pack.steps, pack.parts) == ((), ())


def test_a_pack_of_amounts_speaks_of_loans(project: Project) -> None:
    pack = project.packs[PACK.name]

    assert not pack.judges
    assert pack.key == ("loan_id", "period_no", "spending_id")
    assert pack.subject == {"en": "loan", "zh": "贷款"}
    assert (pack.findings, pack.verdicts) == ((), {})


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        pytest.param(
            "findings:\n  - {column: reason, title: {en: Answer, zh: 告知}}\n", "",
            "pack.yaml, line 1: the key 'findings' is missing.",
            id="verdicts without findings",
        ),
        pytest.param(
            "findings:\n", "steps: []\nfindings:\n",
            "pack.yaml, line 10: 'steps' is not known here; allowed are columns, "
            "findings, key, reasons, result, result_title, settings, subject, title, "
            "verdicts, versions.",
            id="steps to a verdict",
        ),
        pytest.param(
            "column: reason", "column: reasn",
            "pack.yaml, line 4: 'columns' lack 'reasn', which the pack names "
            "elsewhere.",
            id="finding in no column",
        ),
        pytest.param(
            "key: [complaint_id]", "key: [complaint]",
            "pack.yaml, line 4: 'columns' lack 'complaint', which the pack names "
            "elsewhere.",
            id="key in no column",
        ),
        pytest.param(
            ", zh: 逾期", "",
            "pack.yaml, line 9: the key 'verdicts.late.zh' is missing.",
            id="verdict in one language",
        ),
        pytest.param(
            "late: {en: late, zh: 逾期}", "late: too late",
            "pack.yaml, line 9: 'verdicts.late' is 'too late', not a mapping.",
            id="verdict without words",
        ),
        pytest.param(
            "to: open", "to: opn",
            "pack.yaml, line 18: 'versions[1].to' is 'opn', not a date as 2026-01-01, "
            "without quotes.",
            id="no end",
        ),
        pytest.param(
            "to: open", "to: open\n    accrues_to: 2026-12-31",
            "pack.yaml, line 19: 'versions[1].accrues_to' is not known here; allowed "
            "are document, from, id, to.",
            id="a verdict accrues nothing",
        ),
    ],
)  # fmt: skip
def test_a_fault_of_a_pack_that_judges_is_told_with_its_line(
    tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    assert right in JUDGING

    assert told_of_pack(tmp_path, JUDGING.replace(right, wrong, 1)) == told
