"""What every test stands on: no network but this machine."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from hypothesis import settings

# The same examples on every run: a red run can be looked at again.
settings.register_profile("clipper", derandomize=True, deadline=None)
settings.load_profile("clipper")

HERE = {"127.0.0.1", "::1", "localhost"}


class NetworkIsOff(AssertionError):
    """A test wanted to reach another machine."""


def _is_number(host: str) -> bool:
    """Whether no name server has to be asked, whatever way the address is spelled."""
    try:
        socket.inet_aton(host)
    except OSError:
        return ":" in host
    return True


@pytest.fixture(autouse=True)
def network_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection and every name but this machine's own."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    getaddrinfo = socket.getaddrinfo

    def check(place: Any) -> None:
        if isinstance(place, tuple) and place[0] not in HERE:
            raise NetworkIsOff(f"a test reached for {place[0]!r}; only 127.0.0.1 and ::1 are open")

    def guarded_connect(self: socket.socket, place: Any) -> None:
        check(place)
        connect(self, place)

    def guarded_connect_ex(self: socket.socket, place: Any) -> int:
        check(place)
        return connect_ex(self, place)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not _is_number(name):
            check((name,))
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
