"""`clip report`, `clip failures`, `clip retry`: what happened, and what could not be had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipper.cli.options import db_option, format_options, reading, writing
from clipper.cli.output import complain, counted, day_and_minute, print_rows, remark, safe
from clipper.errors import ClipperError, FileError, UsageError
from clipper.exports.files import write_whole

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.models import Event
    from clipper.sync.report import Report

FAILURE_COLUMNS = ("state", "since", "failures", "next", "reason", "url")
SUFFIXES = (".html", ".htm", ".md")
DAYS = {"today": 0, "yesterday": 1}
WORDS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 31}


class Since(click.ParamType[datetime]):
    """A day or time that is past: `yesterday`, `today`, `3d`, `week`, `2026-11-24`, `2026-11-24T08:30`."""

    name = "since"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from clipper.cli.options import Duration

        if isinstance(value, datetime):
            return value
        now = datetime.now(UTC)
        text = value.strip().lower()
        if text in DAYS:  # of the clock on the wall
            midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
            return (midnight - timedelta(days=DAYS[text])).astimezone(UTC)
        if text in WORDS:
            return now - timedelta(days=WORDS[text])
        try:
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        except ValueError:
            pass
        try:
            return now - Duration().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no time; write it like yesterday, 3d, 2026-11-24", param, ctx)


@click.command("report")
@click.option("--since", type=Since(), default="yesterday", show_default=True, metavar="WHEN",
              help="yesterday, today, 12h, 3d, week, or a date.")  # fmt: skip
@click.option("--json", "form", flag_value="json", default=None, help="Print a JSON list.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write it there (.html or .md).")  # fmt: skip
@db_option
def report_command(since: datetime, form: str | None, output: Path | None, db: Path) -> None:
    """Tell what `clip sync` found since then: new, changed, gone, failing, back.

    Example: clip report --since yesterday
    """
    from clipper.sync.report import Report

    with reading(db) as archive:
        if form == "json":
            _print_json(archive.diary.since(since))
            return
        report = Report.of(archive.diary.since(since), shown=200)
    if output is not None:
        write_report(report, output, since=since)
    elif report:
        _print(report)
    else:
        remark(f"Nothing happened since {day_and_minute(since)}.")


@click.command("feed")
@click.option("--since", type=Since(), default="30d", show_default=True, metavar="WHEN",
              help="yesterday, today, 12h, 3d, week, or a date.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, metavar="N",
              help="So many entries, the newest.")  # fmt: skip
@click.option("--new", is_flag=True, help="Pages that are new, too.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there.")
@db_option
def feed_command(since: datetime, limit: int, new: bool, output: Path | None, db: Path) -> None:
    """Write an Atom feed of what changed, with the differences in it, for any feed reader.

    Example: clip feed -o changes.xml
    """
    from clipper.sync.changes import atom

    with reading(db) as archive:
        text = atom(archive, since=since, now=datetime.now(UTC), limit=limit, new=new)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text.encode())


@click.command("failures")
@click.option("--host", metavar="HOST", help="Of this host only.")
@db_option
@format_options
def failures_command(host: str | None, db: Path, form: str | None) -> None:
    """List the pages and feeds that could not be had the last time, why, and when they are tried again.

    Example: clip failures
    """
    with reading(db) as archive:
        rows = [row for row in _failures(archive) if host in (None, row["host"])]
    print_rows(rows, form=form, columns=FAILURE_COLUMNS)


@click.command("retry")
@click.argument("addresses", nargs=-1, metavar="[URL]...")
@click.option("--host", metavar="HOST", help="All of this host, which is left alone no longer.")
@click.option("--all", "every", is_flag=True, help="All that failed.")
@db_option
def retry_command(addresses: tuple[str, ...], host: str | None, every: bool, db: Path) -> int:
    """Let pages and feeds that failed be due now, for the next `clip sync`.

    Example: clip retry --host www.4hou.com
    """
    from clipper import urls

    if not (addresses or host or every):
        raise UsageError("name addresses, --host HOST, or --all; `clip failures` lists what failed")
    code = 0
    with writing(db) as archive:
        now = datetime.now(UTC)
        pages, feeds = set(), set()
        for address in addresses:
            page, source = archive.page(urls.url_key(address)), archive.watched.find(address)
            if source is not None and source.kind != "page":
                feeds.add(source.id)
            elif page is not None:
                pages.add(page.id)
            else:
                complain(f"{address} is not in the archive; `clip URL` puts it there")
                code = 1
        if host or every:
            found = [row for row in _failures(archive) if host in (None, row["host"])]
            pages |= {row["page"] for row in found if row["page"]}
            feeds |= {row["feed"] for row in found if row["feed"]}
        archive.agenda.hurry(sorted(pages), at=now)
        archive.watched.hurry(sorted(feeds))
        for trouble in archive.diary.troubles():
            if every or trouble.host == host:
                archive.diary.release(trouble.host, at=now)
    due = [counted(len(ids), name) for ids, name in ((pages, "page"), (feeds, "feed")) if ids]
    if due:
        remark(f"{' and '.join(due)} due now, for the next `clip sync`")
    elif not code:
        remark("nothing failed; nothing is due that was not")
    return code


def deliver(archive: Archive, *, form: str | None, file: Path | None, notify: tuple[str, ...], quiet: bool) -> bool:
    """Report what no report told of yet, in every way asked for; whether an error began."""
    from clipper.sync.report import ERRORS, Report

    untold = (event for event in archive.diary.untold() if not quiet or event.kind in ERRORS)
    events = list(untold) if form == "json" else untold  # in a list they are all in memory
    report = Report.of(events)
    if report:
        if form == "json":
            _print_json(events)
        else:
            _print(report)
        if file is not None:
            write_report(report, file)
    archive.diary.told()
    sent = not report or not notify or _notify(report, notify)
    return report.bad or not sent


def check_file(file: Path) -> None:
    """Raise `UsageError` for a file whose name says nothing of how a report is written, `FileError` without its folder."""
    if file.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{file}: a report is written as .html or .md")
    if not file.parent.is_dir():
        raise FileError(f"cannot write {file}: there is no folder {file.parent}")


def write_report(report: Report, file: Path, *, since: datetime | None = None) -> None:
    """Write a report as HTML or Markdown, by the name of the file."""
    from clipper.sync import report as reports

    check_file(file)
    began = f"since {day_and_minute(since)}" if since else f"of {day_and_minute(datetime.now(UTC))}"
    make = reports.as_markdown if file.suffix.lower() == ".md" else reports.as_html
    write_whole(file, make(report, title=f"clipper: report {began}").encode("utf-8", "replace"))


def _print(report: Report) -> None:
    from clipper.sync.report import as_text

    click.echo(as_text(report, safe))


def _print_json(events: Iterable[Event]) -> None:
    from clipper.sync.report import as_row

    print_rows(map(as_row, events), form="json", columns=())


def _notify(report: Report, addresses: tuple[str, ...]) -> bool:
    """Send a report; whether all of it arrived. What did not is complained about, and not sent again."""
    from clipper.sync.notify import send
    from clipper.sync.report import as_text

    try:
        send(as_text(report, safe), addresses)
    except ClipperError as error:
        complain(str(error))
        return False
    return True


def _failures(archive: Archive) -> Iterator[dict[str, Any]]:
    """Pages and feeds that are not well, the longest first."""
    from clipper import urls

    left = {trouble.host: trouble for trouble in archive.diary.troubles()}
    for page in archive.agenda.unwell():
        trouble = left.get(page.host)
        yield {
            "page": page.page_id,
            "feed": None,
            "url": page.url,
            "host": page.host,
            "state": page.state,
            "since": page.since,
            "failures": page.failures,
            "next": max(page.due_at, trouble.left_until) if trouble and page.due_at else page.due_at,
            "reason": f"{trouble.failure}; the host is left alone"
            if trouble
            else page.reason.removeprefix(f"{page.url}: "),
        }
    for source in archive.watched.all():
        if source.error and not source.paused:
            yield {
                "page": None,
                "feed": source.id,
                "url": source.url,
                "host": urls.host_of(source.url),
                "state": "feed",
                "since": source.failing_since,
                "failures": source.failures,
                "next": source.due_at,
                "reason": source.error,
            }
