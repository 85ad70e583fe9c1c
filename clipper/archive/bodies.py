"""Bytes, by their sha256, each version of a page compressed against the one before it.

zstd with the bytes of another body as raw-content dictionary ("prefix"); whole at least every 32,
so that reading one body needs at most 31 others and 12 MB, and wherever the gain is gone. Measured
on real series of captures: 12.2 times smaller than gzip per record with revisits (without the limit
of 12 MB 17.9 times, and the latest version of a large page takes twice as long as 1.6 ms).
"""

from __future__ import annotations

import sqlite3
import sys
from hashlib import sha256
from types import ModuleType
from typing import cast

from clipper.errors import ArchiveError

__all__ = ["WHOLE_EVERY", "drop_if_unused", "load", "name_of", "packed", "read", "remove_if_unused", "store", "there"]

LEVEL = 9  # on 925 KB against the version before: 5 ms; level 3 takes 1.3 ms and half as much again
# Of 1,055 real pages, each on its own, level 5 takes .72 ms and leaves 16.40 % of the size; 4: .43 and 17.12, 6: .92 and 16.09.
WHOLE_LEVEL = 5
WHOLE_EVERY = 32
MOST_UNPACKED = 12_000_000  # bytes of all the bodies that reading one needs
SMALL = 64  # zstd's frame would be larger
PLAINLY_WORTH_IT = 0.02  # of its size against its base: a whole one cannot come near
GAIN = 0.8  # against its base at most this part of the whole one, or it is stored whole (levels differ by 2 % there)
MAX_WINDOW_LOG = 27  # what every zstd decoder accepts without being asked


def name_of(body: bytes) -> str:
    """The name that bytes go by: their sha256, in hex."""
    return sha256(body).hexdigest()


def there(connection: sqlite3.Connection, name: str) -> bool:
    """Whether the bytes of that sha256 are kept."""
    return connection.execute("SELECT 1 FROM bodies WHERE sha256 = ?", (name,)).fetchone() is not None


def packed(body: bytes) -> tuple[str, bytes]:
    """Bytes as they stand alone: the codec and the data."""
    if len(body) < SMALL:
        return "raw", body
    whole = _compressed(body, None)
    return ("zstd", whole) if len(whole) < len(body) else ("raw", body)


def store(connection: sqlite3.Connection, body: bytes, *, base: str | None = None, name: str | None = None) -> str:
    """Keep `body`, against the body named `base` if that helps; its sha256, which is `name` if the caller has it already."""
    name = name or name_of(body)
    if connection.execute("SELECT 1 FROM bodies WHERE sha256 = ?", (name,)).fetchone():
        return name
    codec, base, depth, data = _encoded(connection, body, base)
    connection.execute(
        "INSERT INTO bodies (sha256, size, stored, codec, base, depth, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (name, len(body), len(data), codec, base, depth, data),
    )
    return name


def read(connection: sqlite3.Connection, name: str) -> bytes:
    """The bytes whose sha256 is `name`; `ArchiveError` if missing or not what they were."""
    chain: list[tuple[str, str, bytes]] = []
    wanted: str | None = name
    while wanted is not None:
        row = connection.execute("SELECT codec, base, data FROM bodies WHERE sha256 = ?", (wanted,)).fetchone()
        if row is None:
            raise ArchiveError(f"the bytes {wanted} are not in the archive")
        if len(chain) > 2 * WHOLE_EVERY:
            raise ArchiveError(f"the bytes {name} are damaged: their bases lead in a circle")
        chain.append((row[0], wanted, row[2]))
        wanted = row[1]
    body = b""
    for codec, part, data in reversed(chain):
        body = _decoded(codec, data, body, part)
    if sha256(body).hexdigest() != name:
        raise ArchiveError(f"the bytes {name} are damaged: they have another sha256; `clip verify` tells more")
    return body


def drop_if_unused(connection: sqlite3.Connection, name: str) -> bool:
    """Delete the body if no snapshot, check, text, asset or other body needs it."""
    leant_on = connection.execute("SELECT 1 FROM bodies WHERE base = ? LIMIT 1", (name,)).fetchone()
    if leant_on or _named(connection, name):
        return False
    connection.execute("DELETE FROM bodies WHERE sha256 = ?", (name,))
    return True


def remove_if_unused(connection: sqlite3.Connection, name: str) -> bool:
    """Delete the body if no row names it; those that lean on it lean on its own base from now on."""
    if _named(connection, name):
        return False
    row = connection.execute("SELECT base FROM bodies WHERE sha256 = ?", (name,)).fetchone()
    if row is None:
        return False
    for (leaning,) in connection.execute("SELECT sha256 FROM bodies WHERE base = ?", (name,)).fetchall():
        codec, base, depth, data = _encoded(connection, read(connection, leaning), row[0])
        connection.execute(
            "UPDATE bodies SET codec = ?, base = ?, depth = ?, data = ?, stored = ? WHERE sha256 = ?",
            (codec, base, depth, data, len(data), leaning),
        )
        _set_depths(connection, leaning, depth)
    connection.execute("DELETE FROM bodies WHERE sha256 = ?", (name,))
    return True


def _named(connection: sqlite3.Connection, name: str) -> bool:
    """Whether a row of another table names the body."""
    found = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM snapshots WHERE body_sha256 = :name)"
        " OR EXISTS (SELECT 1 FROM checks WHERE body_sha256 = :name)"
        " OR EXISTS (SELECT 1 FROM texts WHERE packed_sha256 = :name)"
        " OR EXISTS (SELECT 1 FROM assets WHERE body_sha256 = :name)",
        {"name": name},
    )
    return bool(found.fetchone()[0])


def _set_depths(connection: sqlite3.Connection, name: str, depth: int) -> None:
    """Count anew how many bodies those above `name` need; a body is never deeper than before."""
    todo = [(name, depth)]
    while todo:
        below, depth = todo.pop()
        for (leaning,) in connection.execute("SELECT sha256 FROM bodies WHERE base = ?", (below,)).fetchall():
            connection.execute("UPDATE bodies SET depth = ? WHERE sha256 = ?", (depth + 1, leaning))
            todo.append((leaning, depth + 1))


def _encoded(connection: sqlite3.Connection, body: bytes, base: str | None) -> tuple[str, str | None, int, bytes]:
    """The codec, the base, the depth and the data that take the least room."""
    against: bytes | None = None
    depth = _depth(connection, base)
    if len(body) >= SMALL and base is not None and 0 < depth < WHOLE_EVERY and depth * len(body) <= MOST_UNPACKED:
        against = _compressed(body, read(connection, base))
        if len(against) <= PLAINLY_WORTH_IT * len(body):
            return "zstd-prefix", base, depth, against
    codec, whole = packed(body)
    if against is not None and len(against) <= GAIN * len(whole):
        return "zstd-prefix", base, depth, against
    return codec, None, 0, whole


def _depth(connection: sqlite3.Connection, base: str | None) -> int:
    """The depth of what would lean on `base`; 0 if it cannot."""
    if base is None:
        return 0
    row = connection.execute("SELECT depth, size FROM bodies WHERE sha256 = ?", (base,)).fetchone()
    return int(row[0]) + 1 if row and row[1] >= SMALL else 0


def load() -> ModuleType:
    """The zstd of the standard library, or its backport; loaded with the first body."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _compressed(body: bytes, prefix: bytes | None) -> bytes:
    zstd = load()
    parameter = zstd.CompressionParameter
    # Without zstd's own checksum of every frame: the sha256 at the end proves them all, and reading takes two thirds.
    options = {parameter.compression_level: WHOLE_LEVEL if prefix is None else LEVEL, parameter.checksum_flag: 0}
    if prefix is None:
        return cast(bytes, zstd.compress(body, options=options))
    # The window has to reach back over all of the prefix.
    window = min(MAX_WINDOW_LOG, max(10, (len(body) + len(prefix)).bit_length()))
    options[parameter.window_log] = window
    dictionary = zstd.ZstdDict(prefix, is_raw=True).as_prefix
    return cast(bytes, zstd.compress(body, options=options, zstd_dict=dictionary))


def _decoded(codec: str, data: bytes, base: bytes, name: str) -> bytes:
    if codec == "raw":
        return data
    zstd = load()
    try:
        if codec == "zstd":
            return cast(bytes, zstd.decompress(data))
        if codec == "zstd-prefix":
            return cast(bytes, zstd.decompress(data, zstd.ZstdDict(base, is_raw=True).as_prefix))
    except (zstd.ZstdError, ValueError) as error:
        raise ArchiveError(f"the bytes {name} are damaged: {error}; `clip verify` tells more") from error
    raise ArchiveError(f"the bytes {name} are packed by a codec that this clipper does not know: {codec}")
