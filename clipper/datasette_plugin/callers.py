"""By which names a server that listens on this machine alone may be called.

A page on the network can give its own name the address 127.0.0.1 ("rebinding"), and its scripts then read whatever
answers there as if it were theirs. The name gives it away: here one only says `localhost`, or an address in numbers.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

__all__ = ["OnlyFromHere", "is_local"]

Application = Callable[[Any, Any, Any], Awaitable[None]]
REFUSAL = b"This server is called by a name that it does not answer to; it listens on this machine alone.\n"


def is_local(host: str) -> bool:
    """Whether a `Host` header names no name that somebody else could have bent to this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class OnlyFromHere:
    """An ASGI application that answers nobody who calls it by another name."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        named = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"]
        if scope["type"] != "http" or (len(named) == 1 and is_local(named[0])):
            await self._application(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": REFUSAL})
