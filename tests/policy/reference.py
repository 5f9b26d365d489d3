"""The consumption-loan subsidy worked out one borrower at a time, as a clerk would.

This file shares nothing with the engine but the rule values. It follows the policy note
sentence by sentence, in whole cents and exact fractions, and is meant to be read beside
the documents. The engine must agree with it to the cent, in every column.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

ONE_DAY = timedelta(days=1)
NOT_OWN_ACCOUNT = ("cash", "personal_transfer")


@dataclass(frozen=True)
class Institution:
    """What is known of a lender from a day on."""

    institution_id: str
    valid_from: date
    name: str
    type: str
    policy_list: str | None
    province_code: str | None


@dataclass(frozen=True)
class Borrower:
    """A customer."""

    borrower_id: str
    province_code: str | None


@dataclass(frozen=True)
class Loan:
    """A credit granted."""

    loan_id: str
    borrower_id: str | None
    institution_id: str | None
    product: str
    is_own_book: bool | None
    disbursed_at: date
    principal: Decimal | None
    currency: str
    contract_rate: Decimal | None
    repayment_method: str
    subsidy_agreement_date: date | None
    term_months: int | None = None


@dataclass(frozen=True)
class Spending:
    """A purchase paid from a loan."""

    spending_id: str
    loan_id: str
    spent_date: date
    amount: Decimal
    category: str | None
    province_code: str | None
    verification: str | None
    paid_by: str | None
    refunded_date: date | None = None
    refunded_amount: Decimal | None = None


@dataclass(frozen=True)
class Bill:
    """Interest charged for one period: from a day on, up to before another."""

    loan_id: str
    period_no: int
    from_date: date | None
    to_date: date
    rate: Decimal | None
    opening_balance: Decimal
    principal_due: Decimal
    interest_due: Decimal | None
    fees_due: Decimal | None
    minimum_due: Decimal | None
    due_date: date
    paid_date: date | None
    subsidy_deducted: Decimal | None = None


@dataclass(frozen=True)
class Payment:
    """Money received for a bill."""

    payment_id: str
    loan_id: str
    period_no: int
    paid_date: date
    principal: Decimal
    interest: Decimal
    fees: Decimal


@dataclass
class World:
    """All that a workspace holds."""

    institution: list[Institution] = field(default_factory=list)
    borrower: list[Borrower] = field(default_factory=list)
    loan: list[Loan] = field(default_factory=list)
    spending: list[Spending] = field(default_factory=list)
    interest_bill: list[Bill] = field(default_factory=list)
    payment: list[Payment] = field(default_factory=list)


@dataclass
class Fact:
    """What one purchase gets in one interest period; money in cents."""

    loan_id: str
    spending_id: str
    period_no: int
    rule_version: str | None
    reason: str
    uncapped: int = 0
    lost_half_rate: int = 0
    lost_transaction_cap: int = 0
    lost_small_cap: int = 0
    lost_total_cap: int = 0
    subsidy: int = 0
    central: int = 0
    provincial: int = 0

    def ids(self) -> tuple[str, int, str]:
        """Return what names the fact."""
        return self.loan_id, self.period_no, self.spending_id


@dataclass(frozen=True)
class Version:
    """One document and the days for which it holds."""

    id: str
    first_day: date
    last_day: date
    accrues_to: date


class Rules:
    """The versions, values and settings of the pack's files."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Read every file of a pack's folder; settings replace the defaults."""
        pack = yaml.safe_load((folder / "pack.yaml").read_text("utf-8"))
        self.versions = [
            Version(each["id"], each["from"], each["to"], each["accrues_to"])
            for each in pack["versions"]
        ]
        self.settings = {
            name: each["default"] for name, each in pack["settings"].items()
        } | settings
        self._values: dict[str, list[dict[str, Any]]] = {
            path.stem: yaml.safe_load(path.read_text("utf-8"))["values"]
            for path in folder.glob("*.yaml")
            if path.stem != "pack"
        }

    def version_on(self, day: date) -> Version | None:
        """Return the version that holds for what is bought on a day."""
        for version in self.versions:
            if version.first_day <= day <= version.last_day:
                return version
        return None

    def last_day_that_earns(self, version: Version) -> date:
        """Return the last day on which a version's purchases earn a subsidy."""
        is_open = self.settings["accrual_end"] == "open"
        return date(9000, 1, 1) if is_open else version.accrues_to

    def number(self, rule: str, version: Version) -> Fraction | None:
        """Return a rule's number under a version; null is no limit."""
        value = self._in_force(rule, version)["value"]
        return None if value == "none" else Fraction(str(value))

    def cents(self, rule: str, version: Version) -> int | None:
        """Return a rule's amount under a version in cents; null is no limit."""
        yuan = self.number(rule, version)
        return None if yuan is None else int(yuan * 100)

    def share(self, rule: str, version: Version) -> Fraction:
        """Return a rule's share, which always has a number."""
        share = self.number(rule, version)
        assert share is not None
        return share

    def members(self, rule: str, version: Version) -> list[str]:
        """Return a rule's codes under a version."""
        codes: list[str] = self._in_force(rule, version)["members"]
        return codes

    def members_on(self, rule: str, day: date) -> list[str]:
        """Return a rule's codes on a day; none where it has no value."""
        for value in self._values[rule]:
            if value["from"] <= day <= value["to"]:
                codes: list[str] = value["members"]
                return codes
        return []

    def _in_force(self, rule: str, version: Version) -> dict[str, Any]:
        for value in self._values[rule]:
            if value["from"] <= version.first_day <= value["to"]:
                return value
        raise KeyError(rule)


def half_up(amount: Fraction) -> int:
    """Return whole cents; half a cent goes up."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def cents(money: Decimal | None) -> int:
    """Return an amount of yuan in cents; nothing recorded is nothing."""
    return 0 if money is None else int(money * 100)


@dataclass
class _Item:
    """A fact in the making, with what its caps and its split need."""

    fact: Fact
    spending: Spending
    bill: Bill
    loan: Loan
    version: Version | None
    lender: Institution | None
    cent_days: int = 0
    """What was spent × the days on which it earns, in this period."""
    cent_days_over_base: int = 0
    """The part of them above the largest amount a purchase may count with."""


class Clerk:
    """Works through a world, borrower by borrower, and keeps the pools."""

    def __init__(self, world: World, rules: Rules, data_date: date) -> None:
        """Sort the papers by loan."""
        self.rules = rules
        self.data_date = data_date
        self.world = world
        self.lenders: dict[str, list[Institution]] = defaultdict(list)
        for lender in world.institution:
            self.lenders[lender.institution_id].append(lender)
        self.province = {
            each.borrower_id: each.province_code for each in world.borrower
        }
        self.loans: dict[str, list[Loan]] = defaultdict(list)
        for loan in world.loan:
            # A loan without a borrower is its own debtor.
            self.loans[loan.borrower_id or f"loan {loan.loan_id}"].append(loan)
        self.purchases: dict[str, list[Spending]] = defaultdict(list)
        for purchase in world.spending:
            self.purchases[purchase.loan_id].append(purchase)
        self.bills: dict[str, list[Bill]] = defaultdict(list)
        for bill in world.interest_bill:
            self.bills[bill.loan_id].append(bill)
        self.payments: dict[tuple[str, int], list[Payment]] = defaultdict(list)
        for payment in world.payment:
            self.payments[payment.loan_id, payment.period_no].append(payment)
        self.payments_are_recorded = bool(world.payment) or any(
            bill.paid_date for bill in world.interest_bill
        )

    def facts(self) -> list[Fact]:
        """Return all facts, by loan, period and purchase."""
        items = [item for debtor in self.loans for item in self.items_of_debtor(debtor)]
        self.split(items)
        return sorted((item.fact for item in items), key=Fact.ids)

    def items_of_debtor(self, debtor: str) -> list[_Item]:
        """Return one debtor's facts, every cap taken off, not yet split."""
        items = [
            item
            for loan in self.loans[debtor]
            for bill in self.bills[loan.loan_id]
            if bill.due_date <= self.data_date
            for item in self.items_of_bill(loan, bill)
        ]
        items.sort(key=in_order)
        self.take_off_caps(items)
        return items

    # What a bill gives its purchases before any cap.

    def items_of_bill(self, loan: Loan, bill: Bill) -> list[_Item]:
        """Return a bill's facts: what it earns, shared among its purchases."""
        items = [
            self.item(loan, bill, purchase)
            for purchase in self.purchases[loan.loan_id]
            if bill.to_date > purchase.spent_date
        ]
        earning = sorted(
            (item for item in items if item.fact.reason == "eligible"),
            key=lambda item: (item.spending.spent_date, item.spending.spending_id),
        )
        if earning:
            self.share_out(loan, bill, earning)
        return items

    def item(self, loan: Loan, bill: Bill, purchase: Spending) -> _Item:
        """Return the fact of a purchase and a bill with its reason."""
        version = self.rules.version_on(purchase.spent_date)
        lender = self.lender_on(loan.institution_id, purchase.spent_date)
        fact = Fact(
            loan_id=loan.loan_id,
            spending_id=purchase.spending_id,
            period_no=bill.period_no,
            rule_version=version.id if version else None,
            reason="eligible",
        )
        item = _Item(fact, purchase, bill, loan, version, lender)
        fact.reason = self.why_not_purchase(item) or self.why_not_period(item)
        return item

    def lender_on(self, institution_id: str | None, day: date) -> Institution | None:
        """Return what was known of a lender on a day."""
        rows = [
            row
            for row in self.lenders.get(institution_id or "", [])
            if row.valid_from <= day
        ]
        return max(rows, key=lambda row: row.valid_from, default=None)

    def why_not_purchase(self, item: _Item) -> str | None:
        """Return the first reason why a purchase gets nothing in any period."""
        version, lender = item.version, item.lender
        if version is None:
            return "window"
        if lender is None or lender.policy_list is None:
            return "institution_unknown"
        if not self.takes_part(lender, item, version):
            return "institution"
        reason = self.why_not_bought(item.loan, item.spending, version)
        if reason is None or reason == "verification":
            # A consumer finance company may not lend for cars.
            barred = self.rules.members("consumer_finance_excluded_areas", version)
            if lender.type == "consumer_finance" and item.spending.category in barred:
                return "purpose"
        return reason

    def why_not_bought(
        self, loan: Loan, purchase: Spending, version: Version
    ) -> str | None:
        """Return why a purchase gets nothing at a lender that takes part."""
        if not self.product_counts(loan, version):
            return "product"
        if loan.subsidy_agreement_date is None:
            return "agreement"
        if loan.product == "card_bill_instalment" and not (
            version.first_day <= loan.disbursed_at <= version.last_day
        ):
            # Card plans count that are newly taken out.
            return "window"
        areas = self.rules.members("key_areas", version)
        if self.is_large(purchase, version) and purchase.category not in areas:
            return "category"
        if not was_verified(purchase):
            return "verification"
        return None

    def takes_part(self, lender: Institution, item: _Item, version: Version) -> bool:
        """Return whether a lender takes part, by the nation or by its province."""
        if lender.policy_list in self.rules.members("lender_lists", version):
            return True
        if lender.policy_list != "provincial":
            return False
        if lender.province_code in self.rules.members("provincial_schemes", version):
            return True
        local = self.rules.members("provincial_schemes_local", version)
        lent = self.rules.members_on("provincial_scheme_loans", item.loan.disbursed_at)
        return (
            lender.province_code in local
            and item.spending.province_code == lender.province_code
            and lender.province_code in lent
        )

    def product_counts(self, loan: Loan, version: Version) -> bool:
        """Return whether a loan's product counts under a version."""
        if loan.product not in self.rules.members("products", version):
            return False
        if self.rules.settings["own_book_only"] == "true" and loan.is_own_book is False:
            return False
        # Of cards only bills in yuan count.
        return loan.product != "card_bill_instalment" or loan.currency == "CNY"

    def is_large(self, purchase: Spending, version: Version) -> bool:
        """Return whether a purchase is a large one, by its original amount."""
        limit = self.rules.cents("large_purchase", version)
        return limit is not None and cents(purchase.amount) >= limit

    def why_not_period(self, item: _Item) -> str:
        """Return why a purchase gets nothing in this period, or 'eligible'.

        Counts, on the way, the cent-days on which it earns.
        """
        version, bill, bought = item.version, item.bill, item.spending
        assert version is not None
        assert item.loan.subsidy_agreement_date is not None
        start = max(
            bill.from_date or bought.spent_date,
            bought.spent_date,
            version.first_day,
            item.loan.subsidy_agreement_date,
        )
        end = min(bill.to_date, self.rules.last_day_that_earns(version) + ONE_DAY)
        refund_day, refund = refund_of(bought)
        if refund >= cents(bought.amount) and refund_day <= start:
            return "refunded"
        if start >= end:
            return "window"
        if self.rules.settings["overdue"] == "excluded" and not self.was_paid(bill):
            return "overdue"
        if charge(bill) == 0:
            return "no_interest"
        is_known = bill.from_date is not None and charge(bill) is not None
        if not is_known or not rate_of(item.loan, bill):
            return "rate_unknown"
        day_of_change = min(max(refund_day, start), end)
        base = self.rules.cents("transaction_base_cap", version)
        for amount, days in (
            (cents(bought.amount), (day_of_change - start).days),
            (cents(bought.amount) - refund, (end - day_of_change).days),
        ):
            item.cent_days += amount * days
            if base is not None and self.is_large(bought, version):
                item.cent_days_over_base += max(amount - base, 0) * days
        return "eligible"

    def was_paid(self, bill: Bill) -> bool:
        """Return whether a bill was paid by its due date, or nobody can know."""
        if not self.payments_are_recorded:
            return True
        if bill.paid_date is not None and bill.paid_date <= bill.due_date:
            return True
        paid = sum(
            cents(payment.principal) + cents(payment.interest) + cents(payment.fees)
            for payment in self.payments[bill.loan_id, bill.period_no]
            if payment.paid_date <= bill.due_date
        )
        if bill.minimum_due is not None:
            return paid >= cents(bill.minimum_due)
        # The lender takes the subsidy off when it collects.
        asked = cents(bill.principal_due) + (charge(bill) or 0)
        return paid >= asked - cents(bill.subsidy_deducted)

    def share_out(self, loan: Loan, bill: Bill, earning: list[_Item]) -> None:
        """Round what a bill earns once, and share it among its purchases."""
        version = earning[0].version
        assert version is not None
        rate = rate_of(loan, bill)
        assert rate is not None
        # Both versions have the same point and the same half.
        point = self.rules.share("rate", version) / rate
        half = self.rules.share("share_of_contract_rate", version)
        ratio = min(point, half)
        # More may have been bought, one after the other, than the loan is of; what is
        # bought after a bill does not change what the bill gave.
        spent = sum(
            cents(each.amount)
            for each in self.purchases[loan.loan_id]
            if each.spent_date < bill.to_date
        )
        drawn = max(cents(loan.principal), spent)
        assert bill.from_date is not None
        days = (bill.to_date - bill.from_date).days
        with_point = self.of_whole_bill(loan, bill, point) / (drawn * days)
        with_ratio = self.of_whole_bill(loan, bill, ratio) / (drawn * days)
        whole = sum(item.cent_days for item in earning)
        over_base = sum(item.cent_days_over_base for item in earning)
        uncapped = half_up(whole * with_point)
        after_half = half_up(whole * with_ratio)
        kept = (whole - over_base) * with_ratio
        # What is kept is shared out, and each loss beside it; what a purchase would
        # have had is their sum, so that no purchase ends below nothing.
        amounts = cumulative(
            kept, [item.cent_days - item.cent_days_over_base for item in earning]
        )
        halves = cumulative(
            Fraction(uncapped - after_half), [item.cent_days for item in earning]
        )
        bases = cumulative(
            Fraction(after_half - half_up(kept)),
            [item.cent_days_over_base for item in earning],
        )
        for item, amount, lost_half, lost_base in zip(
            earning, amounts, halves, bases, strict=True
        ):
            item.fact.uncapped = amount + lost_half + lost_base
            item.fact.lost_half_rate = lost_half
            item.fact.lost_transaction_cap = lost_base
            item.fact.subsidy = amount

    def of_whole_bill(self, loan: Loan, bill: Bill, ratio: Fraction) -> Fraction:
        """Return what a bill would get if all of its loan were eligible."""
        charged = charge(bill) or 0
        months = loan.term_months
        is_card = loan.product == "card_bill_instalment"
        if not (is_card and is_flat(loan) and months):
            return charged * ratio
        if self.rules.settings["card_method"] == "declining":
            return interest_of_instalment(loan, bill.period_no, charged) * ratio
        # All instalments of the plan together, spread evenly; the last has the rest.
        whole_plan = half_up(months * charged * ratio)
        part = whole_plan // months
        is_last = bill.period_no >= months
        return Fraction(whole_plan - (months - 1) * part if is_last else part)

    # The caps, in order of collection.

    def take_off_caps(self, items: list[_Item]) -> None:
        """Take each cap off what the one before it let through."""
        room: dict[tuple[object, ...], int] = {}
        for item in items:
            version, fact = item.version, item.fact
            if version is None or fact.reason != "eligible":
                continue
            lender = item.loan.institution_id
            limit = self.rules.cents("transaction_cap", version)
            purchase = ("purchase", fact.spending_id)
            fact.lost_transaction_cap += take(room, purchase, limit, fact)
            if self.is_small(item.spending, version):
                limit = self.rules.cents("small_purchase_cap", version)
                fact.lost_small_cap = take(room, ("small", lender), limit, fact)
            by_year = self.rules.number("total_cap_by_year", version) == 1
            year = item.bill.due_date.year if by_year else None
            limit = self.rules.cents("total_cap", version)
            pool = ("total", lender, version.id, year)
            fact.lost_total_cap = take(room, pool, limit, fact)

    def is_small(self, purchase: Spending, version: Version) -> bool:
        """Return whether a purchase belongs to the bucket of small ones."""
        return not self.is_large(purchase, version)

    # Who pays.

    def split(self, items: list[_Item]) -> None:
        """Split every subsidy between the centre and the province.

        The centre's share is rounded on what a lender claims in a province and quarter
        up to each fact, so that the claim as a whole is right to the cent.
        """
        claimed: dict[tuple[object, ...], int] = defaultdict(int)
        for item in sorted(items, key=in_order):
            if item.fact.reason != "eligible":
                continue
            assert item.version is not None
            assert item.lender is not None
            is_provincial = item.lender.policy_list == "provincial"
            rule = "central_share_provincial" if is_provincial else "central_share"
            share = self.rules.share(rule, item.version)
            due = item.bill.due_date
            claim = (
                item.loan.institution_id,
                self.province.get(item.loan.borrower_id or ""),
                (due.year, (due.month - 1) // 3),
                share,
            )
            before = claimed[claim]
            claimed[claim] = after = before + item.fact.subsidy
            item.fact.central = half_up(share * after) - half_up(share * before)
            item.fact.provincial = item.fact.subsidy - item.fact.central


def in_order(item: _Item) -> tuple[date, str, int, str]:
    """Return the place of a fact in time: by its due date, ties by the ids."""
    fact = item.fact
    return item.bill.due_date, fact.loan_id, fact.period_no, fact.spending_id


def was_verified(purchase: Spending) -> bool:
    """Return whether a purchase was recognised; cash must be reviewed by hand."""
    if purchase.verification == "automatic":
        return purchase.paid_by not in NOT_OWN_ACCOUNT
    return purchase.verification == "manual"


def refund_of(purchase: Spending) -> tuple[date, int]:
    """Return from which day on how many cents were given back; a far day for none."""
    if purchase.refunded_date is None and purchase.refunded_amount is None:
        return date(9000, 1, 1), 0
    # Without an amount all of it came back; without a day it never earned.
    day = purchase.refunded_date or purchase.spent_date
    if purchase.refunded_amount is None:
        return day, cents(purchase.amount)
    return day, cents(purchase.refunded_amount)


def charge(bill: Bill) -> int | None:
    """Return what the lender charged for the period: interest and fees, in cents."""
    if bill.interest_due is None and bill.fees_due is None:
        return None
    return cents(bill.interest_due) + cents(bill.fees_due)


def rate_of(loan: Loan, bill: Bill) -> Fraction | None:
    """Return the yearly rate that a bill was charged at."""
    if is_flat(loan):
        return nominal_rate(loan.contract_rate, loan.term_months)
    rate = bill.rate or loan.contract_rate
    return None if rate is None else Fraction(rate)


def is_flat(loan: Loan) -> bool:
    """Return whether a loan costs the same fee on all of it every month."""
    return loan.repayment_method == "flat_fee"


@cache
def nominal_rate(quote: Decimal | None, months: int | None) -> Fraction | None:
    """Return what a flat quote is as a rate on what is still owed, of six decimals.

    One yuan is lent and comes back in equal parts, each with a twelfth of the quote.
    The monthly rate at which that is worth one yuan, times 12, is found by halving.
    """
    if quote is None or not months:
        return None
    part = 1 / months + float(quote) / 12
    low, high = 0.0, 10.0
    for _ in range(200):
        middle = (low + high) / 2
        worth = sum(part / (1 + middle) ** month for month in range(1, months + 1))
        low, high = (middle, high) if worth > 1 else (low, middle)
    return Fraction(round(12 * low * 1_000_000), 1_000_000)


def interest_of_instalment(loan: Loan, number: int, fee: int) -> int:
    """Return the cents of interest in one of a flat plan's equal instalments.

    One yuan is paid back month by month: each month owes a twelfth of the rate on what
    is left, and all months together the sum of the fees. The sum so far is rounded.
    """
    months, rate = loan.term_months, nominal_rate(loan.contract_rate, loan.term_months)
    assert months is not None
    if not rate:
        return fee
    monthly = float(rate) / 12
    instalment = monthly / (1 - (1 + monthly) ** -months)
    left, so_far = 1.0, [0.0]
    for _ in range(months):
        interest = left * monthly
        left -= instalment - interest
        so_far.append(so_far[-1] + interest)
    whole = months * fee
    due = [int(whole * part / so_far[-1] + 0.5) for part in so_far]
    number = min(number, months)
    return due[number] - due[number - 1]


def cumulative(total: Fraction, weights: list[int]) -> list[int]:
    """Share a total out by weights: each gets what brings the sum so far up to date.

    The parts add up to the rounded total, and every sum so far is right to the cent.
    """
    whole = sum(weights)
    if whole == 0:
        return [0 for _ in weights]
    parts, running, given = [], 0, 0
    for weight in weights:
        running += weight
        due = half_up(total * running / whole)
        parts.append(due - given)
        given = due
    return parts


def take(
    room: dict[tuple[object, ...], int],
    pool: tuple[object, ...],
    limit: int | None,
    fact: Fact,
) -> int:
    """Take what a pool still has room for; return what is lost to it."""
    if limit is None:
        return 0
    left = room.get(pool, limit)
    lost = max(fact.subsidy - left, 0)
    fact.subsidy -= lost
    room[pool] = left - fact.subsidy
    return lost
