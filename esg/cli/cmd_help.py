"""``esg help``: topics longer than a command's ``--help``."""

from __future__ import annotations

import click

CONFIG = """\
esg.toml

currency = "CNY"                 the reporting currency, a code of three letters
time_zone = "Asia/Shanghai"      times in the data are local to the institution
languages = ["zh", "en"]         of the reports
data_date = 2026-09-30           the day the data stand at; the latest day when absent

[institution]
id = "HG"
name = {zh = "…", en = "…"}

[ids]                            one of three; ids are stored as keyed hashes
key_env = "ESG_ID_KEY"           the variable that holds the key
key_file = "${HOME}/…"           or a file outside the workspace
published_key = "…"              for samples only: it protects nobody

[sources.NAME]                   a table for each source
path = "data/loan.csv"           CSV or Parquet; ${VAR} is taken from the environment
table = "loan"                   the core table; the source's name when absent
max_bad_share = 0.05             above this share of bad rows the load stops
delimiter = ","                  of a CSV
encoding = "utf-8"               utf-8, utf-16 or latin-1

[targets]                        of an indicator's first measure
"inclusion.new_citizen_share" = {value = 0.35, period = "2026Q4"}

[disclosure]                     when a number is hidden
min_n = 30                       fewer units than this behind it
min_cell = 5                     a part, or what it leaves, of 1 up to below this

A source whose columns bear our names needs no more. Another one gets a mapping
sources/NAME.sql: one select from the view 'source', which passes 'source_row' through.
Unknown keys are errors.
"""

TOPICS = {"config": CONFIG}


@click.command("help")
@click.argument("topic", type=click.Choice(tuple(TOPICS)), default="config")
def command(*, topic: str) -> None:
    """Explain a topic at length: config.

    Example:

    \b
        esg help config
    """
    click.echo(TOPICS[topic], nl=False)
