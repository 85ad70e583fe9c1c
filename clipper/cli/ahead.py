"""A reader's worker that is started before the command line is understood.

Loading the extractor takes longest of all that the first `clip URL` does, and click's own loading
comes before it, 45 ms. Where the words can hardly mean anything but a page that is clipped for the
first time, the worker starts at once; if they mean something else after all, it is ended again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os.path import exists
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from clipper.extract.process import Process

__all__ = ["Ahead"]


class Ahead:
    """A worker that nobody asked for yet, or none."""

    def __init__(self, process: Process | None) -> None:
        self._process = process

    @classmethod
    def of(cls, words: Sequence[str], environment: Mapping[str, str]) -> Self:
        """Started if the words look like a page's first clip; before any other thread starts."""
        if not is_first_clip(words, environment):
            return cls(None)
        from clipper.extract.worker import start

        return cls(start())

    def take(self) -> Process | None:
        """The worker, once."""
        process, self._process = self._process, None
        return process

    def close(self) -> None:
        """End the worker, if nobody took it."""
        if process := self.take():
            process.kill()


def is_first_clip(words: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether one address stands there without a command, and the archive has no good answer of it."""
    archive = environment.get("CLIPPER_DB") or "archive.db"
    addresses = []
    for before, word in zip(("", *words), words, strict=False):
        if before == "--db":
            archive = word
        elif word.startswith("--db="):
            archive = word.removeprefix("--db=")
        elif word.startswith(("http://", "https://")):
            addresses.append(word)
        elif not (word.startswith("-") or before.startswith("-")) or word in ("-h", "--help", "--no-isolate"):
            return False
    return len(addresses) == 1 and (not exists(archive) or _is_unread(archive, addresses[0]))


def _is_unread(archive: str, address: str) -> bool:
    from pathlib import Path

    from clipper import urls
    from clipper.archive.glance import is_unread
    from clipper.errors import InvalidURL

    try:
        return is_unread(Path(archive), urls.url_key(address))
    except InvalidURL:
        return False
