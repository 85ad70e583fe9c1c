"""The way through a proxy, where the user wants one: addresses are not checked behind it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit

import httpcore

from clipper.errors import UsageError

__all__ = ["pool"]

PORTS = {"http": 8080, "https": 443, "socks5": 1080}


def pool(
    proxy: str, *, backend: httpcore.NetworkBackend, tls: Callable[[], ssl.SSLContext], at_once: int
) -> httpcore.ConnectionPool:
    """Connections by way of the proxy; its user name and password go to the proxy alone.

    Raises `UsageError` for what is no address of a proxy; the message does not repeat it, for it may
    hold a password.
    """
    parts = urlsplit(proxy)
    try:
        host, port = (parts.hostname or "").encode("idna"), parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise UsageError("--proxy: its host or port is malformed; write http://HOST:PORT") from error
    if not host or parts.scheme not in PORTS:
        raise UsageError("--proxy is no address of a proxy; write http://HOST:PORT or socks5://HOST:PORT")
    if parts.scheme == "socks5" and find_spec("socksio") is None:
        raise UsageError("a SOCKS proxy needs one more package: pip install 'httpx[socks]'")
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return httpcore.ConnectionPool(
        ssl_context=tls(),
        proxy=httpcore.Proxy(httpcore.URL(scheme=parts.scheme.encode(), host=host, port=port, target=b"/"), auth=login),
        max_connections=at_once,
        max_keepalive_connections=0,  # the pool would reuse connections that said more than they should
        network_backend=backend,
    )
