"""A server that misbehaves on purpose, byte by byte, on 127.0.0.1."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

Behaviour = Callable[["Talk"], None]


class Talk:
    """One connection, from the server's side."""

    def __init__(self, sock: socket.socket, number: int, ended: threading.Event) -> None:
        self.socket = sock
        self.number = number  # of the connection, from 0
        self._ended = ended
        self._rest = b""
        self.requests: list[bytes] = []

    def hear(self) -> bytes:
        """The head of the next request; empty if the client went away."""
        while b"\r\n\r\n" not in self._rest:
            data = self.socket.recv(65536)
            if not data:
                return b""
            self._rest += data
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        self.requests.append(head)
        return head

    def say(self, data: bytes) -> None:
        self.socket.sendall(data)

    def drip(self, parts: Iterable[bytes], *, every: float = 0.02) -> None:
        """Send parts slowly, until they end or the client is gone."""
        for part in parts:
            if self._ended.wait(every):
                return
            self.say(part)

    def hold(self) -> None:
        """Say nothing until the client goes away."""
        with suppress(OSError):
            self.socket.settimeout(10)
            while self.socket.recv(65536):
                pass

    def reset(self) -> None:
        """Close as a crash does: with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Server:
    """Accepts on 127.0.0.1 and behaves; `talks` are the connections that there were."""

    def __init__(self, behaviour: Behaviour, *, tls: ssl.SSLContext | None = None) -> None:
        self._behaviour = behaviour
        self._tls = tls
        self._ended = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.talks: list[Talk] = []
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[bytes]:
        return [head for talk in self.talks for head in talk.requests]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wake everything that waits, wait for it, and close every socket that there was."""
        self._ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()  # from here on there are no new talks
        self._listener.close()
        for talk in self.talks:
            with suppress(OSError):
                talk.socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for talk in self.talks:
            talk.socket.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            # Known before its thread runs: whoever ends the server closes it.
            talk = Talk(sock, len(self.talks), self._ended)
            self.talks.append(talk)
            thread = threading.Thread(target=self._serve, args=(talk,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, talk: Talk) -> None:
        with suppress(OSError):
            if self._tls is not None:
                talk.socket.settimeout(10)
                talk.socket = self._tls.wrap_socket(talk.socket, server_side=True)
            self._behaviour(talk)
            talk.socket.close()


def answering(raw: bytes) -> Behaviour:
    """Hear one request, send these bytes, close."""

    def behave(talk: Talk) -> None:
        if talk.hear():
            talk.say(raw)

    return behave


def page(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A well-formed answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def serving(*answers: bytes) -> Behaviour:
    """Keep the connection open and give one answer a request; the last one repeats."""

    def behave(talk: Talk) -> None:
        number = 0
        while talk.hear():
            talk.say(answers[min(number, len(answers) - 1)])
            number += 1

    return behave


def routed(routes: dict[str, bytes]) -> Behaviour:
    """An answer for each path; 404 elsewhere."""

    def behave(talk: Talk) -> None:
        while head := talk.hear():
            path = head.split(b" ")[1].decode()
            talk.say(routes.get(path, page(b"", status="404 Not Found")))

    return behave
