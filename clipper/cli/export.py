"""`clip export`: the archive in other programs' forms."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clipper.cli.options import Moment, db_option, reading
from clipper.cli.output import print_rows, remark
from clipper.cli.reading import snapshot_row
from clipper.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from clipper.archive import Archive

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
@click.option("--warc", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write what servers answered as a WARC file (.warc or .warc.gz), with the requests.")  # fmt: skip
@click.option("--wacz", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the same as a WACZ file, with index and pages.")  # fmt: skip
@click.option("--page", "url", metavar="URL", help="Only this page (WARC, WACZ).")
@click.option("--since", type=Moment(), metavar="DATE", help="Only what was fetched since.")
@db_option
def export_command(
    folder: Path | None,
    form: str | None,
    every: bool,
    warc: Path | None,
    wacz: Path | None,
    url: str | None,
    since: datetime | None,
    db: Path,
) -> None:
    """Write the archive out: Markdown files, JSON, CSV, WARC or WACZ.

    Example: clip export --to ~/notes/clips
    """
    if sum(choice is not None for choice in (folder, form, warc, wacz)) != 1:
        raise UsageError("say one of --to DIR, --json, --nl, --csv, --warc FILE and --wacz FILE")
    if url and not (warc or wacz):
        raise UsageError("--page URL goes with --warc or --wacz; `clip show URL` prints one page")
    with reading(db) as archive:
        if warc or wacz:
            _web_archive(archive, warc, wacz, url, since)
        elif folder is not None:
            from clipper.exports.mirror import mirror

            count = mirror(archive, folder, since=since)
            removed = f", {count.removed} removed" if count.removed else ""
            remark(f"{count.written} written, {count.unchanged} unchanged{removed}, in {folder}.")
            for path in count.edited:
                remark(f"left as it is, because it was edited: {path}")
        else:
            snapshots = archive.snapshots(since=since, every=every)
            texts = form != "csv"
            rows = (snapshot_row(s) | ({"markdown": archive.markdown(s.id)} if texts else {}) for s in snapshots)
            print_rows(rows, form=form, columns=COLUMNS)


def _web_archive(
    archive: Archive, warc: Path | None, wacz: Path | None, url: str | None, since: datetime | None
) -> None:
    from clipper import urls

    key = urls.url_key(url) if url else None
    if key is not None and archive.page(key) is None:
        raise ArchiveError(f"{url} is not in the archive; `clip URL` puts it there")
    if warc:
        from clipper.exports.warc import write_warc

        written = write_warc(archive, warc, url_key=key, since=since)
    else:
        from clipper.exports.wacz import write_wacz

        assert wacz is not None
        written = write_wacz(archive, wacz, url_key=key, since=since, now=datetime.now(UTC))
    remark(f"{written.captures} capture(s) written to {warc or wacz}.")
    for reason, count in written.left_out.most_common():
        remark(f"{count} check(s) left out: {reason}.")
