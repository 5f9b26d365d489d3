"""Asking a policy: explanations that add up, comparisons, what-ifs, reconciliation."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from esg.errors import ContentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from esg.policy.explain import Line
    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

PACK = "cn_consumer_loan_subsidy"
NO_LIMITS = "[disclosure]\nmin_n = 0\nmin_cell = 1\n"

INSTITUTION = """\
institution_id,valid_from,name,type,policy_list,province_code
HG,2020-01-01,Hengguang,consumer_finance,named_23,500000
"""
BORROWER = """\
borrower_id,province_code,gender
li,110000,female
wang,310000,male
"""
LOAN = """\
loan_id,borrower_id,institution_id,product,currency,principal,contract_rate,disbursed_at,subsidy_agreement_date
L1,li,HG,consumer_loan,CNY,200000,0.03,2025-09-01,2025-09-01
L2,wang,HG,consumer_loan,CNY,60000,0.018,2026-01-01,2026-01-01
L3,wang,HG,consumer_loan,CNY,1000,0.05,2026-01-01,
"""
SPENDING = """\
spending_id,loan_id,spent_date,amount,category,verification
S1,L1,2025-09-01,200000,home,automatic
S2,L2,2026-01-01,60000,other,automatic
S3,L3,2026-01-01,1000,other,automatic
"""
# A year's interest in one bill: 6,000 of L1 at 3 %, 1,080 of L2 at 1.8 %, 50 of L3.
BILL = """\
loan_id,period_no,from_date,to_date,due_date,interest_due,paid_date
L1,1,2025-09-01,2026-09-01,2026-09-01,6000,2026-09-01
L2,1,2026-01-01,2026-09-01,2026-09-01,720,2026-09-01
L3,1,2026-01-01,2026-09-01,2026-09-01,50,2026-09-01
"""


@pytest.fixture
def workspace(make_workspace: Make) -> Workspace:
    made = make_workspace(
        NO_LIMITS,
        institution=INSTITUTION,
        borrower=BORROWER,
        loan=LOAN,
        spending=SPENDING,
        interest_bill=BILL,
        subsidy_claim=CLAIM,
    )
    made.load()
    return made


# L1 gets 500 (V1: 50,000 of it count, and 500 at most), L2 gets half of its rate: 360.
CLAIM = """\
claim_id,loan_id,quarter,province_code,filed_date,claimed
C1,L1,2026Q3,110000,2026-10-10,500.00
C2,L2,2026Q3,310000,2026-10-10,400.00
C3,L2,2026Q3,310000,2026-10-11,360.00
C4,L3,2026Q3,310000,2026-10-10,10.00
"""


def total(lines: Iterable[Line]) -> Decimal:
    return sum((line.amount or Decimal(0) for line in lines), Decimal(0))


def test_the_steps_of_an_explanation_add_up_to_what_is_given(
    workspace: Workspace,
) -> None:
    found = workspace.policy(PACK).explain("L1", "en")

    assert [line.amount for line in found[0].lines] == [
        Decimal("2000.00"),  # 6,000 x 1 % / 3 %
        Decimal("-1500.00"),  # 50,000 of 200,000 count: a quarter
    ]
    assert found[0].given == total(found[0].lines) == total(found[0].parts)
    assert "财金〔2025〕80号" in found[0].lines[1].citation


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "signed no agreement"), ("zh", "未签订贴息")],
)
def test_a_loan_that_gets_nothing_is_told_why(
    workspace: Workspace, language: str, words: str
) -> None:
    (found,) = workspace.policy(PACK).explain("L3", language)

    assert found.given == 0
    assert words in found.lines[0].says
    assert not found.parts


def test_every_fact_of_the_sample_is_explained_to_the_cent(lender: Workspace) -> None:
    policy = lender.policy(PACK)
    facts = policy.facts()
    loans = facts.filter(pl.col("subsidy") > 0)["loan_id"].unique().sort()

    for loan in [*loans[:3], *loans[-3:]]:
        for each in policy.explain(loan, "zh"):
            assert each.given == total(each.lines)
            assert "{" not in "".join(line.says for line in each.lines)


def test_a_loan_without_facts_is_refused_with_words(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="no fact of a loan 'L9'"):
        workspace.policy(PACK).explain("L9", "en")


def test_a_comparison_applies_each_version_to_all_purchases(
    workspace: Workspace,
) -> None:
    frame = workspace.policy(PACK).compare("V1", "V2", by="gender")

    rows = {row["segment"]: row for row in frame.iter_rows(named=True)}
    # V1 gives L1 500 and L2, 60,000 on nothing of a key area, nothing; V2 gives 2,000
    # and 360.
    assert rows["female"]["given_old"] == Decimal("500.00")
    assert rows["female"]["given_new"] == Decimal("2000.00")
    assert rows["male"]["given_old"] == Decimal(0)
    assert rows["male"]["given_new"] == Decimal("360.00")
    assert rows["all"]["difference"] == Decimal("1860.00")
    assert (rows["all"]["winners"], rows["all"]["losers"]) == (2, 0)
    assert (rows["all"]["reached_old"], rows["all"]["reached_new"]) == (1, 2)


def test_small_groups_of_a_comparison_keep_their_name_alone(
    make_workspace: Make,
) -> None:
    made = make_workspace(
        institution=INSTITUTION,
        borrower=BORROWER,
        loan=LOAN,
        spending=SPENDING,
        interest_bill=BILL,
    )
    made.load()

    frame = made.policy(PACK).compare("V1", "V2", by="gender")

    assert frame["status"].to_list() == ["suppressed"] * 3
    assert frame["given_new"].null_count() == 3


def test_a_what_if_changes_one_value_and_tells_every_step(workspace: Workspace) -> None:
    frame = workspace.policy(PACK).simulate({"transaction_base_cap": "100000"})

    rows = {row["what"]: row for row in frame.iter_rows(named=True)}
    # Half of the 200,000 counts now, 1,000, and the cap of 500 a purchase holds it.
    assert rows["Cap of a purchase"]["now"] == Decimal("-1500.00")
    assert rows["Cap of a purchase"]["then"] == Decimal("-1500.00")

    frame = workspace.policy(PACK).simulate(
        {"transaction_base_cap": "none", "transaction_cap": "none"}
    )

    rows = {row["what"]: row for row in frame.iter_rows(named=True)}
    assert rows["Subsidy"]["now"] == Decimal("860.00")
    assert rows["Subsidy"]["then"] == Decimal("2360.00")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"rat": "1"}, "There is no rule 'rat'; did you mean 'rate'"),
        ({"rate": "a lot"}, "'a lot' is no value of the rule 'rate'"),
        ({"rate": "-1"}, "'-1' is no value of the rule 'rate'"),
        ({"rate": "NaN"}, "'NaN' is no value of the rule 'rate'"),
    ],
)
def test_a_wrong_what_if_is_refused(
    workspace: Workspace, changed: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        workspace.policy(PACK).simulate(changed)


def test_claims_are_held_against_the_rule(workspace: Workspace) -> None:
    found = workspace.policy(PACK).reconcile()

    verdicts = {
        row["claim_id"]: (row["verdict"], row["difference"])
        for row in found.exceptions.iter_rows(named=True)
    }
    assert verdicts == {
        "C2": ("over", Decimal("40.00")),  # 400 - 360
        "C3": ("duplicate", Decimal("0.00")),
        "C4": ("no_ground", Decimal("10.00")),
    }
    assert found.exceptions.filter(pl.col("claim_id") == "C4")["reason"].item() == (
        "agreement"
    )
    agreed = found.summary.filter(pl.col("verdict") == "agrees")
    assert agreed["claimed"].item() == Decimal("500.00")


def test_the_claim_sheet_is_what_the_rule_gives(workspace: Workspace) -> None:
    sheet = workspace.policy(PACK).reconcile().claims

    rows = {row["province_code"]: row for row in sheet.iter_rows(named=True)}
    assert rows["110000"]["consumption"] == Decimal("200000.00")
    assert rows["110000"]["interest"] == Decimal("6000.00")
    assert rows["110000"]["subsidy"] == Decimal("500.00")
    assert rows["110000"]["central"] == Decimal("450.00")
    assert rows["310000"]["provincial"] == Decimal("36.00")


@pytest.mark.parametrize(("filed", "verdict"), [("10-30", "agrees"), ("10-31", "late")])
def test_a_claim_is_late_the_day_after_its_month(
    make_workspace: Make, filed: str, verdict: str
) -> None:
    made = make_workspace(
        institution=INSTITUTION,
        borrower=BORROWER,
        loan=LOAN,
        spending=SPENDING,
        interest_bill=BILL,
        subsidy_claim=CLAIM.splitlines()[0]
        + f"\nC1,L1,2026Q3,110000,2026-{filed},500.00\n",
    )
    made.load()

    summary = made.policy(PACK).reconcile().summary

    assert verdict in summary["verdict"].to_list()


def test_settings_of_a_workspace_change_what_is_given(make_workspace: Make) -> None:
    late = BILL.replace("2026-09-01,720,2026-09-01", "2026-09-01,720,2026-09-02")
    files = {
        "institution": INSTITUTION,
        "borrower": BORROWER,
        "loan": LOAN,
        "spending": SPENDING,
        "interest_bill": late,
    }
    made = make_workspace(**files)
    made.load()
    strict = made.policy(PACK).facts()
    mild = make_workspace(f'[policy.{PACK}]\noverdue = "subsidised"\n', **files)

    given = mild.policy(PACK).facts()

    assert strict.filter(loan_id="L2")["reason"].item() == "overdue"
    assert given.filter(loan_id="L2")["subsidy"].item() == Decimal("360.00")


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        (f'[policy.{PACK}]\noverdu = "x"\n', "'policy.*overdu' is no setting; did you"),
        (f'[policy.{PACK}]\noverdue = "no"\n', "overdue' is 'no'; allowed are"),
        ('[policy.cn_consumer]\nx = "y"\n', "'policy.cn_consumer' is no policy pack"),
    ],
)
def test_a_wrong_setting_of_a_policy_is_told(
    make_workspace: Make, toml: str, words: str
) -> None:
    with pytest.raises(ContentError, match=words):
        make_workspace(toml, loan=LOAN).project.validate()
