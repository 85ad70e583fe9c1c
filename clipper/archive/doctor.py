"""What an archive depends on: SQLite, the file system under the file, room to grow."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from clipper.archive.connection import connect
from clipper.archive.schema import LATEST
from clipper.errors import ArchiveError

__all__ = ["findings"]

OLDEST = (3, 37, 0)  # STRICT tables
# From the release notes: versions with a fault that matters here.
FAULTS = (((3, 7, 0), (3, 51, 2), "a rare race between two writers that checkpoint at once can lose a commit"),)
FIXED = {(3, 44, 6), (3, 50, 7)}  # of older series, with the first fault mended
# Where WAL cannot work: its index lives in memory that two machines do not share.
REMOTE = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs", "fuse.s3fs")
)
LEAST_FREE = 500_000_000  # bytes


def findings(path: Path) -> Iterator[tuple[str, str]]:
    """(good, warning or bad; what) for each thing that was looked at; no error is raised."""
    yield from _sqlite()
    folder = path.absolute().parent
    if not folder.is_dir():
        yield "bad", f"there is no folder {folder}"
        return
    yield from _file_system(folder, path)
    if path.exists():
        yield from _file(path)
    else:
        yield "warning", f"there is no archive at {path} yet"


def _sqlite() -> Iterator[tuple[str, str]]:
    version = sqlite3.sqlite_version_info
    name = f"SQLite {sqlite3.sqlite_version}"
    if version < OLDEST:
        yield "bad", f"{name} is too old; 3.37 is the oldest that has STRICT tables"
    found = [what for first, last, what in FAULTS if first <= version <= last and version not in FIXED]
    for what in found:
        yield "warning", f"{name}: {what}; upgrade it when you can"
    if not found:
        yield "good", name
    with closing(sqlite3.connect(":memory:")) as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    if "ENABLE_FTS5" not in options:
        yield "bad", f"{name} was built without FTS5, which search needs"


def _file_system(folder: Path, path: Path) -> Iterator[tuple[str, str]]:
    kind = _kind(folder)
    if kind in REMOTE:
        yield "bad", f"{folder} is on {kind}: an archive belongs on a disk of the machine that writes to it"
    else:
        yield "good", f"file system: {kind or 'unknown'}"
    if not os.access(folder, os.W_OK):
        yield "bad", f"{folder} cannot be written; SQLite keeps its WAL file there"
    free = shutil.disk_usage(folder).free
    needed = max(LEAST_FREE, path.stat().st_size if path.exists() else 0)
    said = f"{free / 1e9:,.1f} GB are free"
    yield ("good", said) if free > needed else ("warning", f"only {said}; a backup or VACUUM needs as much as the file")


def _kind(folder: Path) -> str:
    """The type of the file system that a folder is on, by the longest mount point above it; "" if unknown."""
    try:
        mounts = Path("/proc/self/mounts").read_text("utf-8", "replace")
    except OSError:
        return ""
    best, kind = "", ""
    real = str(folder.resolve())
    for line in mounts.splitlines():
        _, point, name, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, name
    return kind


def _file(path: Path) -> Iterator[tuple[str, str]]:
    try:
        connection, _ = connect(path, create=False, readonly=True)
    except ArchiveError as error:
        yield "bad", str(error)
        return
    with closing(connection):
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        said = f"archive: version {LATEST}, {path.stat().st_size / 1e6:,.1f} MB, journal {mode}"
        waits = "; readers and writers wait for each other: `sqlite3 FILE 'PRAGMA journal_mode = WAL'`"
        yield ("good", said) if mode == "wal" else ("warning", said + waits)
        (entries,) = connection.execute("SELECT count(*) FROM ledger").fetchone()
        (sealed,) = connection.execute("SELECT count(*) FROM seals").fetchone()
        yield "good", f"{entries:,} entries in the ledger, {sealed} sealed by a timestamp service"
