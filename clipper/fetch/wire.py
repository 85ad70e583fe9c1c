"""The network under httpx: names resolved and checked here, and every wait ends at the deadline."""

from __future__ import annotations

import ssl
import time
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import httpcore
import httpx

from clipper.errors import FetchError
from clipper.fetch.addresses import Resolver, resolve

__all__ = ["Guarded", "Timer"]


class Timer:
    """The moment at which the try in hand must be over, shared with its streams."""

    def __init__(self) -> None:
        self.until = float("inf")
        self.address: str | None = None  # the one dialled last
        self.phase = "connect"

    def left(self, timeout: float | None) -> float:
        """Seconds until the deadline, at most `timeout`; raises where none are left."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline is over")
        return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A socket whose every wait is bounded by what is left of the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, timer: Timer) -> None:
        self._stream = stream
        self._timer = timer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._timer.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._timer.phase = "send"
        self._stream.write(buffer, self._timer.left(timeout))
        self._timer.phase = "headers"

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._timer.phase = "tls"
        stream = self._stream.start_tls(ssl_context, server_hostname, self._timer.left(timeout))
        return _Stream(stream, self._timer)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Resolves once, checks every address, and dials the address that was checked."""

    def __init__(self, timer: Timer, *, resolver: Resolver, allowed: Collection[str]) -> None:
        self._timer = timer
        self._resolver = resolver
        self._allowed = allowed
        self._sync = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self._timer.phase = "resolve"
        left = self._timer.left(timeout)
        addresses = resolve(host, port, resolver=self._resolver, allowed=self._allowed, timeout=left)
        self._timer.phase = "connect"
        for number, address in enumerate(addresses, 1):
            self._timer.address = address
            try:
                share = self._timer.left(timeout) / (len(addresses) - number + 1)
                stream = self._sync.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
                continue
            return _Stream(stream, self._timer)
        raise FetchError(f"{host} has no address", phase="resolve")


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close:
            close()


class Guarded(httpx.BaseTransport):
    """httpx's transport over httpcore's pool with our backend; errors stay httpcore's."""

    def __init__(
        self, timer: Timer, *, resolver: Resolver, allowed: Collection[str], tls: ssl.SSLContext | None = None
    ) -> None:
        self._backend = _Backend(timer, resolver=resolver, allowed=allowed)
        self._tls = tls
        self._pools: dict[bytes, httpcore.ConnectionPool] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raw = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self._pool(request.url.raw_scheme).handle_request(raw)
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()

    def _pool(self, scheme: bytes) -> httpcore.ConnectionPool:
        """One pool a scheme: building a TLS context takes 20 ms, which plain http need not pay."""
        if scheme not in self._pools:
            tls = None
            if scheme == b"https":
                tls = self._tls or httpx.create_ssl_context(trust_env=False)
            self._pools[scheme] = httpcore.ConnectionPool(
                ssl_context=tls, max_connections=4, max_keepalive_connections=1, keepalive_expiry=15, retries=0,
                network_backend=self._backend,
            )  # fmt: skip
        return self._pools[scheme]
