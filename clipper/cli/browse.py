"""`clip browse`: Datasette on the archive."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from clipper.cli.options import db_option, reading
from clipper.errors import UsageError

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
def browse_command(db: Path, host: str, port: int, open_browser: bool) -> None:
    """Open the archive in Datasette.

    Example: clip browse --db /home/me/archive.db
    """
    with reading(db):
        pass  # says what is wrong with the file before a server starts
    if find_spec("datasette") is None:
        raise UsageError(INSTALL)
    from clipper.datasette_plugin.serve import serve

    serve(db, host=host, port=port, open_browser=open_browser)
