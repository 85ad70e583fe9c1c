"""A little web whose weeks are scripted: hosts with pages and feeds that are edited, vanish, move, block and break.

Names are found through the resolver seam, answers come over sockets on one loopback address and port
80 (so that feeds may send readers to other hosts), and the clock is whatever `Time` says: a month of
hourly runs takes minutes. Where port 80 cannot be had, a transport takes the sockets' place.
"""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256

import httpx

from clipper.fetch import Fetcher, Policy

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 2, tzinfo=UTC)
NOUNS = "pump valve gauge keeper river storm ledger harbour night bridge lantern ferry orchard kiln".split()
VERBS = "held opened rang leaked turned froze rose fell slept answered".split()
Reply = tuple[int, dict[str, str], bytes]


class Time:
    """The clock of the simulation: only runs, sleeping and slow servers move it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now
        self.wrong = timedelta()  # how far the machine's clock is off
        self._monotonic = 0.0

    def clock(self) -> datetime:
        return self.now + self.wrong

    def monotonic(self) -> float:
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        self._monotonic += seconds
        self.now += timedelta(seconds=seconds)

    def until(self, moment: datetime) -> None:
        if moment > self.now:
            self.sleep((moment - self.now).total_seconds())


@dataclass(slots=True)
class Page:
    """One page and its life."""

    host: str
    path: str
    title: str
    born: datetime
    edits: list[datetime] = field(default_factory=list)
    gone: datetime | None = None
    moved: datetime | None = None
    canonical: str | None = None
    twin: Page | None = None  # the page whose article it has, too

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}"

    def text(self, now: datetime) -> str:
        """The article at that time; each edit has a sentence of its own that only this version has."""
        if self.twin is not None:
            return self.twin.text(now)
        rng = random.Random(self.url)
        lines = [
            f"<p>The {rng.choice(NOUNS)} of {self.title} {rng.choice(VERBS)} while the {rng.choice(NOUNS)} {rng.choice(VERBS)}, "
            f"and entry {rng.randrange(10**6)} of the {rng.choice(NOUNS)} was written by the {rng.choice(NOUNS)}.</p>"
            for _ in range(9)
        ]
        count = sum(edit <= now for edit in self.edits)
        lines.append(f"<p>{self.mark(count)}</p>")
        return "\n".join(lines)

    def mark(self, count: int) -> str:
        """What tells the version after so many edits from all others."""
        return f"Correction number {count} of {self.title} was made at the desk of the {NOUNS[count % len(NOUNS)]}."


@dataclass(slots=True)
class Feed:
    """A feed of a host: what it lists, and when it is broken."""

    host: str
    pages: list[Page]
    broken: tuple[datetime, datetime] | None = None
    ttl: int | None = None
    size: int = 20
    full: bool = False

    @property
    def url(self) -> str:
        return f"http://{self.host}/feed.xml"


Trouble = Callable[[str, str, datetime], Reply | None]


class Web:
    """All hosts, what they answer, and what they were asked."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.pages: dict[tuple[str, str], Page] = {}
        self.feeds: dict[str, Feed] = {}
        self.troubles: dict[str, Trouble] = {}
        self.down: dict[str, tuple[datetime, datetime]] = {}
        self.slow: dict[str, float] = {}
        self.plain: set[str] = set()  # hosts that know no validators
        self.asked: Counter[str] = Counter()
        self.heard: dict[str, list[tuple[datetime, str, int]]] = defaultdict(list)
        self.address = "127.0.0.1"
        self.sockets = False

    def add(self, page: Page) -> Page:
        self.pages[page.host, page.path] = page
        return page

    @property
    def hosts(self) -> set[str]:
        return {host for host, _ in self.pages} | set(self.feeds)

    def answer(self, host: str, path: str, headers: dict[str, str]) -> Reply:
        """What the host says, and a note of it."""
        if seconds := self.slow.get(host):
            self.time.sleep(seconds)
        now = self.time.now
        reply = self._reply(host, path, headers, now)
        self.asked[host] += 1
        self.heard[host].append((now, path, reply[0]))
        return reply

    def _reply(self, host: str, path: str, headers: dict[str, str], now: datetime) -> Reply:
        if path == "/robots.txt":
            return 200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private\n"
        if (trouble := self.troubles.get(host)) and (reply := trouble(host, path, now)):
            return reply
        feed = self.feeds.get(host)
        if feed is not None and path == "/feed.xml":
            return self._conditional(host, self._feed(feed, now), "application/rss+xml", headers)
        plain = path.partition("?")[0]
        page = self.pages.get((host, plain.removeprefix("/new")))
        if page is None or page.born > now or (page.gone and page.gone <= now):
            return 404, {"Content-Type": "text/html"}, b"<h1>Not here</h1>"
        if page.moved and page.moved <= now and not plain.startswith("/new"):
            return 301, {"Location": f"http://{host}/new{page.path}"}, b""
        return self._conditional(host, _html(page, now), "text/html; charset=utf-8", headers)

    def _conditional(self, host: str, body: bytes, kind: str, headers: dict[str, str]) -> Reply:
        if host in self.plain:
            return 200, {"Content-Type": kind}, body
        tag = f'"{sha256(body).hexdigest()[:12]}"'
        if headers.get("if-none-match") == tag:
            return 304, {"ETag": tag}, b""
        return 200, {"Content-Type": kind, "ETag": tag}, body

    def _feed(self, feed: Feed, now: datetime) -> bytes:
        born = sorted((page for page in feed.pages if page.born <= now), key=lambda page: page.born)[-feed.size :]
        items = "".join(
            f"<item><title>{page.title}</title><link>{page.url}?utm_source={feed.host}</link>"
            f"<pubDate>{format_datetime(page.born)}</pubDate>"
            + (f"<description><![CDATA[{page.text(page.born)}]]></description>" if feed.full else "")
            + "</item>"
            for page in reversed(born)
        )
        ttl = f"<ttl>{feed.ttl}</ttl>" if feed.ttl else ""
        text = (
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>{feed.host}</title>{ttl}{items}</channel></rss>'
        )
        if feed.broken and feed.broken[0] <= now < feed.broken[1]:
            return b"<html><body>Database error</body></html>"
        return text.encode()

    def fetcher(self, **changes: float) -> Fetcher:
        """A fetcher on this web, in its time."""
        policy = Policy(
            timeout=30.0,
            deadline=120.0,
            retries=1,
            min_interval=changes.get("min_interval", 1.0),
            allow_private=frozenset(self.hosts),
            robots="obey",
        )
        transport = None if self.sockets else _Transport(self)
        return Fetcher(
            policy,
            transport=transport,
            resolver=self.resolve,
            clock=self.time.clock,
            monotonic=self.time.monotonic,
            sleep=self.time.sleep,
            random=random.Random(1).random,
        )

    def is_down(self, host: str) -> bool:
        span = self.down.get(host)
        return span is not None and span[0] <= self.time.now < span[1]

    def resolve(self, host: str, _port: int) -> list[str]:
        """Every name is here; one that is down leads to where nobody listens."""
        if self.is_down(host):
            self.asked[host] += 1
            return ["127.255.255.254"]
        return [self.address]

    @contextmanager
    def open(self) -> Iterator[Web]:
        """Answer over sockets, if port 80 of a loopback address can be had."""
        address = f"127.{random.randrange(1, 250)}.{random.randrange(1, 250)}.1"
        try:
            listener = socket.create_server((address, 80))
        except OSError:
            yield self
            return
        self.address, self.sockets = address, True
        sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, args=(listener, sockets), daemon=True).start()
        try:
            yield self
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            for one in sockets:
                with suppress(OSError):
                    one.close()

    def _accept(self, listener: socket.socket, sockets: list[socket.socket]) -> None:
        while True:
            try:
                one, _ = listener.accept()
            except OSError:
                return
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sockets.append(one)
            threading.Thread(target=self._serve, args=(one, sockets), daemon=True).start()

    def _serve(self, one: socket.socket, sockets: list[socket.socket]) -> None:
        rest = b""
        with suppress(OSError), one:
            while True:
                while b"\r\n\r\n" not in rest:
                    data = one.recv(65536)
                    if not data:
                        sockets.remove(one)
                        return
                    rest += data
                head, _, rest = rest.partition(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                status, more, body = self.answer(headers["host"], first.split(" ")[1], headers)
                told = "".join(f"{name}: {value}\r\n" for name, value in more.items())
                length = "" if status == 304 else f"Content-Length: {len(body)}\r\n"
                one.sendall(f"HTTP/1.1 {status} X\r\n{told}{length}\r\n".encode() + body)


class _Transport(httpx.BaseTransport):
    """The same answers without sockets."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if self._web.is_down(host):
            self._web.asked[host] += 1
            raise httpx.ConnectError("connection refused")
        headers = {name.lower(): value for name, value in request.headers.items()}
        status, more, body = self._web.answer(host, request.url.raw_path.decode(), headers)
        return httpx.Response(status, headers=more, content=body)


def _html(page: Page, now: datetime) -> bytes:
    canonical = f'<link rel="canonical" href="{page.canonical}">' if page.canonical else ""
    menu = "".join(f'<li><a href="/{noun}">{noun}</a></li>' for noun in NOUNS)
    title = page.twin.title if page.twin else page.title
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{canonical}</head>'
        f"<body><nav><ul>{menu}</ul></nav><main><article><h1>{title}</h1>{page.text(now)}</article></main>"
        f"<footer>{page.host}, all rights reserved</footer></body></html>"
    ).encode()
