"""Files that are written whole or not at all, under names that no title can break."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from clipper.errors import FileError

__all__ = ["DIGEST", "file_name", "new_file", "write_whole"]

LONGEST = 80  # bytes of a name before its digest; file systems allow 255
DIGEST = 12  # hex digits


def file_name(title: str | None, key: str, *, suffix: str) -> str:
    """`letters-and-digits-<12 hex of the key's sha256><suffix>`: stable, unique, safe everywhere."""
    text = unicodedata.normalize("NFKC", title or "").lower()
    slug = re.sub(r"[^\w]+|_+", "-", text).strip("-")
    short = slug.encode()[:LONGEST].decode(errors="ignore").strip("-")
    digest = sha256(key.encode()).hexdigest()[:DIGEST]
    return f"{short}-{digest}{suffix}" if short else f"{digest}{suffix}"


def write_whole(path: Path, data: bytes) -> None:
    """Write the file aside and move it into place; a link that stands there is not followed."""
    aside = path.with_name(f".{path.name[:100]}.{os.getpid()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        with open(os.open(aside, flags, 0o644), "wb") as file:
            file.write(data)
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise FileError(f"cannot write {path}: {error.strerror}") from error


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A path to write a new file at, which gets its name when it is complete.

    Raises `FileError` if there is a file of that name, or if it cannot be written.
    """
    if path.exists():
        raise FileError(f"{path} exists; name a new file, or remove it first")
    if not path.parent.is_dir():
        raise FileError(f"cannot write {path}: there is no folder {path.parent}")
    aside = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield aside
        aside.rename(path)
    except OSError as error:
        raise FileError(f"cannot write {path}: {error.strerror}") from error
    finally:
        aside.unlink(missing_ok=True)
