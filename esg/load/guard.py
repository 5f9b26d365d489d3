"""Looking through text for personal data: identity numbers, mobiles, cards, mail.

A number counts where nothing but a letter or digit of ASCII does not touch it, so that
one inside a hash is none and one between Chinese characters is. Identity numbers and
cards must pass their check digit as well.

Sources:
    GB 11643-1999, sections 4 and 5: identity numbers and their check digit (ISO 7064,
    MOD 11-2). ISO/IEC 7812-1, annex B: the Luhn check digit of card numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.engine.duck import fetch_row, quote_name

if TYPE_CHECKING:
    from esg.engine.duck import Connection

KINDS = ("resident_id", "mobile", "bank_card", "email")

CHANCE = 0.3
"""Of cells that are nothing but a number as long as a card's, one in ten passes Luhn by
chance; a column of cards passes in all of them. Above this share it holds cards."""

FEW = 20
"""Below so many such cells, a share tells nothing and each that passes counts."""

_SHORTEST_NUMBER = 11  # digits of a mobile number
_LONG_NUMBER = (
    r"(?:^|[^0-9A-Za-z])[0-9０-９](?:[ \-]?[0-9０-９]){10,18}[Xx]?(?:$|[^0-9A-Za-z])"
)
"""What every number looked for looks like: from a mobile's 11 digits to a card's 19."""

_EDGE = "chr(1)"  # stands behind every sign, so that neighbours share no boundary
_GAP = "[ \\-]?\x01?"
_RESIDENT = r"[1-8][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]"
_MOBILE = rf"(?:(?:\+?\x01?|00)86{_GAP})?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}"
_CARD = (
    rf"[0-9]{{4}}{_GAP}[0-9]{{4,6}}{_GAP}[0-9]{{4,5}}{_GAP}"
    rf"[0-9]{{0,4}}{_GAP}[0-9]{{0,3}}"
)
_MAIL = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}"
_ISSUER = (
    "^(62[0-9]{14,17}|4[0-9]{12}|4[0-9]{15}|4[0-9]{18}|5[1-5][0-9]{14}"
    "|2[2-7][0-9]{14}|3[47][0-9]{13}|35[0-9]{14}|60[0-9]{14}|6[4-7][0-9]{14})$"
)
_PROVINCE = "^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"

_MACROS = f"""
create or replace temp macro guard_plain(t) as regexp_replace(
    translate(t, '０１２３４５６７８９＠', '0123456789@'),
    '([^0-9A-Za-z])', '\\1' || {_EDGE}, 'g'
);
create or replace temp macro guard_all(t, pattern) as regexp_extract_all(
    t, '(?:^|[^0-9A-Za-z])(' || pattern || ')(?:$|[^0-9A-Za-z])', 1
);
create or replace temp macro guard_is_resident(c) as
    regexp_matches(c, '{_PROVINCE}')
    and try_strptime(c[7:14], '%Y%m%d') between date '1900-01-01' and current_date
    and upper(c[18]) = '10X98765432'[1 + cast(list_sum(list_transform(
        [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2],
        lambda weight, nth: weight * cast(c[nth] as integer)
    )) % 11 as integer)];
create or replace temp macro guard_is_card(c) as
    regexp_matches(c, '{_ISSUER}')
    and list_sum(list_transform(
        string_split(reverse(c), ''),
        lambda digit, nth: case when nth % 2 = 1 then cast(digit as integer)
            when cast(digit as integer) > 4 then cast(digit as integer) * 2 - 9
            else cast(digit as integer) * 2 end
    )) % 10 = 0;
create or replace temp macro guard_resident_ids(t) as list_filter(
    guard_all(t, '{_RESIDENT}'), lambda c: guard_is_resident(c)
);
create or replace temp macro guard_mobiles(t) as guard_all(t, '{_MOBILE}');
create or replace temp macro guard_cards(t) as list_filter(
    guard_all(t, '{_CARD}'),
    lambda c: guard_is_card(regexp_replace(c, '[^0-9]', '', 'g'))
);
create or replace temp macro guard_mails(t) as regexp_extract_all(
    replace(t, {_EDGE}, ''), '{_MAIL}'
);
create or replace temp macro guard_kind(t) as case
    when len(guard_resident_ids(guard_plain(t))) > 0 then 'resident_id'
    when len(guard_mobiles(guard_plain(t))) > 0 then 'mobile'
    when len(guard_cards(guard_plain(t))) > 0 then 'bank_card'
    when len(guard_mails(guard_plain(t))) > 0 then 'email'
end;
create or replace temp macro guard_without(t, found, kind) as list_reduce(
    list_prepend(t, found), lambda rest, one: replace(rest, one, '[' || kind || ']')
);
create or replace temp macro guard_mask(t) as case
    when guard_kind(t) is null then t
    else (
        select guard_without(
            replace(cards, {_EDGE}, ''), guard_mails(cards), 'email'
        )
        from (select guard_without(mobiles, guard_cards(mobiles), 'bank_card') as cards
        from (select guard_without(ids, guard_mobiles(ids), 'mobile') as mobiles
        from (select guard_without(
            plain, guard_resident_ids(plain), 'resident_id'
        ) as ids from (select guard_plain(t) as plain))))
    )
end;
"""  # noqa: S608 - every pattern stands above


@dataclass(frozen=True)
class Finding:
    """Personal data of one kind in one column."""

    column: str
    kind: str
    rows: int
    first_row: int
    """The place of the first such row in the table, from 1."""


def create_guard_macros(connection: Connection) -> None:
    """Create the macros ``guard_kind(text)`` and ``guard_mask(text)``.

    The first gives the kind of what is found first, by the order of ``KINDS``, or null;
    the second the text with every value found replaced by its kind in brackets. A text
    in which nothing is found comes back as it is.
    """
    connection.execute(_MACROS)


def might_hold(name: str) -> str:
    """Return SQL of a cheap test that every text with personal data passes.

    Short texts, and words without a number as long as a mobile's, cost no more.
    """
    # A full-width digit takes three bytes, so that its text is long enough as well. The
    # case keeps the expression from short texts; 'and' would not.
    return (
        f"(contains({name}, '@') or contains({name}, '＠') or "
        f"case when strlen({name}) >= {_SHORTEST_NUMBER} "
        f"then regexp_matches({name}, '{_LONG_NUMBER}') else false end)"
    )


def findings(connection: Connection, table: str, columns: list[str]) -> list[Finding]:
    """Return what personal data a table's text columns hold, by one scan.

    A number in a free text counts. Of cells that are nothing but a number as long as a
    card's, those that pass the check digit count when they are more than ``CHANCE`` of
    them, or when there are fewer than ``FEW``: an invented account number passes one
    time in ten.

    Args:
        connection: With the macros of ``create_guard_macros``.
        table: A table, whose ``rowid`` is the order of its rows.
        columns: Its text columns.

    Returns:
        By column, then in the order of ``KINDS``.
    """
    suspects = _suspects(connection, table, columns)
    if not suspects:
        return []
    inner, outer = [], []
    for at, column in enumerate(suspects):
        name = quote_name(column)
        inner.append(
            f"case when {might_hold(name)} then guard_kind({name}) end as k{at}"
        )
        inner.append(
            f"strlen({name}) between 13 and 19 "
            f"and regexp_full_match({name}, '[0-9]+') as n{at}"
        )
        for wanted in KINDS:
            test = f"k{at} = '{wanted}'"
            outer.append(f"count(*) filter ({test})")
            outer.append(f"min(place) filter ({test})")
        outer.append(f"count(*) filter (n{at})")
        outer.append(f"count(*) filter (n{at} and k{at} = 'bank_card')")
    some = " or ".join(might_hold(quote_name(column)) for column in suspects)
    row = fetch_row(
        connection,
        f"select {', '.join(outer)} "  # noqa: S608
        f"from (select rowid + 1 as place, {', '.join(inner)} from {table} "
        f"where {some})",
    )
    values = list(row or ())
    found = []
    width = 2 * len(KINDS) + 2
    for at, column in enumerate(suspects):
        part = values[at * width : (at + 1) * width]
        numbers, passing = part[-2:]
        for place, kind in enumerate(KINDS):
            rows, first = part[2 * place : 2 * place + 2]
            by_chance = numbers >= FEW and passing <= CHANCE * numbers
            if kind == "bank_card" and by_chance:
                rows -= passing
            if rows:
                found.append(Finding(column, kind, rows, first))
    return found


def _suspects(connection: Connection, table: str, columns: list[str]) -> list[str]:
    """Return the columns in which any text might hold personal data.

    Asked first and apart: in most tables none does, and the exact test costs ten times
    as much even where it is never reached.
    """
    if not columns:
        return []
    some = ", ".join(f"bool_or({might_hold(quote_name(name))})" for name in columns)
    row = fetch_row(connection, f"select {some} from {table}")  # noqa: S608
    return [name for name, may in zip(columns, row or (), strict=True) if may]
