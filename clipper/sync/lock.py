"""One scheduled run at a time for each archive."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clipper.errors import FileError, LockedError

__all__ = ["only_run"]


@contextmanager
def only_run(db: Path) -> Iterator[None]:
    """Hold `<archive>.sync.lock`; `LockedError` while another run does. Death lets go of it."""
    path = db.with_name(db.name + ".sync.lock")
    try:
        file = open(path, "a")  # noqa: SIM115 - closed below
    except OSError as error:
        raise FileError(f"cannot write the lock {path}: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError(f"another `clip sync` is at work on {db}") from error
        yield
