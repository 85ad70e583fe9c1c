"""`clip URL…`: the default command."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from clipper.cli.network import network_options, policy_of
from clipper.cli.options import Duration, db_option
from clipper.cli.output import complain, safe
from clipper.errors import UsageError

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.fetch import Policy
    from clipper.pipeline import Result

SOME_FAILED = 1


@dataclass(frozen=True, slots=True)
class Manner:
    """How `clip` goes about its addresses, and how it tells of them."""

    policy: Policy
    replay: Path | None
    force: bool
    max_age: timedelta | None
    isolate: bool
    json: bool
    quiet: bool
    verbose: bool
    abort: bool
    error_file: Path | None


@click.command("clip")
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option("-i", "--input", "lists", multiple=True, type=click.Path(allow_dash=True, path_type=Path),
              metavar="FILE", help="Read addresses from a file, one a line; - is standard input, # a comment.")  # fmt: skip
@click.option("--html", type=click.Path(allow_dash=True, path_type=Path), metavar="FILE",
              help="File this saved page instead of fetching; needs --url.")  # fmt: skip
@click.option("--url", "page_url", metavar="URL", help="The address of the page given with --html.")
@db_option
@network_options
@click.option(
    "--force",
    is_flag=True,
    help="Fetch in full, even if the server would say that nothing changed.",
)
@click.option(
    "--max-age",
    type=Duration(),
    metavar="SPAN",
    help="Skip pages fetched less than this ago (1d, 12h …).",
)
@click.option("--keep-bodies", type=click.Choice(["last", "all", "none"]), default="last", show_default=True,
              help="Which bytes of unchanged checks to keep.")  # fmt: skip
@click.option(
    "--no-isolate",
    "isolate",
    flag_value=False,
    default=True,
    help="Read pages in this process (debugging).",
)
@click.option("--dry-run", is_flag=True, help="Fetch and read, and file nothing.")
@click.option("--abort-on-error", "abort", is_flag=True, help="Stop at the first address that fails.")
@click.option("-e", "--error-file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the addresses that failed there, for a later -i.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a page.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Tell more.")
def clip_command(
    urls: tuple[str, ...],
    lists: tuple[Path, ...],
    html: Path | None,
    page_url: str | None,
    db: Path,
    dry_run: bool,
    keep_bodies: Literal["last", "all", "none"],
    **options: Any,
) -> int:
    """Fetch pages, read their articles and file them (the default command).

    One line an address says what happened: new, changed (and what), unchanged, not modified, or
    why it failed. A page that fails never stops the others; each attempt is filed as a check.

    Example: clip https://www.4hou.com/posts/DxRx

    Exit codes: 0 fine or unchanged, 1 some failed, 2 usage, 3 file or archive, 4 network,
    5 HTTP status, 6 fetched but no article, 7 refused by policy, 130 interrupted.
    """
    manner = _manner(options)
    if html is not None or page_url is not None:
        return _clip_saved(html, page_url, urls, db, manner)
    addresses = [*urls, *(url for file in lists for url in read_list(file))]
    if not addresses:
        raise UsageError("no address given; write `clip URL`, `clip -i FILE`, or `clip --help`")
    with ExitStack() as stack:
        archive = stack.enter_context(_archive(db, dry_run, keep_bodies))
        return Tale(manner, total=len(addresses)).tell(_results(addresses, archive, manner, stack))


def read_list(file: Path) -> Iterator[str]:
    """The addresses in a list: one a line, the first word of it; `#` begins a comment."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the list {file}: {error}") from error
    for line in text.splitlines():
        if (stripped := line.strip()) and not stripped.startswith("#"):
            yield stripped.split(" #")[0].strip()


def _manner(options: dict[str, Any]) -> Manner:
    return Manner(
        policy=policy_of(options),
        replay=options["replay"],
        force=options["force"],
        max_age=options["max_age"],
        isolate=options["isolate"],
        json=options["as_json"],
        quiet=options["quiet"],
        verbose=options["verbose"],
        abort=options["abort"],
        error_file=options["error_file"],
    )


def _archive(db: Path, dry_run: bool, keep_bodies: Literal["last", "all", "none"]) -> Archive:
    """The archive to file in; a dry run files in a copy that nobody keeps."""
    from clipper.archive import Archive

    if dry_run:
        return Archive.scratch(db)
    return Archive.open(db, create=True, keep_bodies=keep_bodies)


def _results(addresses: list[str], archive: Archive, manner: Manner, stack: ExitStack) -> Iterator[Result]:
    """One result an address: a single one straight through, several hosts side by side."""
    from clipper.cli.network import open_fetcher
    from clipper.cli.readers import open_reader

    if len(addresses) == 1 and not manner.max_age:
        from clipper.pipeline import clip

        reader = stack.enter_context(open_reader(isolate=manner.isolate))
        with open_fetcher(manner.policy, manner.replay) as fetcher:
            yield clip(addresses[0], archive=archive, fetcher=fetcher, reader=reader, force=manner.force)
        return
    from clipper.sync import run

    yield from run(
        addresses,
        archive=archive,
        open_fetcher=lambda: open_fetcher(manner.policy, manner.replay),
        open_reader=lambda: open_reader(isolate=manner.isolate),
        hosts_at_once=1 if manner.replay else 8,
        force=manner.force,
        max_age=manner.max_age,
    )


def _clip_saved(html: Path | None, url: str | None, urls: tuple[str, ...], db: Path, manner: Manner) -> int:
    from clipper.archive import Archive
    from clipper.cli.readers import open_reader
    from clipper.pipeline import clip_file

    if html is None or url is None or urls:
        raise UsageError("--html FILE and --url URL go together, without further addresses")
    try:
        body = sys.stdin.buffer.read() if str(html) == "-" else html.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {html}: {error.strerror}") from error
    with Archive.open(db, create=True) as archive, open_reader(isolate=manner.isolate) as reader:
        result = clip_file(body, url, archive=archive, reader=reader, now=datetime.now(UTC))
        return Tale(manner, total=1).tell([result])


class Tale:
    """Tells of results as they come, and ends with the exit code of them all."""

    def __init__(self, manner: Manner, *, total: int) -> None:
        self.manner = manner
        self.total = total
        self.failed: list[Result] = []

    def tell(self, results: Iterable[Result]) -> int:
        """Print each result; return 0, the error's code for a single address, or 1 for some."""
        progress = Progress(self.total, shown=not self.manner.quiet and not self.manner.json)
        for result in results:
            progress.clear()
            self._one(result)
            progress.step()
            if result.error and self.manner.abort:
                break
        progress.clear()
        self._write_failed()
        if not self.failed:
            return 0
        return self.failed[0].exit_code if self.total == 1 else SOME_FAILED

    def _one(self, result: Result) -> None:
        if result.error:
            self.failed.append(result)
        if self.manner.json:
            import json

            click.echo(json.dumps(as_row(result), ensure_ascii=False))
        elif result.error:
            complain(f"{result.outcome}: {result.error}")
        elif not self.manner.quiet:
            click.echo(line_of(result))

    def _write_failed(self) -> None:
        if self.manner.error_file is None:
            return
        lines = "".join(f"{result.url}  # {safe(result.error)}\n" for result in self.failed)
        try:
            self.manner.error_file.write_text(lines, "utf-8")
        except OSError as error:
            raise UsageError(f"cannot write {self.manner.error_file}: {error.strerror}") from error


class Progress:
    """`12/500` on a terminal's stderr, overwritten in place; nothing anywhere else."""

    def __init__(self, total: int, *, shown: bool) -> None:
        self.total = total
        self.done = 0
        self.shown = shown and total > 1 and sys.stderr.isatty()

    def step(self) -> None:
        self.done += 1
        if self.shown and self.done < self.total:
            click.echo(f"\r{self.done}/{self.total}", nl=False, err=True)

    def clear(self) -> None:
        if self.shown:
            click.echo("\r\x1b[K", nl=False, err=True)


def line_of(result: Result) -> str:
    """One line on what happened: `new  https://…  Title  (1,234 words)`."""
    notes = []
    if result.change:
        notes.append(result.change)
    if result.words:
        notes.append(f"{result.words:,} words")
    title = f"  {safe(result.title)}" if result.title else ""
    extra = f"  ({'; '.join(notes)})" if notes else ""
    return f"{result.outcome:<12}  {safe(result.url)}{title}{extra}"


def as_row(result: Result) -> dict[str, Any]:
    """The result as JSON has it."""
    return {
        "url": result.url,
        "outcome": str(result.outcome),
        "title": result.title,
        "words": result.words,
        "change": result.change,
        "status": result.status,
        "snapshot": result.snapshot_id,
        "milliseconds": result.milliseconds,
        "error": str(result.error) if result.error else None,
        "exit_code": result.exit_code,
    }
