"""`clip export`: the archive in other programs' forms."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from clipper.cli.options import Moment, db_option, reading
from clipper.cli.output import print_rows, remark
from clipper.cli.reading import snapshot_row
from clipper.errors import UsageError

COLUMNS = (
    "url",
    "title",
    "source",
    "date",
    "fetched_at",
    "author",
    "language",
    "words",
    "change",
    "digest",
)


@click.command("export")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Write one Markdown file with front matter for each page; only what changed is written.")  # fmt: skip
@click.option("--json", "form", flag_value="json", default=None, help="Print a JSON list, articles included.")
@click.option("--nl", "form", flag_value="nl", help="Print one JSON object a line, articles included.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV, without the articles.")
@click.option("--all", "every", is_flag=True, help="Every version, not only the latest (JSON, CSV).")
@click.option("--since", type=Moment(), metavar="DATE", help="Only what was fetched since.")
@db_option
def export_command(folder: Path | None, form: str | None, every: bool, since: datetime | None, db: Path) -> None:
    """Write the archive out as Markdown files, JSON or CSV.

    Example: clip export --to ~/notes/clips
    """
    if (folder is None) == (form is None):
        raise UsageError("say one of --to DIR, --json, --nl and --csv")
    with reading(db) as archive:
        if folder is not None:
            from clipper.exports.mirror import mirror

            count = mirror(archive, folder, since=since)
            remark(f"{count.written} written, {count.unchanged} unchanged, in {folder}.")
            return
        snapshots = archive.snapshots(since=since, every=every)
        texts = form != "csv"
        rows = (snapshot_row(s) | ({"markdown": archive.markdown(s.id)} if texts else {}) for s in snapshots)
        print_rows(rows, form=form, columns=COLUMNS)
