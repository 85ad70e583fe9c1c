"""Datasette with this plugin on one archive, in this process."""

from __future__ import annotations

import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from clipper.datasette_plugin.callers import OnlyFromHere
from clipper.errors import UsageError

if TYPE_CHECKING:
    from clipper.datasette_plugin.adding import Clip

__all__ = ["serve"]

SETTINGS = {
    "suggest_facets": False,  # of a table page's 665 ms on 100,000 rows they took 637
    "allow_download": True,
    "default_page_size": 30,
}
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    db: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8001,
    open_browser: bool = True,
    clip: Clip | None = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve the archive until interrupted; `announce` is told the library's address.

    On this machine's own address nobody is answered who calls it by another name. With `clip` the browser can file pages: the address is then one with a token, that of the form.
    """
    import uvicorn

    from clipper import datasette_plugin
    from clipper.datasette_plugin.host import open_datasette, register

    register(datasette_plugin)
    listener = _listener(host, port)
    with listener:
        place = listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{place}/-/clips"
        if clip is not None:
            address = _writable(clip, address)
        datasette = open_datasette(db, SETTINGS)
        if announce is not None:
            announce(address)
        if open_browser:
            # The socket listens already: the browser waits until the server answers.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        application = OnlyFromHere(datasette.app()) if host in LOOPBACK else datasette.app()
        config = uvicorn.Config(application, log_level="warning", lifespan="on")
        uvicorn.Server(config).run(sockets=[listener])


def _writable(clip: Clip, address: str) -> str:
    """Add the form that clips, and say where it lets a browser in."""
    from clipper.datasette_plugin.adding import Adding
    from clipper.datasette_plugin.host import register

    token = secrets.token_urlsafe(24)
    register(Adding(clip, token=token), name="clipper-adding")
    return f"{address}/add?token={token}"


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(f"cannot listen on {host} port {port}: {error.strerror}; --port 0 takes a free one") from error
