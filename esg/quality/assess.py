"""The whole data-quality statement, from one reader of the warehouse."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from esg.indicators.prepare import state
from esg.load.check import run_checks
from esg.quality.drift import drift
from esg.quality.findings import read_findings, read_rejected
from esg.quality.impact import impacts
from esg.quality.measure import measure_quality
from esg.quality.reconcile import reconcile
from esg.quality.statement import Statement

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.indicators.result import RunResult
    from esg.load.check import CheckResult
    from esg.spec.project import Project


def assess(connection: Connection, project: Project, run: RunResult) -> Statement:
    """Return how good the loaded records are, with regard to a run's period.

    Args:
        connection: The reader that the run was computed on: both see the same rows.
        project: The workspace's declarations.
        run: The indicators, protected.

    Raises:
        ContentError: A check's query is wrong.
    """
    findings = read_findings(connection)
    data_date = date.fromisoformat(run.data_date)
    return Statement(
        period=str(run.period),
        measures=measure_quality(
            connection,
            project,
            run.period,
            data_date,
            findings=findings,
            checks=check_all(connection, project),
        ),
        totals=reconcile(connection, project, findings.quarantined),
        impacts=impacts(connection, project, run, read_rejected(connection, project)),
        drift=drift(connection, project, data_date),
    )


def check_all(connection: Connection, project: Project) -> list[CheckResult]:
    """Run every data check over the current rows.

    Raises:
        ContentError: A check's query is wrong.
    """
    checks = list(project.checks.values())
    counts, empty = state(connection, project, checks)
    return run_checks(connection, checks, row_counts=counts, empty_columns=empty)
