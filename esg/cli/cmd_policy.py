"""``esg policy``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esg.cli.cmd_report import LANGUAGES, choose
from esg.cli.common import (
    format_option,
    known_at_option,
    open_found,
    output_option,
    period_option,
    say,
    write_frame,
    write_sheets,
)
from esg.errors import UsageError

if TYPE_CHECKING:
    from decimal import Decimal

    import polars as pl

    from esg.policy.door import Policy
    from esg.policy.explain import Explanation
    from esg.spec.period import Period
    from esg.workspace import Workspace

DEFAULT = "cn_consumer_loan_subsidy"

pack_option = click.option(
    "--pack", default=DEFAULT, show_default=True, help="A pack of 'esg policy list'."
)
language_option = click.option(
    "--lang", "languages", metavar="LIST", default="en", show_default=True,
    help="zh, en or both.",
)  # fmt: skip


@click.group("policy")
def command() -> None:
    """Dated rules: show them, apply them to loans, explain, compare, reconcile.

    \b
    Example:
        esg policy show cn_consumer_loan_subsidy --on 2026-03-31
        esg policy apply cn_consumer_loan_subsidy --format csv
        esg policy explain L0000123 --lang zh
        esg policy compare V1 V2 --by product
        esg policy reconcile --quarter 2026Q2 -o exceptions.xlsx
    """


@command.command("list")
@format_option
@output_option
@click.pass_obj
def list_(folder: str | None, *, form: str | None, output: str | None) -> None:
    """List policy packs: their versions, and how many dated rules each has.

    \b
    Example:
        esg policy list
    """
    import polars as pl  # noqa: PLC0415 - not for 'esg --help'

    project = open_found(folder).project
    names = sorted({rule.partition(".")[0] for rule in project.rules})
    rows = []
    for name in names:
        pack = project.packs.get(name)
        versions = [
            f"{v.id} {v.first_day} to {_until(v.last_day)}"
            for v in (pack.versions if pack else ())
        ]
        rows.append(
            {
                "pack": name,
                "title_en": pack.title["en"] if pack else "",
                "title_zh": pack.title["zh"] if pack else "",
                "versions": "; ".join(versions),
                "rules": sum(rule.startswith(f"{name}.") for rule in project.rules),
            }
        )
    write_frame(pl.DataFrame(rows), form, output)


@command.command("show")
@click.argument("pack")
@click.option("--on", "day", metavar="DAY", help="Values in force on it; else all.")
@language_option
@format_option
@output_option
@click.pass_obj
def show(
    folder: str | None,
    *,
    pack: str,
    day: str | None,
    languages: str,
    form: str | None,
    output: str | None,
) -> None:
    """Show a pack's dated values with their citations, and its open settings.

    \b
    Example:
        esg policy show cn_consumer_loan_subsidy --on 2025-12-31 --lang zh
    """
    import polars as pl  # noqa: PLC0415 - not for 'esg --help'

    from esg.spec.fields import suggest  # noqa: PLC0415

    project = open_found(folder).project
    packs = tuple(sorted({rule.partition(".")[0] for rule in project.rules}))
    if pack not in packs:
        raise UsageError(
            f"There is no policy pack '{pack}'{suggest(pack, packs)}.",
            hint="Run 'esg policy list' to see them.",
        )
    asked = _day(day) if day else None
    rows: list[dict[str, str]] = []
    for language in choose("--lang", languages, LANGUAGES):
        rows += [
            {
                "rule": rule.id.partition(".")[2],
                "description": rule.description[language],
                "value": value.shown,
                "unit": rule.unit,
                "from": str(value.valid_from),
                "to": _until(value.valid_to),
                "evidence": value.evidence,
                "citation": value.citation[language],
            }
            for rule in project.rules.values()
            if rule.id.startswith(f"{pack}.")
            for value in rule.values
            if asked is None or value.valid_from <= asked <= value.valid_to
        ]
        if pack in project.packs:
            chosen = project.packs[pack].chosen(project.settings.policy.get(pack, {}))
            rows += [
                {
                    "rule": setting.name,
                    "description": setting.says[language],
                    "value": chosen[setting.name],
                    "unit": "setting",
                    "from": "",
                    "to": "",
                    "evidence": "own",
                    "citation": "",
                }
                for setting in project.packs[pack].settings
            ]
    if not rows:
        say(f"No rule of '{pack}' is in force on {asked}.")
        return
    write_frame(pl.DataFrame(rows), form, output)


@command.command("apply")
@click.argument("pack", default=DEFAULT)
@format_option
@output_option
@known_at_option
@click.pass_obj
def apply(
    folder: str | None,
    *,
    pack: str,
    form: str | None,
    output: str | None,
    known_at: str | None,
) -> None:
    """Apply a policy: a row a fact, to the cent, or with its verdict and reason.

    Rows are single loans or persons: the output is for those who may see them.

    \b
    Example:
        esg policy apply cn_consumer_loan_subsidy --format csv -o facts.csv
        esg policy apply cn_collection_conduct
    """
    policy = open_found(folder, known_at).policy(pack)
    write_frame(policy.facts(), form, output)


@command.command("explain")
@click.argument("subject", metavar="ID")
@pack_option
@language_option
@known_at_option
@click.pass_obj
def explain(
    folder: str | None,
    *,
    subject: str,
    pack: str,
    languages: str,
    known_at: str | None,
) -> None:
    """Explain a loan's subsidy step by step, with the clause behind each step.

    A pack that judges explains the verdict on what it looks at: a complaint, a contact.

    \b
    Example:
        esg policy explain L0000123 --lang zh,en
        esg policy explain K0000004 --pack cn_complaint_clocks
    """
    policy = open_found(folder, known_at).policy(pack)
    for language in choose("--lang", languages, LANGUAGES):
        for each in policy.explain(subject, language):
            click.echo(_explanation(each, policy, language))


def _explanation(each: Explanation, policy: Policy, language: str) -> str:
    (_, subject), *rest = each.key
    names = [f"{name} {value}" for name, value in rest]
    if each.fact.get("spent_date") is not None:
        names.append(f"spent_date {each.fact['spent_date']}")
    text = ["  ".join(part for part in (subject, *names, each.version) if part)]
    for line in each.lines:
        text.append(f"  {_money(line.amount)}{line.says}")
        if line.citation:
            text.append(f"{'':{2 if line.amount is None else 18}}[{line.citation}]")
    mark = "：" if language == "zh" else ": "
    title = policy.pack.result_title[language]
    shown = title if each.given is not None else f"{title}{mark}{each.verdict}"
    text.append(f"  {_money(each.given)}{shown}")
    text += [f"  {_money(part.amount)}  {part.says}" for part in each.parts]
    return "\n".join(text) + "\n"


def _money(amount: Decimal | None) -> str:
    """Return an amount in its column; nothing where a policy gives none."""
    return "" if amount is None else f"{amount:>14,.2f}  "


@command.command("compare")
@click.argument("old")
@click.argument("new")
@pack_option
@click.option("--by", help="province, area, gender, income, product, sector, category.")
@period_option
@click.option(
    "--chart",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the groups too: a page (.html) or a picture (.svg).",
)
@language_option
@format_option
@output_option
@click.pass_obj
def compare(
    folder: str | None,
    *,
    old: str,
    new: str,
    pack: str,
    by: str | None,
    period: str | None,
    chart: Path | None,
    languages: str,
    form: str | None,
    output: str | None,
) -> None:
    """Give the same purchases by an old version and by a new one: who wins, who loses.

    Each version's values are applied to all purchases, whenever they were made; small
    groups are hidden.

    \b
    Example:
        esg policy compare V1 V2 --by income --quarter 2026Q2
        esg policy compare V1 V2 --by income --chart versions.html --lang zh
    """
    workspace, asked = open_found(folder), _period(period)
    if chart:
        from esg.report.compare_chart import check_kind  # noqa: PLC0415 - slow

        check_kind(chart)
    frame = workspace.policy(pack).compare(old, new, by=by, period=asked)
    if chart:
        language = choose("--lang", languages, LANGUAGES)[0]
        order = (old, new, by, asked, language, chart)
        _draw(workspace, pack, frame, order)
    write_frame(frame, form, output)


def _draw(
    workspace: Workspace,
    pack: str,
    frame: pl.DataFrame,
    order: tuple[str, str, str | None, Period | None, str, Path],
) -> None:
    from esg.report.compare_chart import (  # noqa: PLC0415 - slow
        ComparisonOrder,
        write_comparison_chart,
    )

    project = workspace.project
    specs = [s for s in project.reports.values() if s.policy and s.policy.pack == pack]
    if not specs:
        raise UsageError(
            f"No report is on the policy '{pack}', so its chart has no words.",
            hint="Add a report with 'policy' to report_templates.",
        )
    write_comparison_chart(
        frame, specs[0], project.settings.currency, ComparisonOrder(*order)
    )
    say(f"The chart is in '{order[-1]}'.")


@command.command("simulate")
@click.argument("pack", default=DEFAULT)
@click.option(
    "--set",
    "changed",
    metavar="RULE=VALUE",
    multiple=True,
    required=True,
    help="A number, 'none', or codes divided by commas; repeatable.",
)
@period_option
@format_option
@output_option
@click.pass_obj
def simulate(
    folder: str | None,
    *,
    pack: str,
    changed: tuple[str, ...],
    period: str | None,
    form: str | None,
    output: str | None,
) -> None:
    """Tell what a policy would give if a rate, cap or list were another.

    \b
    Example:
        esg policy simulate --set total_cap=5000 --set rate=0.015
        esg policy simulate --set key_areas=auto,home
    """
    values = {}
    for text in changed:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(
                f"--set holds '{text}'.", hint="Write it as --set total_cap=5000."
            )
        values[name.strip()] = value.strip()
    policy = open_found(folder).policy(pack)
    write_frame(policy.simulate(values, period=_period(period)), form, output)


@command.command("reconcile")
@pack_option
@period_option
@format_option
@output_option
@click.pass_obj
def reconcile(
    folder: str | None,
    *,
    pack: str,
    period: str | None,
    form: str | None,
    output: str | None,
) -> None:
    """Hold claims against the rule: over, under, no ground, duplicate, late.

    With a name that ends in .xlsx, the file holds the summary, the exceptions and the
    claim as the rule gives it, for each quarter and province. Exceptions are single
    loans: the output is for those who may see them.

    \b
    Example:
        esg policy reconcile --quarter 2026Q2
        esg policy reconcile -o reconciliation.xlsx
    """
    found = open_found(folder).policy(pack).reconcile(_period(period))
    if output and output.lower().endswith(".xlsx"):
        write_sheets(
            {
                "summary": found.summary,
                "exceptions": found.exceptions,
                "claims": found.claims,
            },
            output,
        )
        say(f"{found.exceptions.height:,} exceptions, in '{output}'.")
        return
    write_frame(found.summary if form == "table" else found.exceptions, form, output)


def _period(text: str | None) -> Period | None:
    from esg.spec.period import parse_period  # noqa: PLC0415 - not for 'esg --help'

    return parse_period(text) if text else None


def _until(day: date) -> str:
    return "open" if day.year == date.max.year else str(day)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"'{text}' is no day.", hint="Write it as 2026-03-31."
        ) from error
