"""The subsidy on loans to service businesses, counted again and asked about."""

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
from click.testing import CliRunner
from policy.policy_cases import PolicyCase, computed

from esg.cli import cli
from esg.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from esg.spec.project import Project
    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

PACK = "cn_service_industry_subsidy"
DATA_DATE = date(2027, 10, 31)
EIGHT = (
    "catering_lodging", "health", "elderly_care", "childcare", "domestic_service",
    "culture_entertainment", "tourism", "sports",
)  # fmt: skip
ELEVEN = (*EIGHT, "digital", "green", "retail")
LENDERS = {"STATE": "state_bank", "JOINT": "joint_stock_bank", "CITY": "city_bank"}
EDGES = (
    date(2025, 3, 15), date(2025, 3, 16), date(2025, 12, 31), date(2026, 1, 1),
    date(2026, 12, 31), date(2027, 1, 1),
)  # fmt: skip


@dataclass(frozen=True)
class Bill:
    """Interest for one period; money in cents."""

    period_no: int
    start: date
    end: date
    interest: int
    paid: date | None


@dataclass(frozen=True)
class Loan:
    """A loan to a business; money in cents, rates in millionths."""

    loan_id: str
    borrower: str
    lender: str
    product: str
    sector: str | None
    currency: str
    principal: int
    rate: int
    lent: date
    signed: date | None
    bills: tuple[Bill, ...]


def random_loans(number: int, seed: int) -> list[Loan]:
    random = Random(seed)  # noqa: S311
    found = []
    for index in range(number):
        lent = date(2025, 3, 1) + timedelta(days=random.randrange(690))
        if random.random() < 0.3:
            lent = random.choice(EDGES)
        principal = random.choice(
            [8_400, 36_500_000, 60_000_000, 100_000_000, 100_000_100, 150_000_000,
             700_000_000, 1_000_000_000, 1_000_000_100]
        )  # fmt: skip
        rate = random.choice([8_000, 10_000, 10_001, 24_000, 30_000, 34_500, 60_000])
        signed = random.choice(
            [lent, lent, lent, lent - timedelta(days=random.choice([1, 20])), None]
        )
        bills, start = [], lent
        for period in range(1, random.choice([1, 2, 13, 14]) + 1):
            end = start + timedelta(days=random.choice([30, 31, 360, 366]))
            interest = round(principal * rate * (end - start).days / 360_000_000)
            late = random.choice([0, 0, 0, 0, 0, 1, None])
            paid = None if late is None else end + timedelta(days=late)
            if random.random() < 0.03:
                interest = 0
            bills.append(Bill(period, start, end, interest, paid))
            start = end
        found.append(
            Loan(
                loan_id=f"{random.choice('ABC')}{index:04}",
                borrower=f"B{random.randrange(number // 3)}",
                lender=random.choice(["STATE", "STATE", "JOINT", "JOINT", "CITY"]),
                product=random.choice(["business", "micro", "micro", "consumer_loan"]),
                sector=random.choice([*ELEVEN, *EIGHT, "farming", None]),
                currency=random.choice(["CNY"] * 19 + ["USD"]),
                principal=principal,
                rate=rate,
                lent=lent,
                signed=signed,
                bills=tuple(bills),
            )
        )
    return found


def half_up(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))


def a_year_later(day: date) -> date:
    last = monthrange(day.year + 1, day.month)[1]
    return date(day.year + 1, day.month, min(day.day, last))


def reason_of(loan: Loan) -> str | None:
    """Return why a loan is not subsidised, as a clerk reads the two documents."""
    sectors = EIGHT if loan.lent.year == 2025 else ELEVEN
    judged = {
        "window": not date(2025, 3, 16) <= loan.lent <= date(2026, 12, 31),
        "currency": loan.currency != "CNY",
        "signing_unknown": loan.signed is None,
        "signed_early": loan.signed is not None and loan.signed < date(2025, 3, 16),
        "institution": LENDERS[loan.lender] == "city_bank",
        "sector_unknown": loan.sector is None,
        "sector": loan.sector not in sectors,
    }
    return next((reason for reason, holds in judged.items() if holds), None)


def count(loans: list[Loan]) -> Iterator[tuple[str, int, str, int, int, int, int, int]]:
    """Yield loan, period, reason, and cents of each step, one loan at a time."""
    taken: dict[tuple[str, int], int] = defaultdict(int)
    inside = {}
    business = [each for each in loans if each.product != "consumer_loan"]
    for loan in sorted(business, key=lambda each: (each.lent, each.loan_id)):
        if reason_of(loan) is None:
            pool = (loan.borrower, loan.lent.year)
            limit = 100_000_000 if loan.lent.year == 2025 else 1_000_000_000
            inside[loan.loan_id] = min(loan.principal, max(limit - taken[pool], 0))
            taken[pool] += loan.principal
    given: dict[tuple[str, int], int] = defaultdict(int)
    bills = [
        (bill.end, loan.loan_id, bill, loan) for loan in business for bill in loan.bills
    ]
    for end, loan_id, bill, loan in sorted(
        bills, key=lambda each: (*each[:2], each[2].period_no)
    ):
        if end > DATA_DATE:
            continue
        days = (min(end, a_year_later(loan.lent)) - max(bill.start, loan.lent)).days
        reason = reason_of(loan)
        if reason is None and days <= 0:
            reason = "term"
        # A bill that asks for nothing cannot be late.
        if reason is None and bill.interest == 0:
            reason = "no_interest"
        if reason is None and (bill.paid is None or bill.paid > end):
            reason = "overdue"
        if reason is not None:
            yield loan_id, bill.period_no, reason, 0, 0, 0, 0, 0
            continue
        whole = Fraction(bill.interest * days, (end - bill.start).days)
        uncapped = half_up(whole * 10_000 / loan.rate)
        charged = half_up(whole * min(Fraction(10_000, loan.rate), Fraction(1)))
        limited = half_up(
            whole
            * min(Fraction(10_000, loan.rate), Fraction(1))
            * Fraction(inside[loan_id], loan.principal)
        )
        pool = (loan.borrower, loan.lent.year)
        cap = 1_000_000 if loan.lent.year == 2025 else 10_000_000
        subsidy = min(limited, cap - given[pool])
        given[pool] += subsidy
        yield (
            loan_id, bill.period_no, "eligible", uncapped, uncapped - charged,
            charged - limited, limited - subsidy, subsidy,
        )  # fmt: skip


def case_of(loans: list[Loan]) -> PolicyCase:
    def money(cents: int) -> str:
        return str(Decimal(cents).scaleb(-2))

    return PolicyCase(
        pack=PACK,
        name="random",
        given={
            "institution": [
                {"institution_id": name, "valid_from": "2020-01-01", "name": name,
                 "type": kind, "province_code": "110000"}
                for name, kind in LENDERS.items()
            ],
            "loan": [
                {"loan_id": each.loan_id, "borrower_id": each.borrower,
                 "institution_id": each.lender, "product": each.product,
                 "sector": each.sector, "currency": each.currency,
                 "principal": money(each.principal),
                 "contract_rate": str(Decimal(each.rate).scaleb(-6)),
                 "disbursed_at": str(each.lent),
                 "contract_signed_date": str(each.signed) if each.signed else None}
                for each in loans
            ],
            "interest_bill": [
                {"loan_id": each.loan_id, "period_no": str(bill.period_no),
                 "from_date": str(bill.start), "to_date": str(bill.end),
                 "due_date": str(bill.end), "interest_due": money(bill.interest),
                 "paid_date": str(bill.paid) if bill.paid else None}
                for each in loans
                for bill in each.bills
            ],
        },
        settings={},
        data_date=DATA_DATE,
        expect=[],
    )  # fmt: skip


STEPS = ("uncapped", "lost_interest", "lost_loan_limit", "lost_amount_cap", "subsidy")


def test_a_plain_count_of_random_loans_agrees_to_the_cent(project: Project) -> None:
    loans = random_loans(400, 20250812)

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
        "eligible", "window", "currency", "signing_unknown", "signed_early",
        "institution", "sector_unknown", "sector", "term", "overdue", "no_interest",
    }  # fmt: skip
    assert all(any(row[column] for row in want) for column in range(3, 8))


def test_the_parts_of_random_loans_add_up(project: Project) -> None:
    found = computed(project, case_of(random_loans(150, 5)))

    lost = (
        pl.col("lost_interest") + pl.col("lost_loan_limit") + pl.col("lost_amount_cap")
    )
    assert found.filter(pl.col("uncapped") - lost != pl.col("subsidy")).is_empty()
    parts = pl.col("central") + pl.col("provincial")
    assert found.filter(parts != pl.col("subsidy")).is_empty()
    assert found.filter(
        pl.min_horizontal(*STEPS, "central", "provincial") < 0
    ).is_empty()


def test_the_order_in_which_rows_arrive_changes_nothing(project: Project) -> None:
    case = case_of(random_loans(150, 9))
    random = Random(1)  # noqa: S311
    given = {name: random.sample(rows, len(rows)) for name, rows in case.given.items()}

    shuffled = computed(project, replace(case, given=given))

    keys = ["loan_id", "period_no"]
    assert shuffled.sort(keys).equals(computed(project, case).sort(keys))


def test_what_happens_later_changes_no_bill_that_was_due(project: Project) -> None:
    loans = random_loans(150, 11)
    day = date(2026, 3, 31)
    earlier = case_of([each for each in loans if each.lent <= day])

    then = computed(project, replace(earlier, data_date=day))
    now = computed(project, case_of(loans))

    keys = ["loan_id", "period_no"]
    kept = now.join(then.select(keys), on=keys, how="semi")
    assert then.filter(pl.col("subsidy") > 0).height > 0
    assert kept.sort(keys).equals(then.sort(keys))


NO_LIMITS = "[disclosure]\nmin_n = 0\nmin_cell = 1\n"
INSTITUTION = """\
institution_id,valid_from,name,type,province_code
BANK,2020-01-01,A bank,state_bank,110000
"""
BORROWER = """\
borrower_id,province_code,area
inn,110000,urban
gym,330000,county
"""
LOAN = """\
loan_id,borrower_id,institution_id,product,sector,currency,principal,contract_rate,disbursed_at,contract_signed_date
INN,inn,BANK,business,catering_lodging,CNY,1500000,0.03,2025-07-01,2025-07-01
GYM,gym,BANK,micro,sports,CNY,900000,0.03,2026-01-01,2026-01-01
APP,gym,BANK,micro,digital,CNY,300000,0.03,2025-10-01,2025-10-01
"""
# Of INN's 1,500,000 two thirds count: 2,500 a quarter; GYM has 750 a month.
BILL = """\
loan_id,period_no,from_date,to_date,due_date,interest_due,paid_date
INN,1,2025-10-01,2026-01-01,2026-01-01,11250,2026-01-01
GYM,1,2026-01-01,2026-02-01,2026-02-01,2250,2026-02-01
GYM,2,2026-02-01,2026-03-01,2026-03-01,2250,2026-03-01
APP,1,2025-10-01,2026-01-01,2026-01-01,2250,2026-01-01
"""
CLAIM = """\
claim_id,loan_id,quarter,province_code,filed_date,claimed
C1,INN,2026Q1,110000,2026-04-10,3750.00
C2,GYM,2026Q1,330000,2026-04-10,1500.00
C3,APP,2026Q1,330000,2026-04-10,750.00
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
    (found,) = workspace.policy(PACK).explain("INN", language)

    assert [line.amount for line in found.lines] == [
        Decimal("3750.00"),  # 11,250 x 1 % / 3 %
        Decimal("-1250.00"),  # a third of the loan is above the limit
    ]
    parts = [part.amount or Decimal(0) for part in found.parts]
    assert found.given == sum(parts) == Decimal("2500.00")
    assert all("财金〔2025〕81号" in line.citation for line in found.lines)
    said = "".join(line.says for line in found.lines)
    assert "1,000,000.00" in said
    assert "{" not in said
    assert "–" not in said


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "sector 'digital' is none that is"), ("zh", "行业“digital”不在贴息范围内")],
)
def test_a_loan_of_another_sector_is_told_why(
    workspace: Workspace, language: str, words: str
) -> None:
    (found,) = workspace.policy(PACK).explain("APP", language)

    assert found.given == 0
    assert words in found.lines[0].says
    assert "81号" in found.lines[0].citation


def test_both_versions_side_by_side(workspace: Workspace) -> None:
    frame = workspace.policy(PACK).compare("V1", "V2", by="province")

    rows = {row["segment"]: row for row in frame.iter_rows(named=True)}
    # 5号 counts all of INN's 1,500,000, and the app of the gym's owner.
    assert rows["110000"]["given_old"] == Decimal("2500.00")
    assert rows["110000"]["given_new"] == Decimal("3750.00")
    assert rows["330000"]["given_old"] == Decimal("1500.00")
    assert rows["330000"]["given_new"] == Decimal("2250.00")
    assert rows["all"]["winners"] == len(("inn", "gym"))


def test_a_new_sector_is_seen_in_a_comparison_by_sector(workspace: Workspace) -> None:
    frame = workspace.policy(PACK).compare("V1", "V2", by="sector")

    rows = {row["segment"]: row for row in frame.iter_rows(named=True)}
    assert rows["digital"]["given_old"] == 0
    assert rows["digital"]["given_new"] == Decimal("750.00")
    assert rows["sports"]["difference"] == 0


def test_a_limit_that_is_lifted_gives_what_it_took(workspace: Workspace) -> None:
    frame = workspace.policy(PACK).simulate({"loan_limit": "none"})

    rows = {row["what"]: row for row in frame.iter_rows(named=True)}
    assert rows["Limit of a borrower's loans"]["now"] == Decimal("-1250.00")
    assert rows["Limit of a borrower's loans"]["then"] == 0
    assert rows["Subsidy"]["difference"] == Decimal("1250.00")


def test_claims_and_the_claim_sheet_count_whole_loans(workspace: Workspace) -> None:
    found = workspace.policy(PACK).reconcile()

    verdicts = {
        row["claim_id"]: (row["verdict"], row["difference"], row["reason"])
        for row in found.exceptions.iter_rows(named=True)
    }
    assert verdicts == {
        "C1": ("over", Decimal("1250.00"), None),
        "C3": ("no_ground", Decimal("750.00"), "sector"),
    }
    rows = {row["province_code"]: row for row in found.claims.iter_rows(named=True)}
    # The gym's loan has two bills in the quarter and counts once.
    assert rows["330000"]["loans"] == 1
    assert rows["330000"]["purchases"] == 0
    assert rows["330000"]["consumption"] == Decimal("900000.00")
    assert rows["330000"]["interest"] == Decimal("4500.00")
    assert rows["330000"]["central"] == Decimal("1350.00")
    assert rows["110000"]["consumption"] == Decimal("1000000.00")


def test_two_loans_without_purchases_are_both_on_the_claim_sheet(
    make_workspace: Make,
) -> None:
    made = make_workspace(
        NO_LIMITS,
        institution=INSTITUTION,
        borrower=BORROWER,
        loan=LOAN + "SPA,gym,BANK,micro,sports,CNY,50000,0.03,2026-01-01,2026-01-01\n",
        interest_bill=BILL + "SPA,1,2026-01-01,2026-02-01,2026-02-01,125,2026-02-01\n",
    )
    made.load()

    claims = made.policy(PACK).reconcile().claims

    row = claims.row(by_predicate=pl.col("province_code") == "330000", named=True)
    assert row["consumption"] == Decimal("950000.00")


def test_a_loan_that_is_none_of_the_policys_is_refused_with_words(
    workspace: Workspace,
) -> None:
    with pytest.raises(UsageError, match="no fact of a loan 'L9'") as caught:
        workspace.policy(PACK).explain("L9", "en")

    assert f"esg policy apply {PACK}" in (caught.value.hint or "")


def test_the_command_line_names_no_purchase_where_there_is_none(
    workspace: Workspace,
) -> None:
    at = ["--workspace", str(workspace.project.workspace), "policy", "explain", "INN"]

    told = CliRunner().invoke(cli, [*at, "--pack", PACK, "--lang", "en,zh"])

    assert told.exit_code == 0
    assert told.stdout.startswith("INN  period_no 1  Implementation Plan")
    assert "None" not in told.stdout
    assert "spending_id" not in told.stdout


def test_a_claim_under_another_policy_is_left_to_that_one(
    make_workspace: Make,
) -> None:
    claims = """\
claim_id,loan_id,quarter,province_code,filed_date,claimed,policy
C1,INN,2026Q1,110000,2026-04-10,2500.00,
C2,GYM,2026Q1,330000,2026-04-10,1500.00,cn_service_industry_subsidy
C3,GYM,2026Q1,330000,2026-04-11,9.00,cn_consumer_loan_subsidy
C4,APP,2026Q1,330000,2026-04-11,8.00,cn_servise_industry_subsidy
"""
    made = make_workspace(
        NO_LIMITS,
        institution=INSTITUTION,
        borrower=BORROWER,
        loan=LOAN,
        interest_bill=BILL,
        subsidy_claim=claims,
    )
    made.load()

    service = made.policy(PACK).reconcile()
    consumer = made.policy("cn_consumer_loan_subsidy").reconcile()

    # A name that nobody knows is shown by each, and passed over by none.
    assert service.summary["claims"].to_list() == [2, 1]
    assert service.summary["verdict"].to_list() == ["agrees", "no_ground"]
    assert service.exceptions["claim_id"].to_list() == ["C4"]
    assert consumer.exceptions["claim_id"].sort().to_list() == ["C1", "C3", "C4"]
