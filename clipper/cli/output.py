"""What reaches the terminal: one function for page text, and the forms that rows can take."""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

# Control, format, surrogate and private characters, and the two Unicode line ends: none of them
# may move the cursor, colour the terminal or turn the text around.
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
LIMIT = 200
NARROWEST = 16  # columns that a column of a table keeps
Row = Mapping[str, Any]


def safe(text: object, *, limit: int = LIMIT) -> str:
    """Page text as it may be printed on a terminal: one line, escaped, at most `limit` long."""
    line = UNSAFE.sub(_escaped, re.sub(r"\s+", " ", str(text)).strip())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def reader_of(extractor: str | None, rule: str | None) -> str:
    """Who read a text: the extractor, and the site rule that had its say."""
    return safe(f"{extractor or 'nobody'}{f' with the rule {rule}' if rule else ''}")


def safe_block(text: str) -> str:
    """Several lines of page text, each as it may be printed, at any length."""
    return re.sub(r"[^\n\t]", lambda match: UNSAFE.sub(_escaped, match[0]), text)


def complain(message: str) -> None:
    """One line about an error, on stderr."""
    click.echo(f"Error: {safe(message, limit=600)}", err=True)


def remark(message: str) -> None:
    """One line of chatter, on stderr."""
    click.echo(safe(message, limit=600), err=True)


def counted(number: int, noun: str, several: str | None = None) -> str:
    """`1 word`, `1,234 words`."""
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


def width(text: str) -> int:
    """How many columns the text takes on a terminal: two for a wide character, none for a mark on one."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def columns_of_terminal() -> int:
    """How wide the terminal is; $COLUMNS overrides."""
    import shutil

    return shutil.get_terminal_size().columns


def in_colour() -> bool:
    """Whether colours and bold letters are wanted: on a terminal, unless $NO_COLOR is set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def clipped(text: str, columns: int) -> str:
    """The text cut to that many columns of a terminal."""
    if width(text) <= columns:
        return text
    kept, used = [], 1
    for character in text:
        used += width(character)
        if used > columns:
            break
        kept.append(character)
    return "".join(kept) + "…"


def day_and_minute(moment: datetime | None) -> str:
    """`2026-11-24 08:30`, in UTC; empty for none."""
    return moment.strftime("%Y-%m-%d %H:%M") if moment else ""


def print_rows(rows: Iterable[Row], *, form: str | None, columns: Sequence[str]) -> None:
    """Print rows in the form asked for; `columns` are those of the table and of CSV."""
    if form == "json":
        _print_json(rows)
    elif form == "nl":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False, default=_plain))
    elif form == "csv":
        _print_csv(rows, columns)
    else:
        _print_table(list(rows), columns)


def csv_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(_plain(value) if isinstance(value, datetime) else value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _print_json(rows: Iterable[Row]) -> None:
    """A list, one object a line, written as the rows come."""
    separator = "["
    for row in rows:
        click.echo(separator + json.dumps(row, ensure_ascii=False, default=_plain), nl=False)
        separator = ",\n "
    click.echo("]" if separator != "[" else "[]")


def _print_csv(rows: Iterable[Row], columns: Sequence[str]) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([csv_cell(row.get(column)) for column in columns])


def _print_table(rows: list[Row], columns: Sequence[str]) -> None:
    """Columns under their names; the widest gives way until a line fits the terminal."""
    if not rows:
        return
    cells = [[safe(_shown(row.get(column))) for column in columns] for row in rows]
    widths = [max(map(width, [name, *column])) for name, column in zip(columns, zip(*cells, strict=True), strict=True)]
    if sys.stdout.isatty():
        fit(widths, columns_of_terminal())
    for line in [list(columns), *cells]:
        parts = [_padded(clipped(cell, size), size) for cell, size in zip(line, widths, strict=True)]
        click.echo("  ".join(parts).rstrip())


def fit(widths: list[int], available: int) -> None:
    """Narrow the widest columns; the last one, an address or a reason, stays whole and may wrap."""
    first = widths[:-1]
    while first and sum(widths) + 2 * (len(widths) - 1) > available and max(first) > NARROWEST:
        widest = first.index(max(first))
        first[widest] -= 1
        widths[widest] -= 1


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def _shown(value: object) -> object:
    if isinstance(value, datetime):
        return day_and_minute(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else value


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
