"""`clip watch` and `clip sync`: what cron runs."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from clipper.cli.group import OptionsFirst
from clipper.cli.network import network_options, open_fetcher, policy_of
from clipper.cli.options import db_option, format_options, reading, writing
from clipper.cli.output import complain, counted, print_rows, remark, safe
from clipper.errors import LockedError

COLUMNS = ("kind", "last_fetched", "failures", "tags", "title", "url")


@click.group("watch", cls=OptionsFirst)
def watch_command() -> None:
    """Manage the pages and feeds that `clip sync` fetches.

    Example: clip watch add https://www.4hou.com/feed
    """


@watch_command.command("add")
@click.argument("addresses", nargs=-1, required=True, metavar="URL...")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Tag what it leads to; repeatable.")
@db_option
@network_options
def add_command(addresses: tuple[str, ...], tags: tuple[str, ...], db: Path, **options: Any) -> int:
    """Watch a page, a feed, or all feeds of an OPML list.

    The address is fetched to find out which of them it is.

    Example: clip watch add https://www.4hou.com/feed
    """
    from clipper.errors import ClipperError
    from clipper.sync import sources

    code = 0
    with (
        writing(db, create=True) as archive,
        open_fetcher(policy_of(options), options["replay"]) as fetcher,
    ):
        for address in addresses:
            try:
                for source in sources.add(address, archive=archive, fetcher=fetcher, tags=tags):
                    click.echo(f"watching {source.kind}  {safe(source.url)}  {safe(source.title or '')}".rstrip())
            except ClipperError as error:
                complain(str(error))
                code = error.exit_code if len(addresses) == 1 else 1
    return code


@watch_command.command("list")
@db_option
@format_options
def list_command(db: Path, form: str | None) -> None:
    """List what is watched.

    Example: clip watch list
    """
    with reading(db) as archive:
        rows = [
            {
                "kind": source.kind,
                "title": source.title,
                "url": source.url,
                "last_fetched": source.last_fetched,
                "failures": source.failures,
                "tags": list(source.tags),
            }
            for source in archive.sources()
        ]
    print_rows(rows, form=form, columns=COLUMNS)


@watch_command.command("remove")
@click.argument("addresses", nargs=-1, required=True, metavar="URL...")
@db_option
def remove_command(addresses: tuple[str, ...], db: Path) -> int:
    """Stop watching; what is archived stays.

    Example: clip watch remove https://www.4hou.com/feed
    """
    code = 0
    with writing(db) as archive:
        for address in addresses:
            if not archive.unwatch(address):
                complain(f"{address} is not watched; `clip watch list` shows what is")
                code = 1
    return code


@click.command("sync")
@db_option
@network_options
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Tell of unchanged pages too.")
def sync_command(db: Path, quiet: bool, verbose: bool, **options: Any) -> int:
    """Fetch what is watched: the command for cron.

    Prints nothing when nothing happened. A second run on the same archive ends at once with exit
    code 75.

    Example: clip sync --db /home/me/archive.db
    """
    from clipper.cli.telling import line_of
    from clipper.extract import Reader
    from clipper.models import Outcome
    from clipper.sync import lock, run, sources

    policy = policy_of(options, robots="obey")
    told = {Outcome.NEW, Outcome.CHANGED} if not verbose else set(Outcome)
    failed = 0
    with ExitStack() as stack:
        archive = stack.enter_context(writing(db))
        _lock(stack, lock.only_run(db), verbose)
        fetcher = stack.enter_context(open_fetcher(policy, options["replay"]))
        wanted = []
        for listed in sources.addresses(archive, fetcher=fetcher, sources=archive.sources()):
            if listed.error is None:
                wanted.append(listed.url)
            else:
                complain(f"feed {listed.url}: {listed.error}")
                failed += 1
        results = run(
            wanted,
            archive=archive,
            open_fetcher=fetcher.sibling,
            open_reader=Reader,
            hosts_at_once=1 if options["replay"] else 8,
        )
        for result in results:
            if result.error:
                complain(f"{result.outcome}: {result.error}")
                failed += 1
            elif result.outcome in told and not quiet:
                click.echo(line_of(result))
    if verbose:
        remark(f"{counted(len(wanted), 'page')} fetched, {counted(failed, 'failure')}.")
    return 1 if failed else 0


def _lock(stack: ExitStack, held: Any, verbose: bool) -> None:
    """Take the lock, or end silently with its exit code."""
    try:
        stack.enter_context(held)
    except LockedError as error:
        if verbose:
            complain(str(error))
        raise click.exceptions.Exit(error.exit_code) from error
