"""The words of the quarterly report for what is printed outside of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.quality.statement import empty_statement
from esg.report.lookup import read_lookup
from esg.report.numbers import Numbers
from esg.report.scope import Scope
from esg.report.wording import Words
from esg.spec.project import shipped_folder
from esg.spec.report import read_report

if TYPE_CHECKING:
    from esg.indicators.result import RunResult
    from esg.spec.project import Project
    from esg.spec.report import ReportSpec

REPORT = "quarterly"
"""Whose words, provinces and dated marks are used."""


def standalone_scope(run: RunResult, project: Project, language: str) -> Scope:
    """Return what sentences about a run are written from, without a report.

    Args:
        run: Computed and protected.
        project: The workspace's declarations.
        language: ``en`` or ``zh``.

    Raises:
        ContentError: A file of the report's folder or of the frameworks is wrong.
    """
    spec = project.reports[REPORT]
    return Scope(
        run,
        empty_statement(str(run.period)),
        spec,
        project.settings,
        Words(language, _strings(spec, language), project.settings.currency),
        read_lookup(spec.folder),
        Numbers(run),
        register=project.register,
    )


def _strings(spec: ReportSpec, language: str) -> dict[str, str]:
    """Return the report's words; the shipped ones where a workspace's own lack some."""
    templates = shipped_folder("report_templates")
    if spec.folder == templates / REPORT:
        return spec.strings[language]
    base = read_report(
        templates / REPORT, f"report_templates/{REPORT}", templates.joinpath
    )
    return base.strings[language] | spec.strings[language]
