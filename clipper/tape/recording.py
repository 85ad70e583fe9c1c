"""What was on the wire, written to a tape as it comes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from clipper.tape.writing import Writer, create

__all__ = ["Recorder"]


class Exchanged(Protocol):
    """A request and its answer as bytes; `cut` says why the answer is not all there, `failure` what ended it."""

    @property
    def url(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def request(self) -> bytes: ...
    @property
    def response(self) -> bytes: ...
    @property
    def cut(self) -> str | None: ...
    @property
    def failure(self) -> tuple[str, str, str] | None: ...


class Recorder:
    """A new tape; call it with every exchange: `Fetcher(policy, tap=recorder)`.

    Redirects, retries and broken answers are recorded like all others. Cookies, custom headers and
    passwords that were sent are not: the fetcher keeps them to itself. Of a try without an answer
    the tape says how it ended. One without any answer is no tape, and is removed when it is closed.
    """

    def __init__(self, path: Path) -> None:
        self.exchanges = 0
        self._path = path
        self._file = create(path)
        self._writer = Writer(self._file, gzip=path.suffix == ".gz", name=path.name)

    def __call__(self, exchange: Exchanged) -> None:
        self._writer.exchange(
            exchange.url,
            at=exchange.at,
            request=exchange.request,
            response=exchange.response,
            truncated=exchange.cut,
            failure=exchange.failure,
        )
        self.exchanges += bool(exchange.response)

    def close(self) -> None:
        self._file.close()
        if not self.exchanges:
            self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
