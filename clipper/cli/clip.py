"""`clip URL…`: the default command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from clipper.cli import settings
from clipper.cli.ahead import Ahead
from clipper.cli.network import network_options, open_fetcher, policy_of
from clipper.cli.options import Duration, db_option, format_options
from clipper.cli.output import remark
from clipper.cli.readers import open_reader
from clipper.cli.telling import Manner, Tale
from clipper.errors import UsageError

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.extract import Reader
    from clipper.pipeline import Result


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
@format_options
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Tell more.")
def clip_command(
    urls: tuple[str, ...],
    lists: tuple[Path, ...],
    html: Path | None,
    page_url: str | None,
    db: Path,
    **options: Any,
) -> int:
    """Fetch pages, read their articles and file them (the default command).

    One line an address says what happened: new, changed (and what), unchanged, not modified, or
    why it failed. A page that fails never stops the others; each attempt is filed as a check.

    Example: clip https://www.4hou.com/posts/DxRx

    Exit codes: 0 fine or unchanged, 1 some failed, 2 usage, 3 file or archive, 4 network,
    5 HTTP status, 6 fetched but no article, 7 refused by policy, 75 locked, 130 interrupted.
    """
    manner = Manner(**{name: options[name] for name in ("form", "quiet", "verbose", "abort", "error_file")})
    saved = _saved(html, page_url, urls)
    _no_slip(urls)
    addresses = list(dict.fromkeys([*urls, *(url for file in lists for url in read_list(file))]))
    if saved is None and not addresses:
        raise UsageError("no address given; write `clip URL`, `clip -i FILE`, or `clip --help`")
    with (
        _reader(options["isolate"], one=len(addresses) < 2, new=not db.exists()) as reader,
        _archive(db, options["dry_run"], options["keep_bodies"], quiet=manner.quiet) as archive,
    ):
        results = _results(addresses, archive, reader, options) if saved is None else _filed(*saved, archive, reader)
        code = Tale(manner, total=len(addresses) or 1).tell(results)
    if options["dry_run"] and not manner.quiet:
        remark("Dry run: nothing was filed.")
    return code


def _no_slip(words: tuple[str, ...]) -> None:
    """Complain about a first word that is a misspelt command, or a file."""
    if not words or ":" in words[0]:
        return
    from difflib import get_close_matches

    from clipper.cli.group import COMMANDS

    if words[0] in COMMANDS:
        raise UsageError(f"`clip {words[0]}` does not know all of the options before it; see `clip {words[0]} --help`")
    meant = [] if "." in words[0] else get_close_matches(words[0], COMMANDS, n=1, cutoff=0.7)
    if meant:
        raise UsageError(f"there is no command {words[0]!r}; did you mean `clip {meant[0]}`?")
    if Path(words[0]).is_file():
        raise UsageError(
            f"{words[0]} is a file; `clip -i FILE` reads addresses from it, "
            "`clip --html FILE --url URL` files it as a page"
        )


def read_list(file: Path) -> Iterator[str]:
    """The addresses in a list: one a line, the first word of it; `#` begins a comment."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read the list {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read the list {file}: it is not text in UTF-8") from error
    for line in text.splitlines():
        if (stripped := line.strip()) and not stripped.startswith("#"):
            yield stripped.split(" #")[0].strip()


def _reader(isolate: bool, *, one: bool, new: bool) -> Reader:
    """The reader; for one page its worker starts at once, for a new archive at full speed."""
    from clipper.archive import Archive

    reader = open_reader(isolate=isolate, meanwhile=Archive.warm)
    early = click.get_current_context().find_object(Ahead)
    if isolate and early and (process := early.take()):
        reader.adopt(process)
    elif one:
        reader.fork()
        if new:
            reader.warm()  # it takes longest, and the page is sure to be read
    return reader


def _archive(db: Path, dry_run: bool, keep_bodies: Literal["last", "all", "none"], *, quiet: bool) -> Archive:
    """The archive to file in; a dry run files in a copy that nobody keeps."""
    from clipper.archive import Archive

    if dry_run:
        return Archive.scratch(db)
    archive = Archive.open(db, create=True, keep_bodies=keep_bodies)
    if archive.created and not quiet:
        remark(f"New archive: {db.absolute()}")
    return archive


def _results(addresses: list[str], archive: Archive, reader: Reader, options: dict[str, Any]) -> Iterator[Result]:
    """One result an address: a single one straight through, several hosts side by side."""
    policy, configured = policy_of(options), settings.current()
    replay, force = options["replay"], options["force"]
    if len(addresses) == 1 and not options["max_age"]:
        from clipper.pipeline import clip, never_read

        if force or never_read(addresses[0], archive=archive):
            reader.warm()  # before the network's libraries are imported
        with open_fetcher(configured.policy(policy, _host(addresses[0])), replay) as fetcher:
            yield clip(addresses[0], archive=archive, fetcher=fetcher, reader=reader, force=force)
        return
    from clipper.sync import run

    with open_fetcher(policy, replay) as fetcher:  # whose pauses and broken hosts its siblings share
        yield from run(
            addresses,
            archive=archive,
            open_fetcher=lambda host: fetcher.sibling(configured.policy(policy, host)),
            open_reader=reader.another,
            hosts_at_once=1 if replay else 8,
            force=force,
            max_age=options["max_age"],
        )


def _host(url: str) -> str:
    """The host of an address; none if it is malformed, which is told later."""
    from clipper import urls

    try:
        return urls.host_of(urls.check(url))
    except UsageError:
        return ""


def _filed(body: bytes, url: str, archive: Archive, reader: Reader) -> Iterator[Result]:
    """The result of a saved page."""
    from clipper.pipeline import clip_file

    yield clip_file(body, url, archive=archive, reader=reader, now=datetime.now(UTC))


def _saved(html: Path | None, url: str | None, urls: tuple[str, ...]) -> tuple[bytes, str] | None:
    """The bytes and the address of a page that was saved; None if none was named."""
    if html is None and url is None:
        return None
    if html is None or url is None or urls:
        raise UsageError("--html FILE and --url URL go together, without further addresses")
    try:
        return (sys.stdin.buffer.read() if str(html) == "-" else html.read_bytes()), url
    except OSError as error:
        raise UsageError(f"cannot read {html}: {error.strerror}") from error
