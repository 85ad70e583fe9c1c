"""`clip watch`: what `clip sync` looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipper import urls
from clipper.cli import settings
from clipper.cli.group import OptionsFirst
from clipper.cli.network import network_options, open_fetcher, policy_of
from clipper.cli.options import Duration, db_option, format_options, reading, writing
from clipper.cli.output import complain, counted, day_and_minute, print_rows, remark, safe
from clipper.errors import ClipperError, UsageError
from clipper.exports.files import write_whole

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.models import Source


COLUMNS = ("kind", "state", "last_fetched", "due", "tags", "title", "url")


def _named(_context: click.Context, _option: click.Parameter, tags: tuple[str, ...]) -> tuple[str, ...]:
    """The tags without the space around them; `BadParameter` for one that is nothing else."""
    if not all(tag.strip() for tag in tags):
        raise click.BadParameter("a tag has to have a name")
    return tuple(tag.strip() for tag in tags)


@click.group("watch", cls=OptionsFirst)
def watch_command() -> None:
    """Manage the pages and feeds that `clip sync` fetches.

    Example: clip watch add https://www.4hou.com/feed
    """


@watch_command.command("add")
@click.argument("addresses", nargs=-1, required=True, metavar="URL|FILE...")
@click.option("--tag", "tags", multiple=True, callback=_named, metavar="TAG", help="Tag what it leads to; repeatable.")
@click.option("--every", type=Duration(), metavar="SPAN", help="Look at it this often, whatever its history says.")
@click.option("--as", "kind", type=click.Choice(["feed", "sitemap", "page"]), help="Take it for that.")
@click.option("--private", is_flag=True, help="Leave it out of exports.")
@db_option
@network_options
def add_command(
    addresses: tuple[str, ...],
    tags: tuple[str, ...],
    every: timedelta | None,
    kind: Any,
    private: bool,
    db: Path,
    **options: Any,
) -> int:
    """Watch a page, a feed, a site map, or all feeds of an OPML list.

    The address is fetched to find out which of them it is; an OPML list may be a file, too. Of the home
    page of a site with a feed, the feed is watched. A feed whose address holds a key is marked private.

    Example: clip watch add https://www.4hou.com/feed --tag security
    """
    from clipper.sync import sources

    code = 0
    policy, configured = policy_of(options), settings.current()
    with (
        writing(db, create=True) as archive,
        open_fetcher(policy, options["replay"]) as shared,
    ):
        for address in addresses:
            try:
                with shared.sibling(configured.policy(policy, _host(address))) as fetcher:
                    added = sources.add(
                        address, archive=archive, fetcher=fetcher, tags=tags, kind=kind, private=private
                    )
                    _tell_added([_with(found, every, archive) for found in added])
            except ClipperError as error:
                complain(str(error))
                code = error.exit_code if len(addresses) == 1 else 1
    return code


@watch_command.command("list")
@db_option
@format_options
def list_command(db: Path, form: str | None) -> None:
    """List what is watched, how it is doing, and when it is looked at next.

    Example: clip watch list
    """
    with reading(db) as archive:
        former = archive.watched.former()
        rows = [_row(source, archive, former.get(source.id)) for source in archive.watched.all()]
    print_rows(rows, form=form, columns=COLUMNS)


@watch_command.command("remove")
@click.argument("addresses", nargs=-1, required=True, metavar="URL...")
@db_option
def remove_command(addresses: tuple[str, ...], db: Path) -> int:
    """Stop watching; what is archived stays.

    Example: clip watch remove https://www.4hou.com/feed
    """
    return _each(addresses, db, lambda archive, source: archive.unwatch(source.url))


@watch_command.command("pause")
@click.argument("addresses", nargs=-1, required=True, metavar="URL...")
@db_option
def pause_command(addresses: tuple[str, ...], db: Path) -> int:
    """Do not look at a source for now, nor at what it lists, until `clip watch resume`.

    Example: clip watch pause https://www.4hou.com/feed
    """
    return _each(addresses, db, lambda archive, source: archive.watched.edit(source, paused=True))


@watch_command.command("resume")
@click.argument("addresses", nargs=-1, required=True, metavar="URL...")
@db_option
def resume_command(addresses: tuple[str, ...], db: Path) -> int:
    """Look at a source again that was paused.

    Example: clip watch resume https://www.4hou.com/feed
    """
    return _each(addresses, db, lambda archive, source: archive.watched.edit(source, paused=False))


@watch_command.command("edit")
@click.argument("address", metavar="URL")
@click.option("--tag", "tags", multiple=True, callback=_named, metavar="TAG",
              help="Add a tag, for what comes from now on; repeatable.")  # fmt: skip
@click.option("--untag", "untags", multiple=True, metavar="TAG", help="Take a tag away; repeatable.")
@click.option("--every", type=Duration(), metavar="SPAN", help="Look at it this often; 0 leaves that to its history.")
@click.option("--title", metavar="TEXT", help="Call it that.")
@click.option("--private/--public", default=None, help="Leave it out of exports, or not.")
@db_option
def edit_command(
    address: str,
    tags: tuple[str, ...],
    untags: tuple[str, ...],
    every: timedelta | None,
    title: str | None,
    private: bool | None,
    db: Path,
) -> int:
    """Change tags, interval, title or privacy of a source.

    Example: clip watch edit https://www.4hou.com/feed --every 2h --tag daily
    """

    if not (tags or untags) and every is None and title is None and private is None:
        raise UsageError("say what to change: --tag, --untag, --every, --title, --private or --public")

    def change(archive: Archive, source: Source) -> None:
        wanted = tuple(sorted({*source.tags, *tags} - {*untags})) if tags or untags else None
        archive.watched.edit(source, title=title, tags=wanted, every=every, private=private)

    return _each((address,), db, change)


@watch_command.command("export")
@click.option("--opml", "form", flag_value="opml", default="opml", help="As an OPML list (the default).")
@click.option("--private", is_flag=True, help="Private feeds, too.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write there.")
@db_option
def export_command(form: str, private: bool, output: Path | None, db: Path) -> None:  # noqa: ARG001 - one form so far
    """Write the feeds that are watched as a list for feed readers.

    Example: clip watch export --opml -o feeds.opml
    """
    from clipper.sync import sources

    with reading(db) as archive:
        text, left_out = sources.opml(archive.watched.all(), private=private)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text.encode())
    if left_out:
        remark(f"{counted(left_out, 'private feed')} left out; --private exports them")


def _host(address: str) -> str:
    """The host of an address; none if it is a file, or malformed, which is told later."""
    try:
        return urls.host_of(urls.check(address))
    except UsageError:
        return ""


def _with(found: Any, every: timedelta | None, archive: Archive) -> Any:
    """What was found, with the interval that the user wants."""
    if every is not None:
        archive.watched.edit(found.source, every=every)
    return found


def _tell_added(added: Iterable[Any]) -> None:
    for found in added:
        source = found.source
        word = "watching" if found.new else "watched already:"
        click.echo(f"{word} {source.kind}  {safe(source.url)}  {safe(source.title or '')}".rstrip())
        for said in found.remarks:
            remark(f"  {said}")


def _each(addresses: tuple[str, ...], db: Path, act: Callable[[Archive, Source], object]) -> int:
    """Do something with each source of these addresses; 1 if one is not watched."""
    code = 0
    with writing(db) as archive:
        for address in addresses:
            source = archive.watched.find(address)
            if source is None:
                complain(f"{address} is not watched; `clip watch list` shows what is")
                code = 1
            else:
                act(archive, source)
    return code


def _row(source: Source, archive: Archive, moved_from: str | None) -> dict[str, Any]:
    due = source.due_at
    state = "paused" if source.paused else "ok" if source.last_fetched or source.kind == "page" else "new"
    if source.kind == "page":
        page = archive.page(urls.key_of(source.url) or source.url)
        waiting = archive.agenda.due_at(page.id) if page else None
        due = waiting or due
        state = state if source.paused or page is None else str(page.state)
    elif source.error and not source.paused:
        state = f"failing since {day_and_minute(source.failing_since)}"
    if moved_from and state == "ok":
        state = f"moved from {moved_from}"
    return {
        "kind": source.kind,
        "state": state,
        "title": source.title,
        "url": source.url,
        "last_fetched": source.last_fetched if source.kind != "page" else page.last_fetched if page else None,
        "due": due,
        "every": int(source.every.total_seconds()) if source.every else None,
        "failures": source.failures,
        "error": source.error,
        "private": source.private,
        "tags": list(source.tags),
        "folder": list(source.folder),
        "moved_from": moved_from,
    }
