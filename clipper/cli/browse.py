"""`clip browse`: Datasette on the archive."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipper.cli.network import network_options, open_fetcher, policy_of
from clipper.cli.options import db_option, reading
from clipper.cli.output import remark
from clipper.cli.readers import open_reader
from clipper.errors import UsageError

if TYPE_CHECKING:
    from clipper.pipeline import Result

INSTALL = "Datasette is not installed; `pip install 'clipper-archive[browse]'` installs it"


@click.command("browse")
@db_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "-p",
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="0 takes a free one.",
)
@click.option("--open/--no-open", "open_browser", default=True, help="Open a browser on it.")
@click.option(
    "--writable",
    is_flag=True,
    help="Let the browser clip pages, by a form and a bookmarklet; needs the token that is printed. The options of the"
    " network are for this.",
)
@network_options
def browse_command(db: Path, host: str, port: int, open_browser: bool, writable: bool, **options: Any) -> None:
    """Open the archive in Datasette.

    A library to read in, what changed, evidence, the health of sources, and all tables.

    Example: clip browse --db /home/me/archive.db
    """
    with reading(db):
        pass  # says what is wrong with the file before a server starts
    if find_spec("datasette") is None:
        raise UsageError(INSTALL)
    from clipper.datasette_plugin.serve import LOOPBACK, serve

    if host not in LOOPBACK:
        remark("Everybody who can reach this port can read the whole archive.")
    serve(
        db,
        host=host,
        port=port,
        open_browser=open_browser,
        clip=_clip(db, options) if writable else None,
        announce=lambda address: remark(
            f"Open {address} once; this browser may clip pages then." if writable else f"The library is at {address}"
        ),
    )


def _clip(db: Path, options: dict[str, Any]) -> Callable[[str, tuple[str, ...]], Result]:
    """What the form does: one page, like `clip URL`, and tags for it."""
    policy, replay = policy_of(options), options["replay"]

    def clip_one(url: str, tags: tuple[str, ...]) -> Result:
        from clipper import urls
        from clipper.archive import Archive
        from clipper.pipeline import clip

        with (
            Archive.open(db) as archive,
            open_reader() as reader,
            open_fetcher(policy, replay) as fetcher,
        ):
            result = clip(url, archive=archive, fetcher=fetcher, reader=reader)
            if tags and result.snapshot_id is not None:
                archive.tag(urls.url_key(url), *tags)
            return result

    return clip_one
