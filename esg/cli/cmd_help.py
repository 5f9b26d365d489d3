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
path = "data/loan.csv"           a file, a pattern as "data/loan-*.csv", or a folder of
                                 Parquet partitions; ${VAR} is the environment's
format = "csv"                   csv, parquet, json, ndjson, xlsx, duckdb, sqlite,
                                 postgres or mysql; by the file's name when absent
table = "loan"                   the core table; the source's name when absent
mode = "snapshot"                or incremental: only new and corrected rows, by key
max_bad_share = 0.05             above this share of bad rows the load stops
delimiter = ","                  of a CSV; quote = '"' likewise
encoding = "utf-8"               utf-8, utf-16, gb18030 or latin-1; packed by gzip or
                                 zstd is seen
sheet = "Q3"                     of a workbook; the first that is not hidden when absent
header_row = 3                   its line with the names; 1 when absent
from = "loans"                   a database's table, on a server also "schema.loans";
query = "select …"               or a select that the database answers
since = "updated_at"             with mode = "incremental": a column that only grows;
                                 rows from its last value on, and those without one,
                                 are fetched; the same row again changes nothing
url_env = "TAPE_URL"             in place of path: the variable that holds a server's
                                 address with its password (pip install 'esg[postgres]')
missing = ["N/A", "-999"]        texts that mean there is no value
currency = "USD"                 of rows whose source has no such column
time_zone = "UTC"                of times without an offset; else the institution's
codes.product = {"05" = "auto", "*" = "other"}
                                 the source's codes and ours; "*" stands for all others

[sources.NAME.inputs.OTHER]      another file that the mapping reads by the name OTHER
path = "data/codes.csv"

A table of a server, where TAPE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE

    [sources.loan]
    format = "postgres"
    url_env = "TAPE_URL"
    from = "loans"
    since = "updated_at"
    mode = "incremental"

[guard]                          personal data in text that should hold none
action = "stop"                  or mask, or off
allow = ["loan.channel"]         columns that are not looked at

[policy.PACK]                    what a policy leaves open ('esg policy show PACK')
overdue = "subsidised"

[targets]                        of an indicator's first measure
"inclusion.new_citizen_share" = {value = 0.35, period = "2026Q4"}

[disclosure]                     when a number is hidden
min_n = 30                       fewer units than this behind it
min_cell = 5                     a part, or what it leaves, of 1 up to below this

[composite]                      indices that are off by default
healthy_consumption = true

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
