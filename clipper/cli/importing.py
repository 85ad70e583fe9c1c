"""`clip import`: other archives, in."""

from __future__ import annotations

from pathlib import Path

import click

from clipper.cli.options import db_option, writing
from clipper.cli.output import remark


@click.command("import")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH...",
)
@db_option
@click.option("-v", "--verbose", is_flag=True, help="Name everything that was skipped, and why.")
def import_command(paths: tuple[Path, ...], db: Path, verbose: bool) -> int:
    """Bring in other archives: Markdown folders, bookmarks, WARC files.

    Captures keep their own dates. What is already there is not filed twice.

    Example: clip import ~/clippings old-crawl.warc.gz
    """
    from clipper.cli.readers import open_reader
    from clipper.imports import import_path

    skipped = 0
    with writing(db, create=True) as archive, open_reader() as reader:
        for path in paths:
            report = import_path(path, archive=archive, reader=reader)
            click.echo(f"{path}: {report.filed} filed, {report.unchanged} already there, {len(report.skipped)} skipped")
            for name, reason in report.skipped if verbose else ():
                remark(f"skipped {name}: {reason}")
            skipped += len(report.skipped)
    return 1 if skipped else 0
