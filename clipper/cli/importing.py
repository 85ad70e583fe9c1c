"""`clip import`: other archives, in."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from clipper.cli.options import KeepBodies, db_option, keep_bodies_option, writing
from clipper.cli.output import remark

SHOWN = 10  # skipped things; --verbose names all
EVERY = 100


@click.command("import")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH...",
)
@db_option
@keep_bodies_option
@click.option("-v", "--verbose", is_flag=True, help="Name everything that was skipped, and why.")
def import_command(paths: tuple[Path, ...], db: Path, keep_bodies: KeepBodies, verbose: bool) -> int:
    """Bring in other archives: Markdown folders, WARC and WACZ files, bookmarks, lists.

    Folders of Markdown with front matter (Obsidian's too); WARC, ARC and WACZ files; a browser's bookmarks; Pocket,
    Instapaper and Raindrop (CSV, HTML); ArchiveBox and Pinboard (JSON); urlwatch (YAML); plain lists of addresses.
    Captures keep their own dates. What is already there is not filed twice, and an import that was interrupted goes on
    when it is started again. Addresses without content are fetched by the next `clip sync`.

    Exit codes: 0 fine, 1 something was skipped, 3 a file cannot be used.

    Example: clip import ~/clippings old-crawl.warc.gz bookmarks.html
    """
    from clipper.cli.readers import open_reader
    from clipper.imports import import_path

    skipped = 0
    with writing(db, create=True, keep_bodies=keep_bodies) as archive, open_reader() as reader:
        for path in paths:
            report = import_path(path, archive=archive, reader=reader, told=_progress)
            _progress(0)
            listed = f"{report.listed} to be fetched by `clip sync`, " if report.listed else ""
            click.echo(
                f"{path}: {report.filed} filed, {listed}{report.unchanged} already there, {len(report.skipped)} skipped"
            )
            for one in report.skipped if verbose else report.skipped[:SHOWN]:
                remark(f"skipped {one.name}: {one.reason}")
            if len(report.skipped) > SHOWN and not verbose:
                remark(f"… and {len(report.skipped) - SHOWN:,} more; --verbose names all")
            skipped += len(report.skipped)
    return 1 if skipped else 0


def _progress(count: int) -> None:
    """How many things were found so far, on a terminal; 0 wipes the line."""
    if sys.stderr.isatty() and count % EVERY == 0:
        click.echo(f"\r{count:,}" if count else "\r\x1b[K", nl=False, err=True)
