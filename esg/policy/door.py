"""What can be asked of one policy over what a workspace holds."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.errors import UsageError
from esg.indicators.prepare import stage
from esg.policy.apply import FACTS, apply, facts
from esg.policy.compare import compare, simulate
from esg.policy.explain import explain
from esg.policy.reconcile import Reconciliation, reconcile
from esg.policy.stage import only, terms_of, with_values
from esg.spec.fields import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import polars as pl

    from esg.engine.duck import Connection
    from esg.policy.explain import Explanation
    from esg.policy.stage import Terms
    from esg.spec.pack import Pack
    from esg.spec.period import Period
    from esg.spec.project import Project


@dataclass(frozen=True)
class Policy:
    """One policy pack over one workspace; every question opens a reader of its own."""

    project: Project
    pack: Pack
    reader: Callable[[], Connection]

    @property
    def terms(self) -> Terms:
        """The terms as the documents and the workspace's settings have them."""
        return terms_of(self.pack, self.project.rules_of(self.pack), self.settings)

    @property
    def settings(self) -> dict[str, str]:
        """Every setting's value, as the workspace has it."""
        return self.pack.chosen(self.project.settings.policy.get(self.pack.id, {}))

    def facts(self) -> pl.DataFrame:
        """Return the facts as the pack prints them.

        Raises:
            ContentError: The pack's query is wrong.
            DataError: Nothing has been loaded yet.
        """
        with self._applied(self.terms) as connection:
            return facts(connection, self.pack)

    def explain(self, subject: str, language: str) -> list[Explanation]:
        """Return an explanation of every fact of a loan, or of what the pack looks at.

        Args:
            subject: Its id, as stored.
            language: ``en`` or ``zh``.

        Raises:
            UsageError: The policy has no fact of such a subject.
        """
        with self._applied(self.terms) as connection:
            found = explain(
                connection,
                self.pack,
                self.terms,
                self.project.rules,
                subject=subject,
                language=language,
            )
        if not found:
            raise UsageError(
                f"The policy '{self.pack.id}' has no fact of a "
                f"{self.pack.subject['en']} '{subject}': it is not loaded, or holds "
                "nothing that the policy looks at.",
                hint=f"Find ids with: esg policy apply {self.pack.id} --format csv",
            )
        return found

    def compare(
        self, old: str, new: str, *, by: str | None = None, period: Period | None = None
    ) -> pl.DataFrame:
        """Return what two versions give for the same purchases, group by group.

        Args:
            old: A version's id.
            new: Another.
            by: A breakdown; the whole alone when null.
            period: Only interest collected in it; all when null.

        Raises:
            UsageError: There is no such version or breakdown, or no amount.
        """
        self._refuse_without_amounts("compare")
        for name in (old, new):
            self._refuse_unknown_version(name)
        terms = self.terms
        with self._applied(only(terms, old), period) as connection:
            connection.execute(f"alter table {FACTS} rename to fact_of_old")
            apply(connection, self.pack, only(terms, new), self.project.marts)
            connection.execute(f"alter table {FACTS} rename to fact_of_new")
            return compare(
                connection,
                self.pack,
                by=by,
                period=period,
                limits=self.project.settings.disclosure,
            )

    def simulate(
        self, changed: Mapping[str, str], *, period: Period | None = None
    ) -> pl.DataFrame:
        """Return what the policy gives, and what it would with other values.

        Args:
            changed: Rules of the pack and their values as texts: a number, ``none``,
                or codes divided by commas for a rule that is a list.
            period: Only interest collected in it; all when null.

        Raises:
            UsageError: There is no such rule, it has no such value, or no amount.
        """
        self._refuse_without_amounts("simulate")
        terms = self.terms
        other = with_values(terms, self.project.rules_of(self.pack), changed)
        with self._applied(terms, period) as connection:
            connection.execute(f"alter table {FACTS} rename to fact_of_old")
            apply(connection, self.pack, other, self.project.marts)
            connection.execute(f"alter table {FACTS} rename to fact_of_new")
            return simulate(connection, self.pack, period)

    def reconcile(self, period: Period | None = None) -> Reconciliation:
        """Return claims against what the policy gives.

        Args:
            period: Only claims for quarters in it; all when null.

        Raises:
            UsageError: The policy gives no amounts.
        """
        self._refuse_without_amounts("reconcile")
        with self._applied(self.terms) as connection:
            return reconcile(
                connection,
                self.pack,
                period,
                self.settings,
                [name for name in self.project.packs if name != self.pack.id],
            )

    @contextmanager
    def _applied(
        self, terms: Terms, period: Period | None = None
    ) -> Iterator[Connection]:
        connection = self.reader()
        try:
            stage(connection, self.project, period, "quarter")
            apply(connection, self.pack, terms, self.project.marts)
            yield connection
        finally:
            connection.close()

    def _refuse_without_amounts(self, command: str) -> None:
        if self.pack.judges:
            raise UsageError(
                f"'{command}' needs amounts, and the policy '{self.pack.id}' gives "
                "none: it judges.",
                hint=f"See its verdicts with: esg policy apply {self.pack.id}",
            )

    def _refuse_unknown_version(self, name: str) -> None:
        known = tuple(version.id for version in self.pack.versions)
        if name not in known:
            raise UsageError(
                f"'{name}' is no version of '{self.pack.id}'{suggest(name, known)}.",
                hint="Run 'esg policy list' to see them.",
            )
