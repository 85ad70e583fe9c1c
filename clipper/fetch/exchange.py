"""One request and its answer: over the wire, or from a transport that takes the wire's place."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from urllib.parse import SplitResult, urlsplit

from clipper.fetch.faults import Fault, Kind

if TYPE_CHECKING:
    import ssl

    import httpcore
    import httpx

    from clipper.fetch.addresses import Resolver
    from clipper.fetch.line import Line
    from clipper.fetch.network import Backend
    from clipper.fetch.policy import Policy

__all__ = ["Exchange", "Exchanged", "Played", "RawHeaders", "Received", "Wire"]

RawHeaders = tuple[tuple[bytes, bytes], ...]
BYTES = re.compile(r"bytearray\(b(.*?)\)(?=$|[ ,)])", re.S)
# Connections kept open at a time; a batch has one fetcher a host, a redirect rarely needs more.
MOST_CONNECTIONS = 4
KEEP_ALIVE = 15.0  # seconds; common servers close after 5 to 75


@dataclass(frozen=True, slots=True)
class Received:
    """An answer whose body has not been read yet; `close` must be called."""

    status: int
    headers: RawHeaders
    parts: Iterable[bytes]
    close: Callable[[], None]
    version: bytes = b"HTTP/1.1"

    def header(self, name: bytes) -> str | None:
        """The values of that header (lower case), joined as RFC 9110, 5.3 says."""
        values = [value for key, value in self.headers if key.lower() == name]
        return b", ".join(values).decode("latin-1") if values else None


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A request and its answer as bytes, for a tape: the request without its secrets.

    `cut` says in WARC's words (disconnect, time, length, unspecified) why not all of it is there;
    `failure` is the kind, the phase and the words of what ended it, where the bytes alone do not tell.
    """

    url: str
    at: datetime
    request: bytes
    response: bytes
    cut: str | None = None
    failure: tuple[str, str, str] | None = None


class Exchange(Protocol):
    """What takes a request and brings an answer; raises `Fault` or `RefusedError`."""

    source: str

    def send(self, url: str, headers: RawHeaders) -> Received: ...
    def close(self) -> None: ...


class Wire:
    """The network: one connection an origin, kept open for the next request."""

    source = "live"

    def __init__(self, policy: Policy, *, line: Line, resolver: Resolver, tls: ssl.SSLContext | None = None) -> None:
        from clipper.fetch.network import Backend

        self._line = line
        self._tls = tls
        self._backend: Backend = Backend(
            line, resolver=resolver, allowed=policy.allow_private, guarded=policy.proxy is None
        )
        self._open: OrderedDict[tuple[str, str], httpcore.HTTPConnection] = OrderedDict()
        self._proxy = self._behind(policy.proxy) if policy.proxy else None

    def send(self, url: str, headers: RawHeaders) -> Received:
        """Send a request; a connection that died while idle is replaced once, unseen."""
        import httpcore

        parts = urlsplit(url)
        request = httpcore.Request("GET", _url(parts), headers=list(headers))
        if self._proxy is not None:
            return self._ask_proxy(self._proxy, request)
        origin = (parts.scheme, parts.netloc)
        connection = self._idle(origin)
        if connection is not None:
            try:
                return self._ask(connection, request)
            except Fault as fault:
                if fault.kind is not Kind.CONNECTION or self._line.heard:
                    raise
        return self._ask(self._connection(origin, request), request)

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()
        self._open.clear()
        if self._proxy is not None:
            self._proxy.close()

    def _behind(self, proxy: str) -> httpcore.ConnectionPool:
        from clipper.fetch.proxy import pool

        return pool(proxy, backend=self._backend, tls=self._context, at_once=MOST_CONNECTIONS)

    def _ask_proxy(self, proxy: httpcore.ConnectionPool, request: httpcore.Request) -> Received:
        try:
            return self._ask(proxy, request)
        except Fault as fault:
            if fault.phase not in ("resolve", "connect"):
                raise
            raise Fault(fault.kind, f"the proxy: {fault.what}", phase=fault.phase) from fault

    def _ask(
        self,
        connection: httpcore.HTTPConnection | httpcore.ConnectionPool,
        request: httpcore.Request,
    ) -> Received:
        import httpcore

        self._line.ask()
        try:
            response = connection.handle_request(request)
        except httpcore.RemoteProtocolError as error:
            raise self._broken(error) from error
        except httpcore.ProxyError as error:
            raise Fault(Kind.CONNECTION, f"it refused ({error})", phase="connect") from error
        stream = response.extensions.get("network_stream")
        if stream is not None and self._line.address is None:
            self._line.address = stream.get_extra_info("server_addr")[0]
        version = response.extensions.get("http_version", b"HTTP/1.1")
        return Received(response.status, tuple(response.headers), self._parts(response), response.close, version)

    def _parts(self, response: httpcore.Response) -> Iterator[bytes]:
        import httpcore

        assert isinstance(response.stream, Iterable)
        if any(name.lower() == b"transfer-encoding" for name, _ in response.headers):
            self._line.in_chunks()
        try:
            yield from response.stream
        except httpcore.RemoteProtocolError as error:
            early = "closed" in str(error)
            kind = Kind.CONNECTION if early else Kind.PROTOCOL
            raise Fault(kind, _tidy(error), phase="body") from error

    def _broken(self, error: Exception) -> Fault:
        """Tell a connection that was closed early from an answer that is none."""
        line = self._line
        if not b"HTTP/1.".startswith(line.first) and not line.first.startswith(b"HTTP/1."):
            what = f"the server does not speak HTTP/1.1 (it says {line.first!r})"
            return Fault(Kind.PROTOCOL, what, phase="headers")
        if "disconnected" in str(error):
            said = "in the middle of the headers" if line.heard else "without an answer"
            return Fault(Kind.CONNECTION, f"the server closed the connection {said}", phase="headers")
        return Fault(Kind.PROTOCOL, f"the server breaks HTTP ({_tidy(error)})", phase="headers")

    def _idle(self, origin: tuple[str, str]) -> httpcore.HTTPConnection | None:
        connection = self._open.get(origin)
        if connection is None:
            return None
        if connection.is_available() and not connection.has_expired() and _clean(connection):
            self._open.move_to_end(origin)
            return connection
        self._open.pop(origin).close()
        return None

    def _connection(self, origin: tuple[str, str], request: httpcore.Request) -> httpcore.HTTPConnection:
        """A new connection, in the place of the one least used if there are many."""
        import httpcore

        if (old := self._open.pop(origin, None)) is not None:
            old.close()
        while len(self._open) >= MOST_CONNECTIONS:
            self._open.popitem(last=False)[1].close()
        connection = httpcore.HTTPConnection(
            request.url.origin,
            ssl_context=self._context() if origin[0] == "https" else None,
            keepalive_expiry=KEEP_ALIVE,
            network_backend=self._backend,
        )
        self._open[origin] = connection
        return connection

    def _context(self) -> ssl.SSLContext:
        """Built late: reading the certificates takes some 20 ms, which plain http need not pay."""
        if self._tls is None:
            import httpcore

            self._tls = httpcore.default_ssl_context()
        return self._tls


class Played:
    """A transport in the place of the network: a tape, or a test."""

    source = "replay"

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def send(self, url: str, headers: RawHeaders) -> Received:
        import httpx

        try:
            response = self._transport.handle_request(httpx.Request("GET", url, headers=headers))
        except httpx.TransportError as error:
            raise _translated(error, "headers") from error
        version = response.extensions.get("http_version", b"HTTP/1.1")
        return Received(response.status_code, tuple(response.headers.raw), _parts(response), response.close, version)

    def close(self) -> None:
        self._transport.close()


def _parts(response: httpx.Response) -> Iterator[bytes]:
    import httpx

    assert isinstance(response.stream, httpx.SyncByteStream)
    try:
        yield from response.stream
    except httpx.TransportError as error:
        raise _translated(error, "body") from error


def _translated(error: httpx.TransportError, phase: str) -> Fault:
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return Fault(Kind.DEADLINE, str(error) or "no answer in time", phase=phase)
    if isinstance(error, httpx.ProtocolError) and "disconnected" not in str(error):
        return Fault(Kind.PROTOCOL, str(error), phase=phase)
    return Fault(Kind.CONNECTION, str(error) or "the connection failed", phase=phase)


def _clean(connection: httpcore.HTTPConnection) -> bool:
    """Whether the server has sent nothing beyond its last answer.

    RFC 9112, 6.3: such bytes must never be taken for the next answer, and httpcore does take them.
    It has no public way to ask for them; where its inside looks different, nothing counts as clean.
    """
    http11 = getattr(connection, "_connection", None)
    parser = getattr(http11, "_h11_state", None)
    return parser is not None and parser.trailing_data == (b"", False)


def _tidy(error: Exception) -> str:
    """httpcore's words as a person would say them."""
    said = BYTES.sub(lambda found: found[1], str(error)).removeprefix("peer ")
    return said.replace("closed connection", "the connection was closed")


def _url(parts: SplitResult) -> httpcore.URL:
    import httpcore

    target = parts.path or "/"
    if parts.query:
        target += "?" + parts.query
    return httpcore.URL(
        scheme=parts.scheme.encode(),
        host=(parts.hostname or "").encode("ascii"),
        port=parts.port,
        target=target.encode("ascii"),
    )
