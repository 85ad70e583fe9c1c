"""`clip sync`: what cron runs."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipper.cli import settings
from clipper.cli.network import network_options, open_fetcher, policy_of
from clipper.cli.options import Duration, KeepBodies, db_option, keep_bodies_option, writing
from clipper.cli.output import complain, counted, remark, safe
from clipper.errors import LockedError

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.sync.outcomes import Look
    from clipper.sync.stop import Stop

# Other than for a person: one more try in a run, for the next run tries again anyway.
DEFAULTS = {"retries": 1}
INTERRUPTED = 130


@click.command("sync", context_settings={"default_map": DEFAULTS})
@db_option
@click.option("--host", metavar="HOST", help="Only what is on this host.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Look at so many pages at most.")
@click.option("--max-time", type=Duration(), metavar="SPAN", help="Begin no further page after this time.")
@click.option("--every", type=Duration(), metavar="SPAN", help="Also what was not looked at for this long.")
@click.option("--force", is_flag=True, help="Also what is not due, in full, and hosts that are left alone.")
@click.option("--hosts", "hosts_at_once", type=click.IntRange(1, 256), default=32, show_default=True, metavar="N",
              help="So many hosts at a time; each is asked for one page after the other.")  # fmt: skip
@click.option("--readers", type=click.IntRange(1, 64), default=2, show_default=True, metavar="N",
              help="So many processes read pages.")  # fmt: skip
@click.option("--json", "form", flag_value="json", default=None, help="Report as a JSON list, if anything happened.")
@click.option("--report", "file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the report there (.html or .md), if anything happened.")  # fmt: skip
@click.option("--notify", multiple=True, metavar="URL",
              help="Send the report there, too: any address that apprise knows; repeatable.")  # fmt: skip
@network_options
@keep_bodies_option
@click.option("-q", "--quiet", is_flag=True, help="Report nothing but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Tell of each look as it comes.")
def sync_command(db: Path, keep_bodies: KeepBodies, verbose: bool, **options: Any) -> int:
    """Fetch what is due: the command for cron.

    Reports what is new, changed, gone or back, and errors when they begin and when they end; prints
    nothing when nothing happened. A second run on the same archive ends at once with exit code 75.
    SIGTERM, Ctrl-C and --max-time let the pages in hand be finished, filed and reported; what was
    not reached is due in the next run.

    Exit codes: 0 fine, 1 an error began, 3 archive, 75 another run or program has it, 130 interrupted.

    Example: clip sync --db /home/me/archive.db
    """
    from clipper.cli.report import check_file, deliver
    from clipper.sync import lock
    from clipper.sync.background import as_a_batch, one_heap
    from clipper.sync.stop import Stop

    if options["file"] is not None:
        check_file(options["file"])  # before there is something to tell
    with ExitStack() as stack:
        archive = stack.enter_context(writing(db, keep_bodies=keep_bodies))
        _lock(stack, lock.only_run(db), verbose)
        stop = Stop(options["max_time"])
        stack.enter_context(_signals(stop))
        stack.enter_context(as_a_batch())
        one_heap()
        looks = pages = 0
        for look in _round(stack, archive, stop, options):
            looks += 1
            pages += look.result is not None
            if verbose:
                _tell(look)
        if verbose:
            ended = {"time": "; the time is over", "signal": "; interrupted"}.get(stop.reason, "")
            remark(f"{counted(pages, 'page')} and {counted(looks - pages, 'feed')} looked at{ended}.")
        bad = deliver(
            archive,
            form=options["form"],
            file=options["file"],
            notify=options["notify"],
            quiet=options["quiet"],
        )
    return INTERRUPTED if stop.reason == "signal" else int(bad)


def _round(stack: ExitStack, archive: Archive, stop: Stop, options: dict[str, Any]) -> Iterator[Look]:
    from clipper.cli.readers import open_reader
    from clipper.sync.queue import Wanted
    from clipper.sync.round import Round
    from clipper.sync.runner import ReaderPool

    policy, configured = policy_of(options, robots="obey"), settings.current()
    configured.check(policy)
    fetcher = stack.enter_context(open_fetcher(policy, options["replay"], sleep=stop.sleep))
    readers = stack.enter_context(ReaderPool(open_reader, size=options["readers"]))
    wanted = Wanted(
        host=options["host"],
        limit=options["limit"],
        force=options["force"],
        every=options["every"],
    )
    return Round(
        archive,
        open_fetcher=lambda host: fetcher.sibling(configured.policy(policy, host)),
        every=configured.every if configured.paced else None,
        readers=readers,
        wanted=wanted,
        tries=1 + policy.retries,
        robots=policy.robots == "obey",
        hosts_at_once=1 if options["replay"] else options["hosts_at_once"],
        stop=stop,
    ).run()


@contextmanager
def _signals(stop: Stop) -> Iterator[None]:
    """The first SIGTERM or SIGINT lets the run end well, the second ends it at once."""

    def end(_number: int, _frame: object) -> None:
        if stop.reason == "signal":
            raise KeyboardInterrupt
        stop.now("signal")

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(look: Look) -> None:
    """One line for each look."""
    from clipper.cli.telling import line_of

    if look.result is None:
        said = str(look.error) if look.error else f"{look.news} new"
        click.echo(f"{'feed':<12}  {safe(look.url)}  {safe(said)}")
    elif look.result.error:
        click.echo(f"{look.result.outcome:<12}  {safe(look.result.error)}")
    else:
        click.echo(line_of(look.result))


def _lock(stack: ExitStack, held: Any, verbose: bool) -> None:
    """Take the lock, or end silently with its exit code."""
    try:
        stack.enter_context(held)
    except LockedError as error:
        if verbose:
            complain(str(error))
        raise click.exceptions.Exit(error.exit_code) from error
