"""Random borrowers around every limit of the subsidy, and how they are loaded."""

from __future__ import annotations

import csv
from dataclasses import astuple, fields, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from policy.reference import (
    Bill,
    Borrower,
    Fact,
    Institution,
    Loan,
    Payment,
    Spending,
    World,
)

from esg.workspace import open_workspace

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from esg.workspace import Workspace

PACK = "cn_consumer_loan_subsidy"
DATA_DATE = date(2027, 3, 31)
CENT = Decimal("0.01")
MONEY = (
    "uncapped", "lost_half_rate", "lost_transaction_cap", "lost_small_cap",
    "lost_total_cap", "subsidy", "central", "provincial",
)  # fmt: skip
EARLY = date(2025, 1, 1)

LENDERS = [
    Institution("NAMED", EARLY, "Named", "state_bank", "named_23", "110000"),
    Institution("NAMEDCF", EARLY, "Cf", "consumer_finance", "named_23", "500000"),
    Institution("CHONGQING", EARLY, "Cq", "city_bank", "provincial", "500000"),
    Institution("SICHUAN", EARLY, "Sc", "rural_coop", "provincial", "510000"),
    Institution("ZHEJIANG", EARLY, "Zj", "city_bank", "provincial", "330000"),
    Institution("JOINED", EARLY, "Joined", "city_bank", "none", "330000"),
    Institution(
        "JOINED", date(2026, 2, 10), "Joined", "city_bank", "provincial", "330000"
    ),
    Institution("OUTSIDE", EARLY, "Outside", "micro_lender", "none", "110000"),
    Institution("UNLISTED", EARLY, "Unlisted", "city_bank", None, "110000"),
    Institution("LATE", date(2026, 1, 15), "Late", "city_bank", "named_23", "110000"),
]
LENDER_IDS = [
    *["NAMED"] * 20, *["NAMEDCF"] * 6, *["CHONGQING"] * 4, *["SICHUAN"] * 4,
    "ZHEJIANG", "JOINED", "OUTSIDE", "UNLISTED", "LATE", "NOWHERE",
]  # fmt: skip
PRODUCTS = [
    *["consumer_loan"] * 10, *["pay_later"] * 4, *["auto"] * 2,
    *["card_bill_instalment"] * 4, "business",
]  # fmt: skip
CATEGORIES = [
    "auto", "elder_birth", "education", "culture_travel", "home", "electronics",
    "health", "home", "electronics", "other", "other", None,
]  # fmt: skip
PROVINCES = ["110000", "500000", "510000", "330000", None]
EDGE_AMOUNTS = [
    "84", "30000", "45000", "49999.99", "49999.99", "50000", "50000.01", "60000",
    "100000", "200000", "300000",
]  # fmt: skip
EDGE_RATES = [
    "0.0199", "0.02", "0.0201", "0.018", "0.01", "0.03", "0.035", "0.15", "0.2399",
]  # fmt: skip
EDGE_DAYS = [
    date(2025, 8, 31), date(2025, 9, 1), date(2025, 12, 31), date(2026, 1, 1),
    date(2026, 12, 31), date(2027, 1, 1),
]  # fmt: skip


def random_world(borrowers: int, seed: int) -> World:
    """Return so many borrowers with their lenders, loans, purchases and bills."""
    world = World(institution=LENDERS)
    for number in range(borrowers):
        _Maker(Random(f"{seed} {number}"), world, number).make()  # noqa: S311
    return world


class _Maker:
    """Makes one borrower."""

    def __init__(self, random: Random, world: World, number: int) -> None:
        self.random = random
        self.world = world
        self.number = number
        self.is_heavy = random.random() < 0.2
        """Whether this one spends enough, at one lender, to reach the caps."""

    def make(self) -> None:
        random = self.random
        borrower = Borrower(f"B{self.number:06}", random.choice(PROVINCES))
        self.world.borrower.append(borrower)
        lenders = ["NAMED"] if self.is_heavy else random.choices(LENDER_IDS, k=2)
        for index in range(random.choice([3, 5] if self.is_heavy else [1, 1, 2, 3])):
            is_known = self.chance(0.99)
            self.make_loan(
                f"{random.choice('PQXYZ')}{self.number:06}-{index}",
                borrower.borrower_id if is_known else None,
                random.choice(lenders),
            )

    def chance(self, of_one: float) -> bool:
        return self.random.random() < of_one

    def make_loan(self, loan_id: str, borrower: str | None, lender: str) -> None:
        random = self.random
        product = random.choice(PRODUCTS)
        is_card = product == "card_bill_instalment"
        first = date(2026, 1, 1) if is_card else date(2025, 8, 1)
        disbursed = first + timedelta(days=random.randrange(330 if is_card else 480))
        if not is_card and self.chance(0.6 if self.is_heavy else 0.3):
            disbursed = date(2025, 8, 25) + timedelta(days=random.randrange(60))
        purchases = [
            self.make_purchase(loan_id, f"{loan_id}/{letter}", disbursed, is_card)
            for letter in random.sample(
                "ABCDEFGHIJ",
                random.choice([6, 9] if self.is_heavy else [1, 1, 2, 3, 6]),
            )
        ]
        spent = sum((each.amount for each in purchases), Decimal(0))
        shares = ["1", "1"] if self.is_heavy else ["1", "1", "2", "1.0001", "0.7"]
        carried = spent * Decimal(random.choice(shares))
        loan = Loan(
            loan_id=loan_id,
            borrower_id=borrower,
            institution_id=None if self.chance(0.01) else lender,
            product=product,
            is_own_book=random.choice([True, True, True, False, None]),
            disbursed_at=disbursed,
            principal=None if self.chance(0.01) else carried.quantize(CENT),
            currency="USD" if is_card and self.chance(0.05) else "CNY",
            contract_rate=None if self.chance(0.02) else self.rate(),
            repayment_method=self.method(is_card=is_card),
            term_months=random.choice([3, 6, 12, 12, None]),
            subsidy_agreement_date=self.agreement(disbursed),
        )
        self.world.loan.append(loan)
        if loan.repayment_method == "flat_fee":
            self.make_instalments(loan, carried.quantize(CENT))
        else:
            days = [each.refunded_date for each in purchases if each.refunded_date]
            self.make_bills(loan, carried.quantize(CENT), days)
        self.world.spending.extend(purchases)

    def agreement(self, disbursed: date) -> date | None:
        if self.chance(0.03):
            return None
        later = self.random.choice([0, 0, 0, 0, 0, 1, 30, 45, 200])
        return disbursed + timedelta(days=later - 5)

    def method(self, *, is_card: bool) -> str:
        if self.chance(0.4 if is_card else 0.05):
            return "flat_fee"
        return self.random.choice(["equal_payment", "equal_principal"])

    def rate(self) -> Decimal:
        if self.chance(0.6):
            return Decimal(self.random.choice(EDGE_RATES))
        return Decimal(self.random.randrange(5_000, 240_000)).scaleb(-6)

    def make_purchase(
        self,
        loan_id: str,
        spending_id: str,
        disbursed: date,
        is_card: bool,  # noqa: FBT001
    ) -> Spending:
        random = self.random
        spread = timedelta(days=random.choice([0, 0, 0, 1, 10, 40, 100]))
        spent = disbursed - spread if is_card else disbursed + spread
        if self.chance(0.1 if self.is_heavy else 0.3):
            edges = [day for day in EDGE_DAYS if (day <= disbursed) == is_card]
            spent = random.choice(edges or [spent])
        amount = self.amount()
        refunded_date, refunded_amount = self.refund(spent, amount)
        return Spending(
            spending_id=spending_id,
            loan_id=loan_id,
            spent_date=spent,
            amount=amount,
            category=random.choice(CATEGORIES),
            province_code=random.choice(PROVINCES),
            verification=random.choice(
                [*["automatic"] * 30, *["manual"] * 20, "none", None]
            ),
            paid_by=random.choice(
                [*["merchant"] * 30, "cash", "personal_transfer", None]
            ),
            refunded_date=refunded_date,
            refunded_amount=refunded_amount,
        )

    def amount(self) -> Decimal:
        if self.chance(0.8 if self.is_heavy else 0.1):
            return Decimal(self.random.choice(EDGE_AMOUNTS))
        return Decimal(self.random.randrange(1, 3_000_000)).scaleb(-2)

    def refund(
        self, spent: date, amount: Decimal
    ) -> tuple[date | None, Decimal | None]:
        if self.chance(0.95 if self.is_heavy else 0.8):
            return None, None
        day = spent + timedelta(days=self.random.choice([0, 1, 20, 31, 60, 150]))
        part = self.random.choice(
            [Decimal(1), Decimal(1), Decimal("0.5"), Decimal("0.1")]
        )
        return day, (amount * part).quantize(CENT, ROUND_HALF_UP)

    def make_instalments(self, loan: Loan, drawn: Decimal) -> None:
        """Equal parts of the principal with an equal fee on all of it."""
        term = loan.term_months or 6
        rate = loan.contract_rate or Decimal("0.03")
        start = loan.disbursed_at
        for period in range(1, term + 1):
            end = start + timedelta(days=30)
            fee = (drawn * rate / 12).quantize(CENT, ROUND_HALF_UP)
            is_odd = self.chance(0.02)
            self.pay(
                Bill(
                    loan_id=loan.loan_id,
                    period_no=period,
                    from_date=start,
                    to_date=end,
                    rate=self.random.choice([None, Decimal(0)]),
                    opening_balance=(drawn * (term - period + 1) / term).quantize(CENT),
                    principal_due=(drawn / term).quantize(CENT),
                    interest_due=self.random.choice([None, Decimal(0)]),
                    fees_due=Decimal(0) if is_odd else fee,
                    minimum_due=None,
                    due_date=self.due(end, 0),
                    paid_date=None,
                )
            )
            start = end

    def make_bills(self, loan: Loan, drawn: Decimal, refunds: list[date]) -> None:
        """Monthly bills with a balance that falls, or one bill at the end."""
        random = self.random
        periods = random.choice([1, 1, 12] if self.is_heavy else [1, 1, 3, 6, 12])
        days = (
            random.choice([300, 365] if self.is_heavy else [60, 180, 365])
            if periods == 1
            else 30
        )
        balance, start = drawn, loan.disbursed_at
        rate = loan.contract_rate
        is_free = self.chance(0.03)
        grace = random.choice([0, 0, 10])
        for period in range(1, periods + 1):
            end = start + timedelta(days=days + random.choice([0, 0, 1]))
            inside = [day for day in refunds if start < day < end]
            if inside and self.chance(0.5):
                # A refund on a period's first day, and on its last.
                end = random.choice(inside) + timedelta(days=random.choice([0, 1]))
            if self.chance(0.05):
                rate = None if self.chance(0.1) else self.rate()
            interest = (
                Decimal(0) if is_free or self.chance(0.02)
                else (balance * (rate or Decimal("0.03")) * (end - start).days / 360)
            ).quantize(CENT, ROUND_HALF_UP)  # fmt: skip
            repaid = (drawn / periods).quantize(CENT) if period < periods else balance
            bill = Bill(
                loan_id=loan.loan_id,
                period_no=period,
                from_date=start,
                to_date=end,
                rate=rate,
                opening_balance=balance,
                principal_due=repaid,
                interest_due=interest,
                fees_due=random.choice([None, None, Decimal(0), Decimal("1.38")]),
                minimum_due=repaid if self.chance(0.1) else None,
                due_date=self.due(end, grace),
                paid_date=None,
                subsidy_deducted=random.choice([None, None, CENT]),
            )
            self.pay(bill)
            balance, start = balance - repaid, end

    def due(self, end: date, grace: int) -> date:
        day = end + timedelta(days=grace)
        # Some lenders collect on the 28th: bills of several loans fall on one day.
        return day.replace(day=28) if self.chance(0.3) and day.day < 28 else day

    def pay(self, bill: Bill) -> None:
        """Record how a bill was paid: by its date, or by payments; late, in part."""
        random = self.random
        late = timedelta(days=random.choice([*[0] * 14, 1]))
        if self.chance(0.6):
            paid = None if self.chance(0.03) else bill.due_date + late
            self.world.interest_bill.append(replace(bill, paid_date=paid))
            return
        self.world.interest_bill.append(bill)
        short = random.choice([*[Decimal(0)] * 8, CENT])
        none = Decimal(0)
        half = (bill.principal_due / 2).quantize(CENT)
        rest = max(bill.principal_due - half - short, none)
        first = (bill.due_date, half, bill.interest_due or none, none)
        second = (bill.due_date + late, rest, none, bill.fees_due or none)
        for part, (day, principal, interest, fees) in enumerate((first, second)):
            self.world.payment.append(
                Payment(
                    payment_id=f"{bill.loan_id}:{bill.period_no}:{part}",
                    loan_id=bill.loan_id,
                    period_no=bill.period_no,
                    paid_date=day,
                    principal=principal,
                    interest=interest,
                    fees=fees,
                )
            )


def load_world(
    root: Path, world: World, data_date: date = DATA_DATE, extra: str = ""
) -> Workspace:
    """Return a workspace in a folder that holds a world, loaded."""
    root.mkdir(parents=True, exist_ok=True)
    sources = []
    for table in fields(world):
        rows = getattr(world, table.name)
        if not rows:
            continue
        path = root / f"{table.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([column.name for column in fields(rows[0])])
            writer.writerows(astuple(row) for row in rows)
        sources.append(f'[sources.{table.name}]\npath = "{table.name}.csv"\n')
    (root / "esg.toml").write_text(
        HEAD.format(data_date) + extra + "".join(sources), "utf-8"
    )
    workspace = open_workspace(root)
    workspace.load()
    return workspace


HEAD = """\
currency = "CNY"
data_date = {}

[institution]
id = "T"
name = {{en = "Test lender", zh = "测试机构"}}

[ids]
published_key = "test-key-not-secret"
"""


def facts_of(workspace: Workspace) -> list[Fact]:
    """Return what the engine computes, as the reference writes it."""
    return as_facts(workspace.policy(PACK).facts())


def as_facts(frame: pl.DataFrame) -> list[Fact]:
    """Return a frame of facts in cents, by loan, period and purchase."""
    found = []
    for row in frame.iter_rows(named=True):
        cells: dict[str, Any] = {
            name: int(value * 100) if isinstance(value, Decimal) else value
            for name, value in row.items()
        }
        found.append(Fact(**cells))
    return sorted(found, key=Fact.ids)
