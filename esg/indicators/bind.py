"""Adding breakdown and cluster columns to a query, through its syntax tree.

An indicator file states its query once, without dimensions; what is added here never
goes through text, so no file needs templating and no name needs quoting by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from esg.errors import ContentError
from esg.indicators.parts import adds_up, small_parts, without_period
from esg.spec.indicator import NO, YES, YES_OR_NO
from esg.stats.intervals import critical_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from esg.spec.indicator import Indicator, Measure
    from esg.spec.project import Mart

DIALECT = "duckdb"
UNKNOWN = "unknown"
"""Segment of those whose attribute is missing."""
WHOLE = "all"
"""Dimension and segment of the whole."""
PAIR = "×"
"""Stands between the two breakdowns of a pair, and between the two values of its
segments."""


@lru_cache(maxsize=1024)
def parse(sql: str, where: str) -> exp.Query:
    """Return the syntax tree of one select statement.

    Raises:
        ContentError: The text is no single select.
    """
    try:
        statements = [s for s in sqlglot.parse(sql, read=DIALECT) if s is not None]
    except SqlglotError as error:
        # sqlglot's first line says what; its following lines repeat the query.
        reason = str(error).splitlines()[0].rstrip(".")
        raise ContentError(
            f"{where}: the SQL cannot be read: {reason}.", hint="Mend the query."
        ) from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ContentError(
            f"{where}: the file holds {len(statements)} statements, not one select.",
            hint="Leave a single select statement.",
        )
    return statements[0]


@lru_cache(maxsize=1024)
def tables_in(sql: str, where: str) -> frozenset[str]:
    """Return the names of tables a query reads, without those it defines itself."""
    tree = parse(sql, where)
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return frozenset(table.name for table in tree.find_all(exp.Table)) - own


def bind(indicator: Indicator, *, dimensions: tuple[str, ...]) -> str:
    """Return an indicator's SQL for the whole and for each breakdown, in one scan.

    Args:
        indicator: The declaration.
        dimensions: Breakdowns beside the whole; two joined by ``PAIR`` are crossed.

    Returns:
        SQL giving ``dimension``, ``segment`` and the query's own columns.

    Raises:
        ContentError: The query is no ``select period, … group by all``.
    """
    tree = _last_select(indicator)
    common = [_period_of(tree.expressions, indicator)]
    small = small_parts(tree, _split(dimensions))
    if small is not None:
        tree, common = small, [exp.column("period")]
    added = _labels(dimensions)
    for measure in indicator.measures:
        if measure.kind == "quantile":
            added.extend(_quantile_bounds(tree, measure, indicator.where))
    tree.set("expressions", [*added, *tree.expressions])
    tree.set("group", _grouping(common, dimensions))
    return tree.sql(dialect=DIALECT)


@dataclass(frozen=True)
class ClusterRows:
    """SQL of an indicator's rows with their clusters, and what sums them up."""

    sql: str
    """Gives ``period``, ``cluster`` (a whole number, null where there is none), the
    columns of ``keys`` and the query's own."""
    keys: tuple[str, ...]
    """Columns that say what kind a row is of; none where there are no breakdowns."""
    groups: dict[str, str]
    """Names and SQL over the keys: a hash of dimension and segment, for the whole and
    for each breakdown."""
    is_apart: bool
    """Whether each row is one cluster's only one in its period."""
    counts: frozenset[str]
    """Those of the query's own columns that hold whole numbers."""


def bind_clusters(
    indicator: Indicator, *, dimensions: tuple[str, ...], cluster: str
) -> ClusterRows:
    """Return an indicator's rows by cluster, with the groups that each belongs to.

    Where all columns add up, a row stands for a cluster's rows of one kind, whatever
    the number of breakdowns. Else the clusters of each group are rows of their own.

    Args:
        indicator: The declaration.
        dimensions: Breakdowns beside the whole; two joined by ``PAIR`` are crossed.
        cluster: A column of the query's outer source.

    Raises:
        ContentError: The query is no ``select period, … group by all``.
    """
    tree = _last_select(indicator)
    period = _period_of(tree.expressions, indicator)
    tree.set("expressions", _of_cluster(tree.expressions, indicator, cluster))
    own = without_period(tree.expressions)
    counts = frozenset(
        each.alias_or_name for each in own if adds_up(each) and not each.find(exp.Sum)
    )
    unit = exp.alias_(_number_of(cluster), "cluster")
    is_sum = all(map(adds_up, own))
    if is_sum:
        whole = exp.Literal.string(WHOLE)
        kinds: list[tuple[exp.Expr, exp.Expr]] = [(whole, whole.copy())]
        kinds += [
            (exp.Literal.string(name), _segment(parts_of(name))) for name in dimensions
        ]
        keys = tuple(_split(dimensions))
        tree.set("expressions", [*map(exp.column, keys), unit, *tree.expressions])
        number: exp.Expr = exp.column("cluster")
    else:
        keys = ("dimension", "segment")
        kinds = [(exp.column("dimension"), exp.column("segment"))]
        tree.set("expressions", [*_labels(dimensions), unit, *tree.expressions])
        tree.set("group", _grouping([period, unit.this.copy()], dimensions))
        number = _number_of("cluster", exp.column("dimension"), exp.column("segment"))
    groups = {
        f"group_{nth}": exp.Anonymous(this="hash", expressions=list(kind))
        for nth, kind in enumerate(kinds)
    }
    rows = exp.select(
        exp.column("period"),
        exp.alias_(number, "cluster"),
        *map(exp.column, keys),
        *(exp.column(each.alias_or_name) for each in own),
    ).from_(tree.subquery("part"))
    return ClusterRows(
        sql=rows.sql(dialect=DIALECT),
        keys=keys,
        groups={name: group.sql(dialect=DIALECT) for name, group in groups.items()},
        is_apart=not (is_sum and dimensions),
        counts=counts,
    )


def _last_select(indicator: Indicator) -> exp.Select:
    """Return a copy of an indicator's query, which ends in a grouped select.

    Raises:
        ContentError: It does not.
    """
    tree = parse(indicator.sql, indicator.where).copy()
    if not isinstance(tree, exp.Select):
        raise ContentError(
            f"{indicator.where}: the query's last part is no plain select.",
            hint="End it with 'select period, … from … group by all'.",
        )
    group = tree.args.get("group")
    if group is None or not group.args.get("all"):
        raise ContentError(
            f"{indicator.where}: the last select lacks 'group by all'.",
            hint="Breakdowns add a column, so the grouping must follow the select "
            "list: write 'group by all'.",
        )
    return tree


def _period_of(projections: list[exp.Expr], indicator: Indicator) -> exp.Expr:
    for projection in projections:
        if projection.alias_or_name == "period":
            return projection.unalias().copy()
    raise ContentError(
        f"{indicator.where}: the last select gives no column 'period'.",
        hint="Start its list with 'period', as the marts carry it.",
    )


def _labels(dimensions: tuple[str, ...]) -> list[exp.Expr]:
    """Return the projections that say which breakdown and group a row is of."""
    whole = exp.Literal.string(WHOLE)
    if not dimensions:
        return [exp.alias_(whole, "dimension"), exp.alias_(whole.copy(), "segment")]
    dimension, segment = exp.Case(default=whole), exp.Case(default=whole.copy())
    # A pair first: where both of its columns are grouped, each single one is as well.
    for name in sorted(dimensions, key=lambda name: PAIR not in name):
        parts = parts_of(name)
        is_grouped = exp.and_(*(_is_grouped(part) for part in parts))
        # In place: the builder's own copy of all before it would make this quadratic.
        dimension.when(is_grouped.copy(), exp.Literal.string(name), copy=False)
        segment.when(is_grouped, _segment(parts), copy=False)
    return [
        exp.alias_(dimension, "dimension", copy=False),
        exp.alias_(segment, "segment", copy=False),
    ]


def parts_of(dimension: str) -> list[str]:
    """Return the breakdowns of a dimension: one, or the two of a pair."""
    return dimension.split(PAIR)


def _key(name: str) -> exp.Expr:
    """Return what a breakdown is grouped by.

    A text is grouped by as it is shown: a source that writes the word for what it does
    not know has one group of unknown with those who left it blank.
    """
    column = exp.column(name)
    if name in YES_OR_NO:
        return column
    text = exp.cast(column, "varchar")
    return exp.Coalesce(this=text, expressions=[exp.Literal.string(UNKNOWN)])


def _label(name: str) -> exp.Expr:
    """Return a group's name, from what it is grouped by."""
    if name not in YES_OR_NO:
        return _key(name)
    column, unknown = exp.column(name), exp.Literal.string(UNKNOWN)
    yes, no = exp.Literal.string(YES), exp.Literal.string(NO)
    return exp.Case(default=unknown).when(column, yes).when(exp.not_(column), no)


def _is_grouped(name: str) -> exp.Expr:
    return exp.EQ(
        this=exp.Anonymous(this="grouping", expressions=[_key(name)]),
        expression=exp.Literal.number(0),
    )


def _segment(parts: list[str]) -> exp.Expr:
    if len(parts) == 1:
        return _label(parts[0])
    # No value may hold the sign: else one value could read as the two of a pair.
    sign, plain = exp.Literal.string(PAIR), exp.Literal.string("x")
    halves = [
        exp.func("replace", _label(part), sign.copy(), plain.copy()) for part in parts
    ]
    return exp.func("concat", halves[0], sign, *halves[1:])


def _grouping(common: list[exp.Expr], dimensions: tuple[str, ...]) -> exp.Group:
    sets = [
        exp.Tuple(expressions=[*(part.copy() for part in common), *more])
        for more in (
            [],
            *([_key(part) for part in parts_of(name)] for name in dimensions),
        )
    ]
    return exp.Group(grouping_sets=[exp.GroupingSets(expressions=sets)])


def _of_cluster(
    projections: list[Any], indicator: Indicator, cluster: str
) -> list[Any]:
    """Return the period and what the measures of one cluster divide."""
    wanted = {"period"}
    for measure in indicator.measures:
        if measure.cluster == cluster and measure.denominator:
            wanted |= {measure.numerator, measure.denominator}
    return [each for each in projections if each.alias_or_name in wanted]


def _split(dimensions: tuple[str, ...]) -> list[str]:
    """Return the breakdowns that some dimensions are made of, each once."""
    return list(dict.fromkeys(p for name in dimensions for p in parts_of(name)))


def _number_of(cluster: str, *within: exp.Expr) -> exp.Expr:
    """Return a hash of a column and of what it lies within, null where it is.

    Ids are long words. Of ten million, two have one hash of 64 bits in one run of
    370,000.
    """
    column = exp.column(cluster)
    return exp.Case(
        ifs=[
            exp.If(
                this=exp.Not(this=exp.Is(this=column, expression=exp.Null())),
                true=exp.Anonymous(this="hash", expressions=[column.copy(), *within]),
            )
        ]
    )


def _quantile_bounds(tree: exp.Select, measure: Measure, where: str) -> list[exp.Expr]:
    """Return two projections: the order statistics that bound a quantile.

    Distribution-free: the count of values below the true quantile is binomial.

    Source:
        David & Nagaraja (2003), Order Statistics, 3rd ed., section 7.1, with the
        normal approximation of the binomial ranks.
    """
    for projection in tree.expressions:
        if projection.alias_or_name == measure.numerator:
            found = projection.find(exp.PercentileCont)
            break
    else:
        found = None
    if found is None or measure.quantile is None:
        raise ContentError(
            f"{where}: the column '{measure.numerator}' of measure '{measure.name}' "
            "is no quantile_cont(…).",
            hint="Write 'quantile_cont(value, q) as name'.",
        )
    values, q = found.this.sql(dialect=DIALECT), measure.quantile
    condition = f"{values} is not null"
    if isinstance(found.parent, exp.Filter):
        condition += f" and ({found.parent.expression.this.sql(dialect=DIALECT)})"
    count = f"count(*) filter (where {condition})"
    spread = f"{critical_value()} * sqrt({count} * {q} * {1 - q})"
    ordered = f"list_sort(list({values}) filter (where {condition}))"
    ranks = {
        "low": f"greatest(1, floor({count} * {q} - {spread}))",
        "high": f"least({count}, ceil({count} * {q} + {spread}) + 1)",
    }
    return [
        exp.alias_(
            sqlglot.parse_one(
                f"list_extract({ordered}, cast({rank} as bigint))", read=DIALECT
            ),
            f"{measure.numerator}__{end}",
        )
        for end, rank in ranks.items()
    ]


def marts_in_order(wanted: Iterable[str], marts: dict[str, Mart]) -> list[Mart]:
    """Return the marts that tables named need, each after those it reads.

    Args:
        wanted: Table names as queries use them; names of core tables pass by.
        marts: All marts by name.

    Raises:
        ContentError: Marts read each other in a circle.
    """
    return [marts[name] for name in names_in_order(wanted, marts, {})]


def names_in_order(
    wanted: Iterable[str],
    marts: dict[str, Mart],
    computed: Mapping[str, AbstractSet[str]],
    standing: AbstractSet[str] = frozenset(),
) -> list[str]:
    """Return what must be made for tables named, each name after those it reads.

    Args:
        wanted: Table names as queries use them; names of core tables pass by.
        marts: All marts by name.
        computed: What each table reads that SQL alone cannot make, by its name.
        standing: Names of what is made already; it passes by, with all it read.

    Raises:
        ContentError: Marts read each other in a circle.
    """
    ordered: dict[str, None] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in ordered or name in standing:
            return
        mart = marts.get(name)
        if mart is None and name not in computed:
            return
        if name in path:
            circle = " → ".join((*path, name))
            where = next(marts[each].where for each in path if each in marts)
            raise ContentError(
                f"{where}: marts read each other in a circle: {circle}.",
                hint="Let one of them read core tables instead.",
            )
        reads = tables_in(mart.sql, mart.where) if mart else computed[name]
        for inner in sorted(reads):
            visit(inner, (*path, name))
        ordered[name] = None

    for name in sorted(wanted):
        visit(name, ())
    return list(ordered)
