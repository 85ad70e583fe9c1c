"""A copy of an archive in one file, made while others write to it, and checked before it counts."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from clipper.archive import ledger
from clipper.archive.connection import connect, translated
from clipper.archive.verify import verify
from clipper.errors import ArchiveError

__all__ = ["backup"]


def backup(source: Path, target: Path) -> int:
    """Write the archive's state of this moment to `target`; the copy's size in bytes.

    The copy is complete, compact and verified before it gets its name. An older backup of the same
    archive is replaced; any other file, and an archive with entries that this one has not, is not.
    """
    connection, _ = connect(source, create=False, readonly=False)
    with closing(connection), _aside(target) as aside:
        _check(connection, source, target)
        with translated(target):
            connection.execute("VACUUM INTO ?", (str(aside),))
        copy, _ = connect(aside, create=False, readonly=False)
        with closing(copy):
            damages = list(verify(copy))
            copy.execute("PRAGMA journal_mode = WAL")  # as clipper's archives are
        if damages:
            first = f"{damages[0].where} {damages[0].what}"
            raise ArchiveError(
                f"no backup was made of {source}: it is damaged ({len(damages)} times; {first});"
                " `clip verify` names it all",
                path=str(source),
            )
        _sync(aside)
        aside.replace(target)
    return target.stat().st_size


def _check(connection: sqlite3.Connection, source: Path, target: Path) -> None:
    if target.is_dir():
        raise ArchiveError(f"{target} is a folder; name a file in it", path=str(target))
    if not target.parent.is_dir():
        raise ArchiveError(f"there is no folder {target.parent}", path=str(target))
    if not target.exists():
        return
    if source.exists() and target.samefile(source):
        raise ArchiveError(f"{target} is the archive itself; name another file", path=str(target))
    other, _ = connect(target, create=False, readonly=True)
    with closing(other):
        count, head = ledger.head(other)
    if count and connection.execute("SELECT lower(hex(head)) FROM ledger WHERE id = ?", (count,)).fetchone() != (head,):
        raise ArchiveError(
            f"{target} is no older backup of {source}: it has entries that the archive has not; name another file",
            path=str(target),
        )


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A name beside the target that nothing has; nothing stays there."""
    aside = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
    try:
        yield aside
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            aside.with_name(aside.name + suffix).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """See to it that the bytes are on the disk before the name is."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
