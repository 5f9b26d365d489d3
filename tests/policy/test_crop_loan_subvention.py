"""India's subvention of crop loans, counted again in plain Python and asked about."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

import polars as pl
import pytest
from policy.policy_cases import POLICIES, PolicyCase, computed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from esg.spec.project import Project
    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

PACK = "in_crop_loan_interest_subvention"
DATA_DATE = date(2027, 6, 30)
ALLIED = ("animal_husbandry", "dairy", "fisheries", "beekeeping")
LENDERS = {"PSB": "state_bank", "PACS": "rural_coop", "NBFC": "consumer_finance"}
EDGES = (
    date(2022, 3, 31), date(2022, 4, 1), date(2023, 3, 31), date(2023, 4, 1),
    date(2026, 3, 31), date(2026, 4, 1),
)  # fmt: skip
STEPS = (
    "subvention_uncapped", "incentive_uncapped", "lost_allied_limit",
    "lost_farmer_limit", "to_lender", "to_farmer",
)  # fmt: skip


@dataclass(frozen=True)
class Bill:
    """Interest for one period; money in paise."""

    period_no: int
    start: date
    end: date
    interest: int
    principal: int
    paid: date | None

    @property
    def in_time(self) -> bool:
        """Whether it was paid by its day; what asks for nothing is."""
        asks = self.interest + self.principal > 0
        return not asks or (self.paid is not None and self.paid <= self.end)


@dataclass(frozen=True)
class Loan:
    """A drawal on a card; money in paise, its rate in millionths."""

    loan_id: str
    farmer: str
    lender: str
    sector: str | None
    currency: str
    principal: int
    rate: int
    lent: date
    months: int
    bills: tuple[Bill, ...]

    @property
    def year(self) -> int:
        """The year in which its financial year began."""
        return self.lent.year if self.lent.month >= 4 else self.lent.year - 1


def random_loans(number: int, seed: int) -> list[Loan]:
    random = Random(seed)  # noqa: S311
    found = []
    for index in range(number):
        lent = date(2022, 3, 1) + timedelta(days=random.randrange(1500))
        if random.random() < 0.2:
            lent = random.choice(EDGES)
        principal = random.choice(
            [100, 5_000_000, 15_000_000, 20_000_000, 20_000_100, 30_000_000, 30_000_100]
        )
        rate = random.choice([*[70_000] * 8, 70_100, 69_900])
        months = random.choice([6, 12, 12, 12, 18])
        ends = [months_later(lent, months)]
        if random.random() < 0.4:
            ends.insert(0, months_later(lent, months // 2))
        if random.random() < 0.2:
            ends.append(months_later(lent, months + 2))
        bills, start = [], lent
        for period, end in enumerate(ends, 1):
            interest = round(principal * rate * (end - start).days / 365_000_000)
            late = random.choice([*[0] * 9, 1, None])
            bills.append(
                Bill(
                    period_no=period,
                    start=start,
                    end=end,
                    interest=0 if random.random() < 0.03 else interest,
                    principal=principal if end == months_later(lent, months) else 0,
                    paid=None if late is None else end + timedelta(days=late),
                )
            )
            start = end
        found.append(
            Loan(
                loan_id=f"{random.choice('ABC')}{index:04}",
                farmer=f"F{random.randrange(number // 4)}",
                lender=random.choice([*["PSB", "PACS"] * 6, "NBFC"]),
                sector=random.choice([*["crop"] * 5, *ALLIED, "textiles", None]),
                currency=random.choice(["INR"] * 15 + ["CNY"]),
                principal=principal,
                rate=rate,
                lent=lent,
                months=months,
                bills=tuple(bills),
            )
        )
    return found


def months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def half_up(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))


def reason_of(loan: Loan) -> str | None:
    judged = {
        "window": not date(2022, 4, 1) <= loan.lent <= date(2026, 3, 31),
        "currency": loan.currency != "INR",
        "institution": loan.lender == "NBFC",
        "sector_unknown": loan.sector is None,
        "sector": loan.sector not in ("crop", *ALLIED),
    }
    return next((reason for reason, holds in judged.items() if holds), None)


def inside_limits(loans: list[Loan]) -> dict[str, tuple[int, int]]:
    """Return what of each loan is inside the allied limit, and inside both."""
    allied: dict[tuple[str, int], int] = defaultdict(int)
    whole: dict[tuple[str, int], int] = defaultdict(int)
    found = {}
    for loan in sorted(loans, key=lambda each: (each.lent, each.loan_id)):
        if reason_of(loan):
            continue
        pool, amount = (loan.farmer, loan.year), loan.principal
        if loan.sector in ALLIED:
            amount = min(amount, max(20_000_000 - allied[pool], 0))
            allied[pool] += loan.principal
        found[loan.loan_id] = amount, min(amount, max(30_000_000 - whole[pool], 0))
        whole[pool] += amount
    return found


def count(loans: list[Loan]) -> Iterator[tuple[str | int, ...]]:
    """Yield loan, period, reason and paise of each step, one loan at a time."""
    inside = inside_limits(loans)
    for loan in loans:
        shares = [
            Fraction(part, loan.principal)
            for part in (loan.principal, *inside.get(loan.loan_id, (0, 0)))
        ]
        anniversary = months_later(loan.lent, 12)
        stops = min(anniversary, months_later(loan.lent, loan.months))
        saved, fell_due, all_in_time, has_ended = [0, 0, 0], 0, True, False
        for bill in loan.bills:
            if bill.end > DATA_DATE:
                break
            days = (min(bill.end, stops) - bill.start).days
            judged = {
                reason_of(loan): reason_of(loan) is not None,
                "term": days <= 0,
                "no_interest": bill.interest == 0,
                "rate": loan.rate != 70_000,
            }
            reason = next((name for name, holds in judged.items() if holds), None)
            subvened, given = [0, 0, 0], [0, 0, 0]
            if reason is None:
                interest = Fraction(bill.interest * days, (bill.end - bill.start).days)
                subvened = [half_up(interest * 15 / 70 * share) for share in shares]
                saved = [
                    had + half_up(interest * 3 / 7 * share)
                    for had, share in zip(saved, shares, strict=True)
                ]
            fell_due += bill.principal
            all_in_time = all_in_time and bill.in_time
            if fell_due >= loan.principal and not has_ended:
                has_ended = True
                if all_in_time and bill.end <= anniversary:
                    given = saved
            yield (
                loan.loan_id,
                bill.period_no,
                "eligible" if given[0] else reason or "eligible",
                subvened[0],
                given[0],
                subvened[0] - subvened[1] + given[0] - given[1],
                subvened[1] - subvened[2] + given[1] - given[2],
                subvened[2],
                given[2],
            )


def case_of(loans: list[Loan]) -> PolicyCase:
    def money(paise: int) -> str:
        return str(Decimal(paise).scaleb(-2))

    return PolicyCase(
        pack=PACK,
        name="random",
        given={
            "institution": [
                {"institution_id": name, "valid_from": "2015-01-01", "name": name,
                 "type": kind, "province_code": "IN-MH"}
                for name, kind in LENDERS.items()
            ],
            "loan": [
                {"loan_id": each.loan_id, "borrower_id": each.farmer,
                 "institution_id": each.lender, "product": "micro",
                 "sector": each.sector, "currency": each.currency,
                 "principal": money(each.principal),
                 "contract_rate": str(Decimal(each.rate).scaleb(-6)),
                 "disbursed_at": str(each.lent), "term_months": str(each.months)}
                for each in loans
            ],
            "interest_bill": [
                {"loan_id": each.loan_id, "period_no": str(bill.period_no),
                 "from_date": str(bill.start), "to_date": str(bill.end),
                 "due_date": str(bill.end), "interest_due": money(bill.interest),
                 "principal_due": money(bill.principal),
                 "paid_date": str(bill.paid) if bill.paid else None}
                for each in loans
                for bill in each.bills
            ],
        },
        settings={},
        data_date=DATA_DATE,
        expect=[],
    )  # fmt: skip


def test_a_plain_count_of_random_loans_agrees_to_the_paisa(project: Project) -> None:
    loans = random_loans(400, 20221123)

    found = computed(project, case_of(loans))

    have = sorted(
        (
            row["loan_id"], row["period_no"], row["reason"],
            *(int(row[name] * 100) for name in STEPS),
        )
        for row in found.iter_rows(named=True)
    )  # fmt: skip
    want = sorted(count(loans))
    assert have == want
    # What was drawn reaches every reason that it can, and every limit.
    assert {row[2] for row in want} == {
        "eligible", "window", "currency", "institution", "sector_unknown", "sector",
        "term", "no_interest", "rate",
    }  # fmt: skip
    assert all(any(row[column] for row in want) for column in range(3, 9))


def test_the_steps_and_the_parts_of_random_loans_add_up(project: Project) -> None:
    found = computed(project, case_of(random_loans(150, 7)))

    given = pl.col("subvention_uncapped") + pl.col("incentive_uncapped")
    lost = pl.col("lost_allied_limit") + pl.col("lost_farmer_limit")
    assert found.filter(given - lost != pl.col("benefit")).is_empty()
    parts = pl.col("to_lender") + pl.col("to_farmer")
    assert found.filter(parts != pl.col("benefit")).is_empty()
    assert found.filter(pl.min_horizontal(*STEPS) < 0).is_empty()


def test_what_happens_later_changes_no_bill_that_was_due(project: Project) -> None:
    loans = random_loans(150, 11)
    day = date(2024, 9, 30)
    earlier = [each for each in loans if each.lent <= day]

    then = computed(project, replace(case_of(earlier), data_date=day))
    now = computed(project, case_of(loans))

    keys = ["loan_id", "period_no"]
    kept = now.join(then.select(keys), on=keys, how="semi")
    assert then.filter(pl.col("benefit") > 0).height > 0
    assert kept.sort(keys).equals(then.sort(keys))


NO_LIMITS = "[disclosure]\nmin_n = 0\nmin_cell = 1\n"
INSTITUTION = """\
institution_id,valid_from,name,type,province_code
PSB,2015-01-01,A public bank,state_bank,IN-MH
"""
BORROWER = """\
borrower_id,province_code,gender
ravi,IN-MH,male
meena,IN-KA,female
"""
LOAN = """\
loan_id,borrower_id,institution_id,product,sector,currency,principal,contract_rate,disbursed_at,term_months
RICE,ravi,PSB,micro,crop,INR,400000,0.07,2025-04-01,12
MILK,meena,PSB,micro,dairy,INR,100000,0.07,2025-04-01,12
TEA,meena,PSB,micro,crop,CNY,100000,0.07,2025-04-01,12
"""
# Of RICE's 400,000 300,000 count: 4,500 and 9,000. MILK is a day late: 1,500 alone.
BILL = """\
loan_id,period_no,from_date,to_date,due_date,interest_due,principal_due,paid_date
RICE,1,2025-04-01,2026-04-01,2026-04-01,28000,400000,2026-04-01
MILK,1,2025-04-01,2026-04-01,2026-04-01,7000,100000,2026-04-02
TEA,1,2025-04-01,2026-04-01,2026-04-01,7000,100000,2026-04-01
"""
CLAIM = """\
claim_id,loan_id,quarter,province_code,filed_date,claimed
C1,RICE,2026Q2,IN-MH,2027-06-30,13500.00
C2,MILK,2026Q2,IN-KA,2026-06-30,4500.00
C3,TEA,2026Q2,IN-KA,2026-06-30,4500.00
"""


@pytest.fixture
def workspace(make_workspace: Make) -> Workspace:
    made = make_workspace(
        NO_LIMITS,
        institution=INSTITUTION,
        borrower=BORROWER,
        loan=LOAN,
        interest_bill=BILL,
        subsidy_claim=CLAIM,
    )
    made.load()
    return made


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_explanation_adds_up_and_cites_each_step(
    workspace: Workspace, language: str
) -> None:
    (found,) = workspace.policy(PACK).explain("RICE", language)

    assert [line.amount for line in found.lines] == [
        Decimal("6000.00"),  # 28,000 x 1.5 / 7
        Decimal("12000.00"),  # 28,000 x 3 / 7
        Decimal("-4500.00"),  # a quarter of the loan is above the limit
    ]
    assert found.given == Decimal("13500.00")
    assert [part.amount for part in found.parts] == [Decimal(4500), Decimal(9000)]
    assert all("RBI/2025-26/193" in line.citation for line in found.lines)
    said = "".join(line.says for line in found.lines)
    assert "300,000.00" in said
    assert "1.5 %" in said
    assert "{" not in said
    assert "–" not in said


def test_a_farmer_who_is_late_leaves_the_lender_its_subvention(
    workspace: Workspace,
) -> None:
    (found,) = workspace.policy(PACK).explain("MILK", "en")

    assert [line.amount for line in found.lines] == [Decimal(1500), Decimal(0)]
    assert "every bill was paid by its day (0 of 1, 0 not known)" in found.lines[1].says


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "in CNY; only loans in rupees"), ("zh", "贷款币种为CNY")],
)
def test_a_loan_in_another_currency_is_told_so(
    workspace: Workspace, language: str, words: str
) -> None:
    (found,) = workspace.policy(PACK).explain("TEA", language)

    assert found.given == 0
    assert words in found.lines[0].says
    assert "RBI/2025-26/193" in found.lines[0].citation


def test_years_with_the_same_values_give_the_same(workspace: Workspace) -> None:
    frame = workspace.policy(PACK).compare("2022-23", "2025-26", by="gender")

    row = frame.row(by_predicate=pl.col("segment") == "all", named=True)
    assert row["given_old"] == row["given_new"] == Decimal("15000.00")
    assert (row["winners"], row["losers"]) == (0, 0)


def test_the_subvention_of_2021_would_have_been_two_points(
    workspace: Workspace,
) -> None:
    frame = workspace.policy(PACK).simulate({"subvention_rate": "0.02"})

    rows = {row["what"]: row for row in frame.iter_rows(named=True)}
    # 300,000 and 100,000 x half a point more.
    assert rows["to the lender"]["difference"] == Decimal("2000.00")
    assert rows["to the farmer"]["difference"] == 0


def test_claims_of_a_late_farmer_and_of_another_currency(workspace: Workspace) -> None:
    found = workspace.policy(PACK).reconcile()

    verdicts = {
        row["claim_id"]: (row["verdict"], row["difference"], row["reason"])
        for row in found.exceptions.iter_rows(named=True)
    }
    assert verdicts == {
        "C2": ("over", Decimal("3000.00"), None),
        "C3": ("no_ground", Decimal("4500.00"), "currency"),
    }
    rows = {row["province_code"]: row for row in found.claims.iter_rows(named=True)}
    assert rows["IN-MH"]["to_lender"] == Decimal("4500.00")
    assert rows["IN-MH"]["to_farmer"] == Decimal("9000.00")
    assert rows["IN-KA"]["benefit"] == Decimal("1500.00")


@pytest.mark.parametrize(("days", "verdict"), [("364.5", "late"), ("365", "agrees")])
def test_the_days_for_a_claim_are_a_setting(
    make_workspace: Make, days: str, verdict: str
) -> None:
    made = make_workspace(
        f'[policy.{PACK}]\nfiling_days = "{days}"\n',
        institution=INSTITUTION,
        borrower=BORROWER,
        loan=LOAN,
        interest_bill=BILL,
        subsidy_claim="".join(CLAIM.splitlines(keepends=True)[:2]),
    )
    made.load()

    # Filed 365 days after 2026-06-30.
    assert made.policy(PACK).reconcile().summary["verdict"].to_list() == [
        verdict,
        "not_claimed",
    ]


def test_a_pack_that_says_nothing_of_claims_finds_none_late(
    make_workspace: Make,
) -> None:
    made = make_workspace(
        institution=INSTITUTION,
        borrower=BORROWER,
        loan=LOAN,
        interest_bill=BILL,
        subsidy_claim=CLAIM.replace("2027-06-30,13500.00", "2027-12-31,13499.99"),
    )
    shipped = (POLICIES / PACK / "pack.yaml").read_text("utf-8")
    folder = made.project.workspace / "queries" / "policies" / PACK
    folder.mkdir(parents=True)
    silent = shipped[: shipped.index("  reconcile_tolerance:")]
    (folder / "pack.yaml").write_text(silent, "utf-8")
    (folder / "apply.sql").write_bytes((POLICIES / PACK / "apply.sql").read_bytes())
    made.load()

    found = made.policy(PACK).reconcile()

    # A paisa is no rounding where nothing says that it is.
    rows = {row["claim_id"]: row for row in found.exceptions.iter_rows(named=True)}
    assert rows["C1"]["verdict"] == "under"
    assert rows["C1"]["difference"] == Decimal("-0.01")
