"""The network under httpcore: names resolved and checked here, every wait ends at the deadline."""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable, Collection, Iterable
from typing import Any, NoReturn

import httpcore

from clipper.errors import RefusedError
from clipper.fetch.addresses import Resolver, resolve
from clipper.fetch.faults import Fault, Kind
from clipper.fetch.line import Line

__all__ = ["Backend", "Stream"]

# An address that does not answer must not use up the time of the next one: half of what is left at
# most, and not more than lets a lost SYN be sent again (after 1 s and 3 s).
LONGEST_DIAL = 4.0

Dial = Callable[[tuple[str, int], float], socket.socket]


class Stream(httpcore.NetworkStream):
    """A socket whose every wait is bounded by what is left of the try."""

    def __init__(self, sock: socket.socket, line: Line) -> None:
        self._socket = sock
        self._line = line
        self._unsent: OSError | None = None  # why a request could not be written whole

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        line = self._line
        self._socket.settimeout(line.left())
        try:
            data = self._socket.recv(max_bytes)
        except TimeoutError:
            line.late()
        except OSError as error:
            raise Fault(Kind.CONNECTION, _reason(error), phase=line.phase) from error
        if not data and self._unsent is not None and not line.heard:
            # The system tells of a reset once: the write was told, and the read only sees an end.
            raise Fault(Kind.CONNECTION, _reason(self._unsent), phase=line.phase) from self._unsent
        line.hear(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        line = self._line
        rest = memoryview(buffer)
        try:
            while rest:
                self._socket.settimeout(line.left())
                rest = rest[self._socket.send(rest) :]
        except TimeoutError:
            line.late()
        except OSError as error:
            # httpcore goes on to read: some servers answer before they have read everything.
            self._unsent = error
            raise httpcore.WriteError(_reason(error)) from error
        line.asked()

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        line = self._line
        line.phase = "tls"
        if line.kept:
            line.kept.clear()  # a proxy's answer to CONNECT
        try:
            self._socket.settimeout(line.left())
            return Stream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), line)
        except TimeoutError:
            self.close()
            line.late()
        except ssl.SSLError as error:
            self.close()
            raise Fault(Kind.TLS, _tls_reason(error), phase="tls") from error
        except (OSError, ValueError) as error:
            self.close()
            kind = Kind.CONNECTION if isinstance(error, OSError) else Kind.TLS
            raise Fault(kind, _reason(error), phase="tls") from error

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._readable()
        if info == "server_addr":
            return self._socket.getpeername()
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        return None

    def _readable(self) -> bool:
        """Whether an idle connection has something to say, which can only be good-bye."""
        if self._socket.fileno() < 0 or (isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()):
            return True
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))


class Backend(httpcore.NetworkBackend):
    """Resolves once, checks every address, and dials the address that was checked.

    With `guarded=False` (behind a proxy) addresses are dialled as they come. `dial` opens a socket to
    an (address, port) within some seconds.
    """

    def __init__(
        self,
        line: Line,
        *,
        resolver: Resolver,
        allowed: Collection[str],
        guarded: bool = True,
        dial: Dial = socket.create_connection,
    ) -> None:
        self._line = line
        self._resolver = resolver
        self._allowed = allowed
        self._guarded = guarded
        self._connect = dial

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        line = self._line
        line.phase = "resolve"
        allowed = self._allowed if self._guarded else {host}
        addresses = resolve(host, port, resolver=self._resolver, allowed=allowed, timeout=line.left())
        line.phase = "connect"
        for address in addresses[:-1]:
            try:
                return self._dial(address, port, min(line.left() / 2, LONGEST_DIAL))
            except Fault:
                continue
        return self._dial(addresses[-1], port, line.left())

    def _dial(self, address: str, port: int, timeout: float) -> Stream:
        self._line.address = address
        try:
            sock = self._connect((address, port), timeout)
        except TimeoutError:
            self._line.late()
        except OSError as error:
            raise Fault(Kind.CONNECTION, _reason(error), phase="connect") from error
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Stream(sock, self._line)

    def connect_unix_socket(self, *_: Any, **__: Any) -> NoReturn:
        raise RefusedError("clipper opens no local sockets", rule="scheme")

    def sleep(self, seconds: float) -> NoReturn:
        raise NotImplementedError(f"clipper's own retries wait, not httpcore's ({seconds} s)")


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).lower()


def _tls_reason(error: ssl.SSLError) -> str:
    said = getattr(error, "verify_message", "") or error.reason or str(error)
    return f"no trusted TLS connection ({str(said).replace('_', ' ').lower()})"
