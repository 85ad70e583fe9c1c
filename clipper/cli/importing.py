"""`clip import`: other archives, in."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipper.cli.network import network_options, open_fetcher, policy_of
from clipper.cli.options import KeepBodies, db_option, keep_bodies_option, writing
from clipper.cli.output import complain, counted, day_and_minute, remark, safe
from clipper.errors import UsageError

if TYPE_CHECKING:
    from clipper.imports import Skipped

SHOWN = 10  # skipped things; --verbose names all
EVERY = 100


@click.command("import")
@click.argument("names", nargs=-1, required=True, metavar="PATH|URL...")
@click.option(
    "--memento", metavar="TIMEGATE", help="Bring in older versions of the URLs from this web archive (RFC 7089)."
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="With --memento: the newest N versions of each.")
@db_option
@network_options
@keep_bodies_option
@click.option("-v", "--verbose", is_flag=True, help="Name everything that was skipped, and why.")
def import_command(
    names: tuple[str, ...],
    memento: str | None,
    limit: int | None,
    db: Path,
    keep_bodies: KeepBodies,
    verbose: bool,
    **network: Any,
) -> int:
    """Bring in other archives: Markdown folders, WARC and WACZ files, bookmarks, lists.

    Folders of Markdown with front matter (Obsidian's too); WARC, ARC and WACZ files; a browser's bookmarks; Pocket,
    Instapaper and Raindrop (CSV, HTML); ArchiveBox and Pinboard (JSON); urlwatch (YAML); plain lists of addresses.
    Captures keep their own dates. What is already there is not filed twice, and an import that was interrupted goes on
    when it is started again. Addresses without content are fetched by the next `clip sync`.

    With --memento, each URL's older versions are fetched from a web archive (https://web.archive.org/web/, a pywb of
    your own) and keep its dates.

    Exit codes: 0 fine, 1 something was skipped, 3 a file cannot be used.

    Example: clip import ~/clippings old-crawl.warc.gz bookmarks.html
    """
    from clipper.cli.readers import open_reader
    from clipper.imports import import_path

    if memento is not None:
        return _from_memento(names, memento, limit, db, keep_bodies, network)
    paths = tuple(map(_path, names))
    skipped = 0
    with writing(db, create=True, keep_bodies=keep_bodies) as archive, open_reader() as reader:
        for path in paths:
            report = import_path(path, archive=archive, reader=reader, told=_progress)
            _progress(0)
            listed = f"{report.listed} to be fetched by `clip sync`, " if report.listed else ""
            click.echo(
                f"{path}: {report.filed} filed, {listed}{report.unchanged} already there, {len(report.skipped)} skipped"
            )
            _tell_skipped(report.skipped, verbose)
            skipped += len(report.skipped)
    return 1 if skipped else 0


def _tell_skipped(skipped: Sequence[Skipped], verbose: bool) -> None:
    for one in skipped if verbose else skipped[:SHOWN]:
        remark(f"skipped {one.name}: {one.reason}")
    if len(skipped) > SHOWN and not verbose:
        remark(f"… and {len(skipped) - SHOWN:,} more; --verbose names all")


def _path(name: str) -> Path:
    path = Path(name)
    if not path.exists():
        web = name.startswith(("http://", "https://"))
        advice = "; `clip URL` fetches a page, --memento TIMEGATE its older versions" if web else ""
        raise UsageError(f"there is no file or folder {name!r}{advice}")
    return path


def _from_memento(
    addresses: tuple[str, ...],
    timegate: str,
    limit: int | None,
    db: Path,
    keep_bodies: KeepBodies,
    network: dict[str, Any],
) -> int:
    """Bring in older versions of pages; 1 if one could not be had."""
    from clipper.cli.readers import open_reader
    from clipper.imports.mementos import bring, mementos

    failed = 0
    with (
        writing(db, create=True, keep_bodies=keep_bodies) as archive,
        open_fetcher(policy_of(network), network["replay"]) as fetcher,
        open_reader() as reader,
    ):
        for url in addresses:
            wanted = mementos(url, timegate, fetcher=fetcher)[-(limit or 0) :]
            filed = 0
            for brought in bring(url, wanted, archive=archive, fetcher=fetcher, reader=reader):
                day = day_and_minute(brought.memento.at)
                if brought.error is not None:
                    complain(f"{day}: {brought.error}")
                    failed += 1
                elif brought.filed is not None:
                    filed += 1
                    title = brought.extraction.title if brought.extraction else None
                    click.echo(f"{brought.filed.outcome:<12}  {day}  {safe(title or url)}")
            remark(f"{url}: {filed} of {counted(len(wanted), 'version')} filed")
    return 1 if failed else 0


def _progress(count: int) -> None:
    """How many things were found so far, on a terminal; 0 wipes the line."""
    if sys.stderr.isatty() and count % EVERY == 0:
        click.echo(f"\r{count:,}" if count else "\r\x1b[K", nl=False, err=True)
