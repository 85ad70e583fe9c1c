"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from clipper import urls
from clipper.cli.output import remark
from clipper.errors import ArchiveError

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.models import Page

KeepBodies = Literal["last", "all", "none"]
Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_ARCHIVE = Path("archive.db")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def db_option(command: Command) -> Command:
    """`--db PATH`, with its environment variable and default."""
    return click.option(
        "--db",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="CLIPPER_DB",
        default=DEFAULT_ARCHIVE,
        show_default=True,
        metavar="PATH",
        is_eager=True,  # the configuration beside it has a word in the other options
        callback=_configured,
        help="The archive. Also $CLIPPER_DB.",
    )(command)


def _configured(ctx: click.Context, _option: click.Parameter, db: Path) -> Path:
    from clipper.cli import settings

    settings.use(ctx, db)
    return db


def format_options(command: Command) -> Command:
    """`--json`, `--nl`, `--csv`, `-t/--table`: the form of rows."""
    for flags, value, text in (
        (("-t", "--table"), "table", "Print a table."),
        (("--csv",), "csv", "Print CSV."),
        (("--nl",), "nl", "Print one JSON object a line."),
        (("--json",), "json", "Print a JSON list."),
    ):
        command = click.option(*flags, "form", flag_value=value, default=None, help=text)(command)
    return command


def keep_bodies_option(command: Command) -> Command:
    """`--keep-bodies last|all|none`."""
    return click.option(
        "--keep-bodies",
        type=click.Choice(["last", "all", "none"]),
        default="last",
        show_default=True,
        help="Which bytes of unchanged checks to keep.",
    )(command)


def reading(db: Path) -> Archive:
    """The archive, for commands that only read."""
    from clipper.archive import Archive

    return Archive.open(db, readonly=True)


def writing(db: Path, *, create: bool = False, keep_bodies: KeepBodies = "last") -> Archive:
    """The archive, for commands that write; `create` makes it where there is none, and says so."""
    from clipper.archive import Archive

    archive = Archive.open(db, create=create, keep_bodies=keep_bodies)
    if archive.created:
        remark(f"New archive: {db.absolute()}")
    return archive


def page_of(url: str, archive: Archive) -> Page:
    """The archived page of an address; `ArchiveError` if there is none."""
    page = archive.page(urls.url_key(url))
    if page is None:
        raise ArchiveError(f"{url} is not in the archive; `clip URL` puts it there")
    return page


class Duration(click.ParamType[timedelta]):
    """A span of time: `90`, `30m`, `1d`, `2w`; a bare number is seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        number, unit = (value[:-1], value[-1]) if value[-1:] in UNITS else (value, "s")
        try:
            span = timedelta(seconds=float(number) * UNITS[unit])
            if span >= timedelta():
                return span
            raise ValueError
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no span of time; write it like 90s, 30m, 12h, 1d or 2w", param, ctx)


class Moment(click.ParamType[datetime]):
    """A day or a time, `2026-11-24` or `2026-11-24T08:30`, in UTC unless it says otherwise.

    A day alone means its end: "as it was on that day".
    """

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write it like 2026-11-24 or 2026-11-24T08:30", param, ctx)
        if len(value) <= len("2026-11-24"):
            moment = moment.replace(hour=23, minute=59, second=59, microsecond=999999)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
