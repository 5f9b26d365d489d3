"""How well something finds what it looks for: fraud models, and aid to who needs it."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Detection:
    """What a detector said of cases, against what they were. Counts or expectations."""

    hits: float
    """Fraud that was flagged."""
    false_alarms: float
    misses: float
    """Fraud that was not flagged."""
    passed: float
    """Honest and not flagged."""

    def __post_init__(self) -> None:
        if min(self.hits, self.false_alarms, self.misses, self.passed) < 0:
            raise ValueError("a count is negative")

    @classmethod
    def expected(
        cls, cases: float, *, prevalence: float, recall: float, false_alarm_rate: float
    ) -> Detection:
        """Return what a detector of known rates makes of some cases.

        Args:
            cases: How many.
            prevalence: Share of fraud among them.
            recall: Share of fraud that it flags.
            false_alarm_rate: Share of the honest that it flags.
        """
        fraud = cases * prevalence
        honest = cases - fraud
        return cls(
            hits=fraud * recall,
            false_alarms=honest * false_alarm_rate,
            misses=fraud * (1 - recall),
            passed=honest * (1 - false_alarm_rate),
        )

    @property
    def cases(self) -> float:
        """All of them."""
        return self.hits + self.false_alarms + self.misses + self.passed

    @property
    def prevalence(self) -> float | None:
        """Share of fraud among the cases."""
        return _over(self.hits + self.misses, self.cases)

    @property
    def recall(self) -> float | None:
        """Share of fraud that was flagged; null without fraud."""
        return _over(self.hits, self.hits + self.misses)

    @property
    def precision(self) -> float | None:
        """Share of flags that were fraud; null without flags."""
        return _over(self.hits, self.hits + self.false_alarms)

    @property
    def false_alarm_rate(self) -> float | None:
        """Share of the honest who were flagged."""
        return _over(self.false_alarms, self.false_alarms + self.passed)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; null without fraud and flags."""
        return _over(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)

    @property
    def matthews(self) -> float | None:
        """Matthews' correlation of flag and fraud; null where one never varies.

        Source:
            Matthews (1975), Biochimica et Biophysica Acta 405:442-451.
        """
        margins = (
            (self.hits + self.false_alarms)
            * (self.hits + self.misses)
            * (self.passed + self.false_alarms)
            * (self.passed + self.misses)
        )
        products = self.hits * self.passed - self.false_alarms * self.misses
        return products / math.sqrt(margins) if margins > 0 else None

    @property
    def accuracy(self) -> tuple[float, float] | None:
        """Share of cases told right, and beside it that of flagging nobody.

        The two come together: where fraud is rare, doing nothing is right nearly
        always, and an accuracy alone says nothing.
        """
        if not self.cases:
            return None
        honest = self.false_alarms + self.passed
        return (self.hits + self.passed) / self.cases, honest / self.cases


@dataclass(frozen=True)
class Targeting:
    """Who got a benefit, against who it was meant for. Counts of persons."""

    persons: int
    eligible: int
    beneficiaries: int
    eligible_beneficiaries: int

    def __post_init__(self) -> None:
        both, either = self.eligible_beneficiaries, self.eligible + self.beneficiaries
        if not 0 <= both <= min(self.eligible, self.beneficiaries):
            raise ValueError(f"{both} both of {self.eligible}, {self.beneficiaries}")
        if either - both > self.persons:
            raise ValueError(f"more than the {self.persons} persons")

    @property
    def coverage(self) -> float | None:
        """Share of the eligible who got it; null when nobody is eligible."""
        return _over(self.eligible_beneficiaries, self.eligible)

    @property
    def exclusion(self) -> float | None:
        """Share of the eligible who did not."""
        return None if self.coverage is None else 1 - self.coverage

    @property
    def leakage(self) -> float | None:
        """Share of the beneficiaries it was not meant for; null when nobody got it."""
        return _over(
            self.beneficiaries - self.eligible_beneficiaries, self.beneficiaries
        )

    @property
    def differential(self) -> float | None:
        """Coverage of the eligible less that of all others; null without either.

        Source:
            Ravallion (2009), World Bank Research Observer 24:205-231.
        """
        others = _over(
            self.beneficiaries - self.eligible_beneficiaries,
            self.persons - self.eligible,
        )
        if self.coverage is None or others is None:
            return None
        return self.coverage - others


def _over(part: float, whole: float) -> float | None:
    return part / whole if whole else None
