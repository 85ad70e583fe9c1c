"""Lines of a host that only one of its pages had: most of what there is, at nine bytes each beside all others of that page.

Until a second page has a line, nobody asks for it; as a row with its indexes it took a hundred and fifty bytes, and
filing a page a quarter of the time. A row of `site_lone_lines` has the lines of one page that no earlier one had: eight
bytes of each digest, one line after the other, and then a byte for the place of each.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["ELSEWHERE", "NUMBERS", "LoneLine", "count", "drop", "find", "forget", "keep", "merge"]

NUMBERS = {"above": 0, "within": 1, "below": 2}  # of the places, seen from the article
ELSEWHERE = 3
BYTES = 8  # of a digest
EACH = BYTES + 1


class LoneLine(NamedTuple):
    """Where and when the one page had it; of two pages, in archives that are merged, the later one counts."""

    turn: int  # of the page among those of its host
    seen_at: str
    place: int  # its number


def keep(connection: sqlite3.Connection, host: str, turn: int, seen_at: str, lines: list[tuple[str, int]]) -> None:
    """Keep the lines, as (digest, number of the place), that only this page of the host had."""
    if lines:
        packed = bytes.fromhex("".join([digest for digest, _ in lines])) + bytes([place for _, place in lines])
        connection.execute("INSERT INTO site_lone_lines VALUES (?, ?, ?, ?)", (host, turn, seen_at, packed))


def find(connection: sqlite3.Connection, host: str, digests: Iterable[str]) -> dict[str, LoneLine]:
    """Those of the lines that one earlier page of the host had."""
    wanted = list(digests)
    names = dict(zip(_numbers(bytes.fromhex("".join(wanted))), wanted, strict=True))
    found: dict[str, LoneLine] = {}
    missing = set(names)
    for turn, seen_at, lines in _rows(connection, host):
        end = len(lines) // EACH * BYTES
        numbers = _numbers(lines[:end])
        for number in missing.intersection(numbers):
            found[names[number]] = LoneLine(turn, seen_at, min(lines[end + numbers.index(number)], ELSEWHERE))
            missing.remove(number)
    return found


def forget(connection: sqlite3.Connection, host: str, *, until: int, most: int) -> None:
    """Forget the lines of the pages up to that turn, and of those before the last `most` lines."""
    connection.execute("DELETE FROM site_lone_lines WHERE host = ? AND turn <= ?", (host, until))
    connection.execute(
        "DELETE FROM site_lone_lines WHERE host = ?1 AND (turn, seen_at) IN (SELECT turn, seen_at FROM"
        " (SELECT turn, seen_at, sum(length(lines)) OVER (ORDER BY turn DESC, seen_at DESC) AS bytes"
        " FROM site_lone_lines WHERE host = ?1) WHERE bytes > ?2)",
        (host, most * EACH),
    )


def drop(connection: sqlite3.Connection, host: str) -> None:
    """Forget all of a host."""
    connection.execute("DELETE FROM site_lone_lines WHERE host = ?", (host,))


def count(connection: sqlite3.Connection, host: str) -> int:
    """How many lines of one page only are kept of a host."""
    return len(_all(connection, host).keys() - _shared(connection, host))


def merge(connection: sqlite3.Connection, other: sqlite3.Connection, host: str) -> None:
    """Take over what another archive has, in any order and once; what either counts on more pages stays counted."""
    ours, theirs = _all(connection, host), _all(other, host)
    merged = {
        digest: max(had[digest] for had in (ours, theirs) if digest in had)
        for digest in (ours.keys() | theirs.keys()) - _shared(connection, host)
    }
    if merged == ours:
        return
    drop(connection, host)
    pages: dict[tuple[int, str], list[tuple[str, int]]] = {}
    for digest, line in sorted(merged.items()):
        pages.setdefault((line.turn, line.seen_at), []).append((digest, line.place))
    for (turn, seen_at), lines in pages.items():
        keep(connection, host, turn, seen_at, lines)


def _all(connection: sqlite3.Connection, host: str) -> dict[str, LoneLine]:
    found: dict[str, LoneLine] = {}
    for turn, seen_at, lines in _rows(connection, host):
        end = len(lines) // EACH * BYTES
        for at, place in zip(range(0, end, BYTES), lines[end:], strict=False):
            found.setdefault(lines[at : at + BYTES].hex(), LoneLine(turn, seen_at, min(place, ELSEWHERE)))
    return found


def _rows(connection: sqlite3.Connection, host: str) -> list[tuple[int, str, bytes]]:
    """The pages with lines of their own, the latest first."""
    return connection.execute(
        "SELECT turn, seen_at, lines FROM site_lone_lines WHERE host = ? ORDER BY turn DESC, seen_at DESC", (host,)
    ).fetchall()


def _shared(connection: sqlite3.Connection, host: str) -> set[str]:
    """The lines that are counted, since several pages have them."""
    return {digest for (digest,) in connection.execute("SELECT digest FROM site_blocks WHERE host = ?", (host,))}


def _numbers(digests: bytes) -> list[int]:
    """Digests as this machine's numbers: to compare, never to store."""
    return memoryview(digests).cast("Q").tolist()
