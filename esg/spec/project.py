"""Everything the files declare, found, read and checked together.

Files are looked up as workspace overlay, then the repository root (editable install),
then the copy inside the package; a file of the overlay replaces the shipped one of the
same relative path, or adds to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from esg.errors import ContentError, EsgError, join_faults
from esg.spec.check import Check, read_check
from esg.spec.disclosure import Register, disclosures, faults_of_answers
from esg.spec.fields import alternatives, nearest, read_text, suggest
from esg.spec.framework import Framework, fault_of_reference, read_framework
from esg.spec.indicator import ONLY_BREAKDOWNS, Indicator, read_indicator
from esg.spec.pack import PACK_FILE, Pack, faults_of_overrides, read_pack
from esg.spec.report import ReportSpec, read_report
from esg.spec.risk import Risk, read_risks
from esg.spec.rule import Rule, read_rule
from esg.spec.table import TableContract, read_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.spec.disclosure import Disclosure
    from esg.spec.settings import Settings

Declared = TypeVar("Declared")


def shipped_folder(name: str) -> Path:
    """Return where a shipped folder stands: the repository's, else the package's.

    Args:
        name: ``queries``, ``report_templates`` or ``sample_data/lender``.
    """
    package = Path(__file__).resolve().parents[1]
    beside = package.parent / name
    if beside.is_dir() and (package.parent / "pyproject.toml").is_file():
        return beside
    return package / "_shipped" / name


@dataclass(frozen=True)
class Mart:
    """A shared building block that indicators read."""

    name: str
    sql: str
    where: str


@dataclass(frozen=True)
class Project:
    """All declarations by name, each checked."""

    workspace: Path
    settings: Settings

    @cached_property
    def tables(self) -> dict[str, TableContract]:
        """Table contracts by table name."""
        found = self._read_all("queries", "tables/*.yaml", read_table)
        tables = {table.name: table for table in found}
        faults = [
            f"queries/tables/{table.name}.yaml: column '{column.name}' references "
            f"'{column.references}', which is no table whose only key has that name."
            for table in found
            for column in table.columns
            if column.references is not None
            and (
                column.references not in tables
                or tables[column.references].key != (column.name,)
            )
        ]
        faults += [
            fault for table in found for fault in _faults_of_rules(table, tables)
        ]
        _raise_any(faults)
        return tables

    @cached_property
    def marts(self) -> dict[str, Mart]:
        """Marts by name."""

        def read(path: Path, where: str) -> Mart:
            return Mart(path.stem, read_text(path, where), where)

        return {
            mart.name: mart for mart in self._read_all("queries", "marts/*.sql", read)
        }

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Indicators by id, in the catalogue's order; without what is switched off."""
        return {
            name: indicator
            for name, indicator in self.declared.items()
            if indicator.composite is None
            or self.settings.composite.get(indicator.composite, False)
        }

    @property
    def switched_off(self) -> dict[str, Indicator]:
        """Composite indicators by id that ``esg.toml`` does not turn on."""
        on = self.indicators
        return {name: each for name, each in self.declared.items() if name not in on}

    @cached_property
    def declared(self) -> dict[str, Indicator]:
        """Every indicator by id, also what is switched off."""
        found = self._read_all("queries", "indicators/*/*.sql", read_indicator)
        faults = []
        by_id: dict[str, Indicator] = {}
        for indicator in sorted(found, key=_catalogue_order):
            if indicator.id in by_id:
                faults.append(
                    f"{indicator.where}: the id '{indicator.id}' stands already in "
                    f"{by_id[indicator.id].where}."
                )
            by_id[indicator.id] = indicator
            faults.extend(self._faults_of(indicator))
        faults += [
            f"esg.toml: 'targets' names the indicator '{name}', which is not "
            f"declared{suggest(name, tuple(by_id))}."
            for name in self.settings.targets
            if name not in by_id
        ]
        faults += [f for each in found for f in _faults_of_components(each, by_id)]
        switches = tuple(each.composite for each in found if each.composite)
        faults += [
            f"esg.toml: 'composite.{name}' turns nothing on{suggest(name, switches)}."
            for name in self.settings.composite
            if name not in switches
        ]
        _raise_any(faults)
        return by_id

    @cached_property
    def checks(self) -> dict[str, Check]:
        """Data checks by id."""
        found = self._read_all("queries", "checks/*.sql", read_check)
        _raise_any([fault for check in found for fault in self._faults_of_needs(check)])
        return {check.id: check for check in found}

    def _faults_of_needs(self, declared: Indicator | Check) -> list[str]:
        faults = []
        for table, columns in declared.needs.items():
            contract = self.tables.get(table)
            if contract is None:
                near = suggest(table, tuple(self.tables))
                faults.append(
                    f"{declared.where}: 'needs' names the table '{table}', "
                    f"which has no contract{near}."
                )
                continue
            faults.extend(
                f"{declared.where}: 'needs' names '{table}.{column}', "
                f"which its contract lacks{suggest(column, contract.column_names)}."
                for needed in columns
                for column in alternatives(needed)
                if column not in contract.column_names
            )
        return faults

    def _faults_of(self, indicator: Indicator) -> list[str]:
        faults = self._faults_of_needs(indicator) + self._faults_of_moves(indicator)
        faults.extend(
            f"{indicator.where}: the rule '{rule}' is not declared in queries/policies."
            for rule in indicator.rules
            if rule not in self.rules
        )
        faults.extend(
            f"{indicator.place('frameworks')}: 'frameworks' {fault}."
            for reference in indicator.frameworks
            if (fault := fault_of_reference(reference, self.frameworks))
        )
        faults.extend(
            f"{indicator.place('serves')}: 'serves' names '{name}', no risk or "
            f"opportunity that is declared{suggest(name, tuple(self.risks))}."
            for name in indicator.serves
            if name not in self.risks
        )
        return faults

    def _faults_of_moves(self, indicator: Indicator) -> list[str]:
        faults = []
        for table, moves in indicator.moves.items():
            if table not in self.tables:
                near = suggest(table, tuple(self.tables))
                faults.append(
                    f"{indicator.where}: 'moves' names the table '{table}', "
                    f"which has no contract{near}."
                )
                continue
            money = [c.name for c in self.tables[table].columns if c.type == "money"]
            if isinstance(moves, str) and moves not in (*money, ONLY_BREAKDOWNS):
                faults.append(
                    f"{indicator.where}: 'moves' names '{table}.{moves}', which is no "
                    f"column of money{suggest(moves, tuple(money))}."
                )
        return faults

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """Dated rules by id."""
        return {
            rule.id: rule
            for rule in self._read_all(
                "queries", "policies/*/*.yaml", read_rule, without=PACK_FILE
            )
        }

    @cached_property
    def packs(self) -> dict[str, Pack]:
        """Policy packs that can be applied, by id."""
        found = self._read_all("queries", f"policies/*/{PACK_FILE}", read_pack)
        packs = {pack.id: pack for pack in found}
        faults = []
        for name, overrides in self.settings.policy.items():
            if name in packs:
                faults += faults_of_overrides(packs[name], overrides)
            else:
                near = suggest(name, tuple(packs))
                faults.append(f"esg.toml: 'policy.{name}' is no policy pack{near}.")
        faults += [
            f"queries/policies/{pack.id}: the pack reads the rule '{name}', which has "
            f"no file '{name}.yaml' in its folder."
            for pack in found
            for name in pack.rules_named
            if f"{pack.id}.{name}" not in self.rules
        ]
        # A name that is almost one the pack reads would be passed over in silence.
        faults += [
            f"queries/policies/{pack.id}/{name}.yaml: nothing reads it{near}."
            for pack in found
            for name in (rule.id.partition(".")[2] for rule in self.rules_of(pack))
            if name not in pack.rules_named
            and (near := nearest(name, pack.rules_named))
        ]
        faults += [
            f"queries/policies/{pack.id}: the rule '{rule.id.partition('.')[2]}' has "
            f"no value on {version.first_day}, when version '{version.id}' begins."
            for pack in found
            for version in pack.versions
            for rule in self.rules_of(pack)
            if rule.on(version.first_day) is None
        ]
        _raise_any(faults)
        return packs

    def rules_of(self, pack: Pack) -> list[Rule]:
        """Return the dated rules that stand in a pack's folder."""
        return [
            rule for rule in self.rules.values() if rule.id.startswith(f"{pack.id}.")
        ]

    @cached_property
    def frameworks(self) -> dict[str, Framework]:
        """Disclosure frameworks by id."""
        found = self._read_all("queries", "frameworks/*.yaml", read_framework)
        return {framework.id: framework for framework in found}

    @cached_property
    def disclosures(self) -> tuple[Disclosure, ...]:
        """Every code of every framework with the measures that answer it."""
        _raise_any(faults_of_answers(self.frameworks, self.indicators))
        return disclosures(self.frameworks, self.indicators)

    @cached_property
    def risks(self) -> dict[str, Risk]:
        """Risks and opportunities that indicators may say they serve, by id."""
        every = [
            risk
            for risks in self._read_all("queries", "risks/*.yaml", read_risks)
            for risk in risks
        ]
        found: dict[str, Risk] = {}
        faults = [
            f"{risk.where}: '{risk.id}' stands already in {found[risk.id].where}."
            for risk in every
            if found.setdefault(risk.id, risk) is not risk
        ]
        _raise_any(faults)
        return found

    @property
    def register(self) -> Register:
        """What a report says of frameworks and of the risks indicators serve."""
        return Register(self.disclosures, self.risks)

    @cached_property
    def reports(self) -> dict[str, ReportSpec]:
        """Reports by name."""
        found: dict[str, ReportSpec] = {}
        bases = (
            shipped_folder("report_templates"),
            *self._overlay("report_templates"),
        )

        def find(name: str) -> Path | None:
            folders = [base / name for base in bases]
            known = [each for each in folders if (each / "report.yaml").is_file()]
            return known[-1] if known else None

        for base in bases:
            for folder in sorted(base.glob("*/")):
                if (folder / "report.yaml").is_file():
                    where = f"report_templates/{folder.name}"
                    found[folder.name] = read_report(folder, where, find)
        return found

    def mapping(self, source: str) -> str | None:
        """Return the mapping SQL of a source, or None when columns are canonical."""
        path = self.workspace / "sources" / f"{source}.sql"
        return read_text(path, f"sources/{source}.sql") if path.exists() else None

    def validate(self) -> None:
        """Check every declaration; raise one error that names all faults."""
        faults = []
        for part in (
            "tables", "rules", "packs", "frameworks", "risks", "marts", "checks",
            "indicators", "disclosures", "reports",
        ):  # fmt: skip
            try:
                getattr(self, part)
            except EsgError as error:
                faults.append(error.message)
        # A part that leans on a broken one tells that one's faults again.
        _raise_any(list(dict.fromkeys(faults)))

    def _overlay(self, name: str) -> list[Path]:
        folder = self.workspace / name
        return [folder] if folder.is_dir() else []

    def _read_all(
        self,
        name: str,
        pattern: str,
        read: Callable[[Path, str], Declared],
        *,
        without: str | None = None,
    ) -> list[Declared]:
        paths: dict[Path, Path] = {}
        for base in (shipped_folder(name), *self._overlay(name)):
            paths |= {
                path.relative_to(base): path
                for path in base.glob(pattern)
                if path.name != without
            }
        found, faults = [], []
        for relative in sorted(paths):
            try:
                found.append(read(paths[relative], f"{name}/{relative.as_posix()}"))
            except ContentError as error:
                faults.append(error.message)
        _raise_any(faults)
        return found


def _faults_of_rules(
    table: TableContract, tables: dict[str, TableContract]
) -> list[str]:
    faults = []
    for rule in table.rules:
        where = f"queries/tables/{table.name}.yaml: the rule '{rule.name}'"
        for join in rule.joins:
            faults += [
                f"{where} looks at the table '{name}', which has no contract"
                f"{suggest(name, tuple(tables))}."
                for name in join.tables
                if name not in tables
            ]
            faults += [
                f"{where} joins on '{name}', which '{table.name}' does not have."
                for name in join.on
                if name not in table.column_names
            ]
            other = tables.get(join.alias) if join.select is None else None
            if other is not None and set(other.key) != set(join.on):
                faults.append(
                    f"{where} joins '{other.name}' on other columns than its key, "
                    "so that one row may find several; write a 'select' that "
                    "groups by them."
                )
    return faults


def _faults_of_components(
    composite: Indicator, declared: dict[str, Indicator]
) -> list[str]:
    faults = []
    for reference in composite.components.values():
        name, _, measure = reference.partition("/")
        known = declared.get(name)
        if known is None or known.components:
            faults.append(
                f"{composite.where}: 'components' names the indicator '{name}', which "
                + ("is a composite itself." if known else "is not declared")
                + ("" if known else f"{suggest(name, tuple(declared))}.")
            )
            continue
        measures = tuple(each.name for each in known.measures)
        if measure not in measures:
            faults.append(
                f"{composite.where}: 'components' names '{reference}', and "
                f"'{name}' has no such measure{suggest(measure, measures)}."
            )
    return faults


def _catalogue_order(indicator: Indicator) -> tuple[str, int]:
    prefix, _, number = indicator.code.partition("-")
    order = ("INC", "SUB", "HC", "CP", "CR", "ESG")
    rank = order.index(prefix) if prefix in order else len(order)
    return f"{rank}{prefix}", int(number) if number.isdigit() else 0


def _raise_any(faults: list[str]) -> None:
    if faults:
        raise ContentError(
            join_faults(faults), hint="Mend the named files; nothing was run."
        )
