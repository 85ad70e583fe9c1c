"""What tests of the fetcher share: a clock that only sleeping moves, and answers without sockets."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from clipper.fetch import Fetcher, Policy

HERE = frozenset({"127.0.0.1"})
# For a program that measures its own memory. `ru_maxrss` will not do: it begins with what the parent had.
MEMORY = """
import resource

def peak():
    with open("/proc/self/status") as file:
        told = dict(line.split(":", 1) for line in file)
    return int(told["VmHWM"].split()[0]) / 1024

def forget():
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")

def confine(megabytes):
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
"""
CERTIFICATES = Path(__file__).parent / "certificates"


def server_side(name: str) -> ssl.SSLContext:
    """What a server needs to show this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{name}.pem")
    return context


def client_side() -> ssl.SSLContext:
    """What trusts the CA of the tests, and no other."""
    return ssl.create_default_context(cafile=CERTIFICATES / "ca.pem")


def by_name(*, trusted: bool = True, **changes: object) -> Fetcher:
    """A fetcher that finds every name on this machine, and trusts the CA of the tests."""
    return Fetcher(
        local(allow_private=frozenset({"good.test", "wrong.test"}), **changes),
        resolver=lambda _host, _port: ["127.0.0.1"],
        tls=client_side() if trusted else None,
    )


@dataclass
class Time:
    """A clock for `monotonic` and `sleep`: nobody waits, and every wait is noted."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def local(**changes: Any) -> Policy:
    """A policy for servers on this machine: no pauses, no second try."""
    return Policy(**{"timeout": 5.0, "retries": 0, "min_interval": 0.0, "allow_private": HERE, **changes})


@dataclass
class Site:
    """Answers by path, in turn (the last one for ever), and notes what it was asked."""

    pages: dict[str, list[httpx.Response | Exception]]
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answers = self.pages.get(request.url.path, [httpx.Response(404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        stream = httpx.ByteStream(answer.content)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked]


def fetching(
    site: Site, *, time: Time | None = None, random: Callable[[], float] = lambda: 0.5, **changes: Any
) -> Fetcher:
    """A fetcher of a site that is not there."""
    time = time or Time()
    return Fetcher(
        local(**changes),
        transport=httpx.MockTransport(site),
        monotonic=time.monotonic,
        sleep=time.sleep,
        random=random,
    )
