"""`clip reextract`: stored bytes read again."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clipper import urls
from clipper.cli.options import Moment, db_option, reading, writing
from clipper.cli.output import counted, reader_of, remark, safe
from clipper.cli.readers import open_reader, own_rules
from clipper.errors import ArchiveError

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.sync.rereading import Reread, Run

TOLD = {
    "better": "read otherwise",
    "article": "is an article by today's reading",
    "none": "holds no article by today's reading; its text is kept",
    "unread": "could not be read in time; nothing of it changes",
}


@click.command("reextract")
@db_option
@click.option("--host", metavar="HOST", help="Only pages of this host.")
@click.option("--since", type=Moment(), metavar="DATE", help="Only what was fetched on that day or later.")
@click.option("--dry-run", is_flag=True, help="Read, and file nothing.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=lambda: os.cpu_count() or 1,
    show_default="one a processor",
    metavar="N",
    help="How many processes read.",
)
@click.option("--no-isolate", "isolate", flag_value=False, default=True, help="Read in this process (debugging).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each page that reads otherwise.")
@click.option("-v", "--verbose", is_flag=True, help="Name every page that reads otherwise.")
def reextract_command(
    db: Path,
    host: str | None,
    since: datetime | None,
    dry_run: bool,
    jobs: int,
    isolate: bool,
    as_json: bool,
    verbose: bool,
) -> int:
    """Read the stored bytes again with today's extractor, rules and knowledge of sites.

    A better reading is a new text of the same version. A page that was kept as a check without an article
    becomes a version if it has one by today's reading. An interrupted run goes on where it was, unless rules
    or extractor are others by then. With -v or --json each page that reads otherwise says who read it before.

    Example: clip reextract --host www.4hou.com --dry-run
    """
    from clipper.sync.rereading import Run

    if since is not None:
        since = since.replace(hour=0, minute=0, second=0, microsecond=0) if since.microsecond == 999999 else since
    counts: Counter[str] = Counter()
    earlier: Counter[str] = Counter()  # who read before what reads otherwise now
    rules = rules_digest()
    with reading(db) if dry_run else writing(db) as archive:
        run = Run(archive, host=_host(host, archive), since=since, rules=rules, dry_run=dry_run)
        for reread in _with_bar(run, isolate=isolate, jobs=jobs):
            counts[reread.came] += 1
            if reread.came == "better" and reread.before is not None:
                earlier[reader_of(reread.before.extractor, reread.before.rule)] += 1
            if reread.came != "same" and (verbose or as_json):
                _tell(reread, as_json=as_json)
    for who, count in earlier.most_common(5):
        remark(f"{count} of them had been read by {who}")
    (remark if as_json else click.echo)(_summary(counts, dry_run=dry_run))
    return 0


def _with_bar(run: Run, *, isolate: bool, jobs: int) -> Iterator[Reread]:
    """What each page came to, with a bar on a terminal."""
    if run.resumed:
        remark(f"going on with an interrupted run; {counted(len(run.waiting), 'page')} left")
    shown = sys.stderr.isatty()
    with click.progressbar(length=len(run.waiting), label="reading", file=sys.stderr, hidden=not shown) as bar:
        for reread in run.read(open_reader=lambda: open_reader(isolate=isolate), jobs=jobs if isolate else 1):
            bar.update(1)
            yield reread


def _host(said: str | None, archive: Archive) -> str | None:
    """The host as the archive has it, of an address too; an error if no page of it is there."""
    if said is None:
        return None
    host = urls.host_of(urls.check(said))
    if next(iter(archive.pages(host=host, limit=1)), None) is None:
        raise ArchiveError(f"no page of {host} is archived; `clip list` shows what is")
    return host


def rules_digest() -> str:
    """The digest of the user's rules; files that cannot be used are complained of."""
    digest = sha256()
    for file, _ in own_rules()[0]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _tell(reread: Reread, *, as_json: bool) -> None:
    read, before = reread.extraction, reread.before
    if as_json:
        row = {"url": reread.url, "came": reread.came, "verdict": str(read.verdict), "reason": read.reason,
               "title": read.title, "words": read.words, "extractor": read.extractor, "rule": read.rule,
               "before": before and asdict(before)}  # fmt: skip
        click.echo(json.dumps(row, ensure_ascii=False))
        return
    told = f"{read.verdict}, {counted(read.words, 'word')}{f', rule {read.rule}' if read.rule else ''}"
    if before is not None:
        told += f"; before: {counted(before.words, 'word')} by {reader_of(before.extractor, before.rule)}"
    click.echo(f"{safe(reread.url)}  {TOLD[reread.came]}  ({safe(told)})")


def _summary(counts: Counter[str], *, dry_run: bool) -> str:
    """One line: what was read, and what became of it."""
    would = "would be " if dry_run else ""
    unread = f", {counts['unread']} not read in time" if counts["unread"] else ""
    return (
        f"{counts.total()} read again: {counts['better']} {would}filed anew, {counts['article']} {would}now articles, "
        f"{counts['none']} no article any more, {counts['same']} the same{unread}"
    )
