"""Opening an archive's file, and writing to it without losing anything.

WAL, so that readers and the writer do not wait for each other; `BEGIN IMMEDIATE`, because a read
transaction cannot become a write transaction once somebody else wrote (274 of 400 writes failed
that way); synchronous=FULL, so that a commit outlives a power cut and not only a kill.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from clipper.archive.schema import APPLICATION_ID, LATEST, SCRIPTS
from clipper.errors import ArchiveBusyError, ArchiveError

__all__ = ["connect", "transaction", "translated"]

BUSY_MILLISECONDS = 30_000
# Of a file that a connection keeps in memory: SQLite's own 2 MiB are less than a batch of pages changes.
KIBIBYTES = 16 * 1024
MAGIC, SMALLEST = b"SQLite format 3\0", 512  # how a database begins, and how small one can be, in bytes
POLL = 0.003  # seconds between two looks whether it is our turn
# What SQLite says, and what a person can do about it.
ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full or a size limit is reached; nothing of this was written",
    sqlite3.SQLITE_IOERR: "the disk cannot be written or read; nothing of this was written",
    sqlite3.SQLITE_READONLY: "the file or its folder cannot be written",
    sqlite3.SQLITE_CANTOPEN: "the file or its folder cannot be opened",
    sqlite3.SQLITE_BUSY: "another program kept it locked for 30 s; try again",
    sqlite3.SQLITE_LOCKED: "another program keeps it locked; try again",
    sqlite3.SQLITE_NOTADB: "it is not an SQLite file",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; `clip verify` names the damage",
}


def connect(path: Path, *, create: bool, readonly: bool) -> tuple[sqlite3.Connection, bool]:
    """The connection to the archive at `path`, and whether it was made just now.

    An archive of an older clipper is migrated first, unless its file cannot be written.
    """
    _check_file(path, create=create)
    with translated(path):
        connection = _raw(path)
        try:
            return _prepared(connection, path, create=create, readonly=readonly)
        except BaseException:
            connection.close()
            raise


@contextmanager
def transaction(
    connection: sqlite3.Connection,
    path: Path,
    *,
    keep: bool = True,
    finish: Callable[[sqlite3.Connection], None] | None = None,
) -> Iterator[None]:
    """Everything inside, and `finish`, is written at once or not at all; not with `keep=False`."""
    with translated(path), _turn(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            if finish is not None:
                finish(connection)
            connection.execute("COMMIT" if keep else "ROLLBACK")
        finally:
            # A full disk has rolled back already; another ROLLBACK would hide the error.
            if connection.in_transaction:
                connection.execute("ROLLBACK")


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Wait for clipper's other writers to this folder's archives, all at the same odds.

    SQLite's own waiting favours whoever wrote last: the slowest of 8 writers × 200 waited 14 s, with turns 6 s (on a busy machine).
    It also keeps two writers from checkpointing at once, at which SQLite up to 3.51.2 has a rare race.
    """
    try:
        folder = os.open(path.absolute().parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield  # SQLite says what is wrong
        return
    try:
        until = time.monotonic() + BUSY_MILLISECONDS / 1000
        while not _taken(folder) and time.monotonic() < until:
            time.sleep(POLL)
        yield
    finally:
        os.close(folder)


def _taken(folder: int) -> bool:
    """Whether it is our turn; on a file system without locks it always is."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors as `ArchiveError`s that say what to do."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a mistake of clipper's own, not the file's
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        what = ADVICE.get(code, str(error))
        kind = ArchiveBusyError if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else ArchiveError
        raise kind(f"cannot use the archive {path}: {what}", path=str(path)) from error


def now() -> datetime:
    """The default clock."""
    return datetime.now(UTC)


def _check_file(path: Path, *, create: bool) -> None:
    if str(path) == ":memory:":
        return
    if path.is_dir():
        raise ArchiveError(f"{path} is a folder, not an archive", path=str(path))
    if path.exists():
        _check_header(path)
    if create and not path.parent.is_dir():
        raise ArchiveError(f"there is no folder {path.parent} to put an archive in", path=str(path))
    if not create and not path.exists():
        raise ArchiveError(
            f"no archive at {path}; `clip URL` makes one, --db or $CLIPPER_DB names another",
            path=str(path),
        )


def _check_header(path: Path) -> None:
    """SQLite takes a file of up to 511 bytes for an empty database, and would write over it."""
    if not path.is_file():
        raise ArchiveError(f"{path} is no plain file; an archive has to be one", path=str(path))
    try:
        with path.open("rb") as file:
            start = file.read(SMALLEST)
    except OSError as error:
        raise ArchiveError(f"cannot read the archive {path}: {error.strerror}", path=str(path)) from error
    if start and (len(start) < SMALLEST or not start.startswith(MAGIC)):
        raise ArchiveError(f"{path} is not an SQLite file, so no archive; nothing of it was changed", path=str(path))


def _raw(path: Path, *, options: str = "mode=rwc") -> sqlite3.Connection:
    name = ":memory:" if str(path) == ":memory:" else f"file:{quote(str(path.absolute()))}?{options}"
    connection = sqlite3.connect(name, uri=True, timeout=BUSY_MILLISECONDS / 1000, isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = {-KIBIBYTES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _prepared(
    connection: sqlite3.Connection, path: Path, *, create: bool, readonly: bool
) -> tuple[sqlite3.Connection, bool]:
    created = False
    try:
        version = _version(connection, path)
    except sqlite3.OperationalError as error:
        if not readonly or getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_CANTOPEN:
            raise
        # A WAL file in a folder that cannot be written, so that nobody writes it now.
        connection.close()
        connection = _raw(path, options="mode=ro&immutable=1")
        version = _version(connection, path)
    if version is None and not create:
        raise ArchiveError(f"{path} is not an archive of clipper's", path=str(path))
    if version is None or version < LATEST:
        created = _bring_up_to_date(connection, path)
        _use_wal(connection)
    if readonly:
        connection.execute("PRAGMA query_only = ON")
    return connection, created


def _version(connection: sqlite3.Connection, path: Path) -> int | None:
    """The file's schema version; None for an empty file."""
    application, version = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("application_id", "user_version")
    )
    if application == APPLICATION_ID and version:
        if version > LATEST:
            raise ArchiveError(
                f"{path} was made by a newer clipper (archive version {version}, this one reads "
                f"up to {LATEST}); upgrade with `pip install -U clipper-archive`",
                path=str(path),
            )
        return version
    if application or version or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise ArchiveError(f"{path} is an SQLite file, but not an archive of clipper's", path=str(path))
    return None


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> bool:
    """Make or migrate the tables, in one transaction; whether they were made."""
    with transaction(connection, path):
        version = _version(connection, path)  # somebody else may have been faster
        if version is None:
            _make(connection)
            return True
        if version < LATEST:
            from clipper.archive.migrations import migrate

            migrate(connection)
    return False


# What sqlite-utils keeps its list of applied migrations in, to the letter.
APPLIED = """
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
"""


def _make(connection: sqlite3.Connection) -> None:
    """Run every script, and note each as sqlite-utils would."""
    for statement in _statements(APPLIED):
        connection.execute(statement)
    for name, script in SCRIPTS:
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('clipper', ?, ?)",
            (name, str(now())),
        )
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {LATEST}")


def _statements(script: str) -> Iterator[str]:
    """One statement at a time: `executescript` would commit the transaction first."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(pending):
            yield pending.strip()
            pending = ""


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite does not wait for other connections here, so this does."""
    for pause in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 0.0):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not pause:
                raise
            time.sleep(pause)
        else:
            return
