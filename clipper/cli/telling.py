"""What `clip` tells of its results: a line each as they come, or rows for programs."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipper.cli.output import complain, counted, print_rows, remark, safe
from clipper.errors import UsageError
from clipper.models import Outcome

if TYPE_CHECKING:
    from clipper.pipeline import Result

SOME_FAILED = 1
COLUMNS = ("url", "outcome", "title", "words", "change", "status", "verdict", "snapshot", "exit_code", "error")


@dataclass(frozen=True, slots=True)
class Manner:
    """How results are told: `form` is None for lines, else json, nl, csv or table."""

    form: str | None = None
    quiet: bool = False
    verbose: bool = False
    abort: bool = False
    error_file: Path | None = None


class Tale:
    """Tells of results as they come, and ends with the exit code of them all."""

    def __init__(self, manner: Manner, *, total: int) -> None:
        self.manner = manner
        self.total = total
        self.failed: list[Result] = []
        self.outcomes: Counter[Outcome] = Counter()

    def tell(self, results: Iterable[Result]) -> int:
        """Print each result; return 0, the error's code for a single address, or 1 for some.

        What failed is in the error file however it ends.
        """
        try:
            if self.manner.form:
                print_rows(map(as_row, self._counted(results)), form=self.manner.form, columns=COLUMNS)
            else:
                for result in self._counted(results):
                    self._line(result)
        finally:
            self._write_failed()
        self._sum_up()
        if not self.failed:
            return 0
        return self.failed[0].exit_code if self.total == 1 else SOME_FAILED

    def _counted(self, results: Iterable[Result]) -> Iterator[Result]:
        """The results, counted and with the progress shown between them; to the first failure with `abort`."""
        progress = Progress(self.total, shown=not self.manner.quiet and not self.manner.form)
        for result in results:
            self.outcomes[result.outcome] += 1
            if result.error:
                self.failed.append(result)
            progress.clear()
            yield result
            progress.show(self.outcomes.total(), len(self.failed))
            if result.error and self.manner.abort:
                break
        progress.clear()

    def _line(self, result: Result) -> None:
        if result.error:
            complain(f"{result.outcome}: {result.error}")
        elif not self.manner.quiet:
            click.echo(line_of(result))
        if self.manner.verbose and (said := detail_of(result)):
            click.echo(f"{'':14}{safe(said, limit=600)}", err=True)

    def _sum_up(self) -> None:
        """One line on all of them, where there were several."""
        told = self.outcomes.total()
        if self.manner.quiet or self.manner.form or (self.total < 2 and told):
            return
        counts = [f"{number:,} {outcome}" for outcome, number in self.outcomes.most_common()]
        if told < self.total:
            aborted = self.manner.abort and self.failed
            counts.append(f"{self.total - told:,} {'not tried' if aborted else 'skipped, fetched within --max-age'}")
        hint = "; -e FILE keeps those that failed for a later -i" if self.failed and not self.manner.error_file else ""
        remark(f"{counted(self.total, 'address', 'addresses')}: {', '.join(counts)}{hint}")

    def _write_failed(self) -> None:
        if self.manner.error_file is None:
            return
        lines = "".join(f"{result.url}  # {safe(result.error)}\n" for result in self.failed)
        try:
            self.manner.error_file.write_text(lines, "utf-8")
        except OSError as error:
            raise UsageError(f"cannot write {self.manner.error_file}: {error.strerror}") from error


class Progress:
    """`12/500, 3 failed` on a terminal's stderr, overwritten in place; nothing anywhere else."""

    def __init__(self, total: int, *, shown: bool) -> None:
        self.total = total
        self.shown = shown and total > 1 and sys.stderr.isatty()

    def show(self, done: int, failed: int) -> None:
        if self.shown and done < self.total:
            failures = f", {failed} failed" if failed else ""
            click.echo(f"\r{done}/{self.total}{failures}", nl=False, err=True)

    def clear(self) -> None:
        if self.shown:
            click.echo("\r\x1b[K", nl=False, err=True)


def line_of(result: Result) -> str:
    """One line on what happened: `new  https://…  Title  (1,234 words)`."""
    notes = [result.change] if result.change else []
    if result.words:
        notes.append(counted(result.words, "word"))
    title = f"  {safe(result.title)}" if result.title else ""
    extra = f"  ({'; '.join(notes)})" if notes else ""
    return f"{result.outcome:<12}  {safe(result.url)}{title}{extra}"


def detail_of(result: Result) -> str:
    """What `-v` adds: `HTTP 200, 18,017 bytes, 2 requests, 140 ms, from https://…`."""
    if result.status is None:
        return ""
    parts = [f"HTTP {result.status}"]
    if result.bytes:
        parts.append(counted(result.bytes, "byte"))
    if result.requests:
        parts.append(counted(result.requests, "request"))
    parts.append(f"{result.milliseconds:,} ms")
    if result.final_url and result.final_url != result.url:
        parts.append(f"from {result.final_url}")
    return ", ".join(parts)


def as_row(result: Result) -> dict[str, Any]:
    """The result as JSON has it."""
    return {
        "url": result.url,
        "final_url": result.final_url,
        "outcome": str(result.outcome),
        "title": result.title,
        "words": result.words,
        "change": result.change,
        "status": result.status,
        "verdict": result.verdict,
        "bytes": result.bytes,
        "milliseconds": result.milliseconds,
        "snapshot": result.snapshot_id,
        "error": str(result.error) if result.error else None,
        "exit_code": result.exit_code,
    }
