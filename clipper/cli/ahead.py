"""A reader's worker that is started before the command line is understood.

Loading the extractor takes longest of all that the first `clip URL` does, and click's own loading
comes before it, 45 ms. Where the words can hardly mean anything but the first page of a new
archive, the worker starts at once; if they mean something else after all, it is ended again.
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
        """Started if the words look like the first page of a new archive; before any other thread."""
        if not is_first_page(words, environment):
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


def is_first_page(words: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether one address stands there without a command, and the archive is not there yet."""
    archive = environment.get("CLIPPER_DB") or "archive.db"
    addresses = 0
    for before, word in zip(("", *words), words, strict=False):
        if before == "--db":
            archive = word
        elif word.startswith("--db="):
            archive = word.removeprefix("--db=")
        elif word.startswith(("http://", "https://")):
            addresses += 1
        elif not (word.startswith("-") or before.startswith("-")) or word in ("-h", "--help", "--no-isolate"):
            return False
    return addresses == 1 and not exists(archive)
