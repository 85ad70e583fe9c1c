"""`clip merge`, `clip prune`, `clip backup` and `clip stats`: the archive as a whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clipper.cli.options import Duration, db_option, format_options, reading, writing
from clipper.cli.output import print_rows, remark, safe
from clipper.errors import UsageError

if TYPE_CHECKING:
    from clipper.archive.prune import Doomed

SHOWN = 20
STATS_COLUMNS = ("what", "rows", "bytes")
HOST_COLUMNS = ("host", "pages", "versions", "checks", "bytes", "stored")


@click.command("merge")
@click.argument("others", nargs=-1, required=True, metavar="OTHER.db...",
                type=click.Path(exists=True, dir_okay=False, path_type=Path))  # fmt: skip
@db_option
def merge_command(others: tuple[Path, ...], db: Path) -> None:
    """Bring in all that other archives have and this one has not.

    Merging again adds nothing, the order does not matter, and the others may be in use. Two captures of
    one page at one time with other bytes are both kept, and named.

    Example: clip merge laptop.db server.db
    """
    with writing(db, create=True) as archive:
        for other in others:
            if db.exists() and other.samefile(db):
                raise UsageError(f"{other} is the archive itself; name other archives")
            merged = archive.merge(other)
            click.echo(f"{other}: {merged.checks:,} checks of {merged.pages:,} pages, {merged.known:,} already there")
            for conflict in merged.conflicts:
                click.echo(safe(f"both kept: {conflict.url_key} of {conflict.checked_at} has two contents"))


@click.command("prune")
@db_option
@click.option("--older-than", "age", type=Duration(), metavar="SPAN", help="Only versions fetched longer ago (52w …).")
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="Keep the latest N versions of each page.")
@click.option("--host", metavar="HOST", help="Only pages of this host.")
@click.option("--yes", is_flag=True, help="Do it; without this, only say what would go.")
def prune_command(db: Path, age: timedelta | None, keep: int | None, host: str | None, yes: bool) -> None:
    """Take old versions away; by itself it only says which.

    The first and the latest version of a page stay, and all of tagged pages. What goes leaves a tombstone and its
    checks, so that the chain still proves the rest.

    Example: clip prune --older-than 104w --keep 5 --yes
    """
    from clipper.archive.prune import Rule
    from clipper.archive.rows import stamp

    if age is None and keep is None and host is None:
        raise UsageError("say which versions may go: --older-than SPAN, --keep N, --host HOST, or several of them")
    rule = Rule(before=stamp(datetime.now(UTC) - age) if age else None, keep=keep, host=host)
    with writing(db) if yes else reading(db) as archive:
        gone = archive.prune(rule) if yes else archive.doomed(rule)
        count = _told(list(gone))
    if not count:
        remark("No version is to go.")
    elif yes:
        remark(f"{count:,} version(s) pruned. `clip backup FILE` makes a copy without the room they took.")
    else:
        remark(f"{count:,} version(s) would go; --yes takes them away.")


@click.command("backup")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@db_option
def backup_command(target: Path, db: Path) -> None:
    """Copy the archive to one file, while others write to it, and verify the copy.

    An older backup of this archive is replaced; nothing else is.

    Example: clip backup /mnt/backup/archive.db
    """
    with reading(db) as archive:
        size = archive.backup(target)
        entries, head = archive.head()
    remark(f"{target}: {size:,} bytes, {entries:,} entries, verified; head {head[:16]}…")


@click.command("stats")
@db_option
@click.option("--hosts", "by_host", is_flag=True, help="What each host takes, the largest first.")
@format_options
def stats_command(db: Path, by_host: bool, form: str | None) -> None:
    """Count what is in the archive, and what takes how much room.

    Example: clip stats --hosts
    """
    with reading(db) as archive:
        if by_host:
            rows = [
                {"host": h.host, "pages": h.pages, "versions": h.versions, "checks": h.checks,
                 "bytes": h.size, "stored": h.stored}
                for h in archive.hosts()
            ]  # fmt: skip
            print_rows(rows, form=form, columns=HOST_COLUMNS)
            return
        counts, sizes = archive.stats(), archive.sizes()
    rows = [{"what": name, "rows": count, "bytes": sizes.pop(name, None)} for name, count in counts.items()
            if isinstance(count, int) and not name.endswith(("bytes", "stored"))]  # fmt: skip
    rows += [{"what": f"pages {state}", "rows": count, "bytes": None} for state, count in counts["states"].items()]
    rows += [{"what": name, "rows": None, "bytes": size} for name, size in sizes.items()]
    rows += [
        {"what": "bytes as they came", "rows": None, "bytes": counts["body_bytes"]},
        {"what": "the file", "rows": None, "bytes": counts["file_bytes"]},
    ]
    print_rows(rows, form=form, columns=STATS_COLUMNS)


def _told(gone: list[Doomed]) -> int:
    for version in gone[:SHOWN]:
        click.echo(safe(f"{version.fetched_at[:16]}  {version.url}  {version.title or ''}"))
    if len(gone) > SHOWN:
        remark(f"… and {len(gone) - SHOWN:,} more")
    return len(gone)
