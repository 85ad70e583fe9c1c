"""The fetcher beside plain httpx on the same addresses, and what its guard and its decoder cost.

Eight hosts that answer after 50 ms each, politeness off, one thread a host. The known pages go the whole way of a
batch: fetched, compared with the archive, filed.

usage: python -m benchmarks.fetch [--check] [PAGES_A_HOST]
"""

from __future__ import annotations

import asyncio
import gzip
import random
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import httpx

from benchmarks.measure import article, aside, gate, gate_ms
from clipper import urls
from clipper.archive import Archive
from clipper.extract import Reader
from clipper.fetch import Fetcher, Policy
from clipper.fetch.addresses import resolve
from clipper.fetch.coding import decoded
from clipper.fetch.walk import checked_target
from clipper.sync import run

HOSTS, LATENCY, ROUNDS = 8, 0.05, 5  # seconds
MOST_TIMES = 1.3
MOST_MS = 0.5  # of CPU a page, for guard and decoder
PUBLIC = ["93.184.215.14", "2606:4700::1111"]
POLICY = Policy(min_interval=0, allow_private=frozenset(f"127.0.0.{n}" for n in range(1, HOSTS + 1)))

Addresses = list[list[str]]  # by host


def main() -> int:
    count = next((int(word) for word in sys.argv[1:] if word.isdigit()), 40)
    with late_server() as port, tempfile.TemporaryDirectory() as folder:
        wanted = [[f"http://127.0.0.{host}:{port}/{n}" for n in range(count)] for host in range(1, HOSTS + 1)]
        known = partial(batch, db=Path(folder, "a.db"))
        known(wanted)
        ways = {"httpx": with_httpx, "fetcher": with_fetcher, "batch of known pages": known}
        taken = {name: [] for name in ways}  # type: dict[str, list[float]]
        for _ in range(ROUNDS):
            for name, way in ways.items():
                taken[name].append(seconds(way, wanted))
    for name, times in taken.items():
        print(f"{name}: {HOSTS * count / statistics.median(times):.0f} pages a second")
    kept = [
        gate(f"{name} / httpx.Client threads", ratio(taken[name], taken["httpx"]), MOST_TIMES)
        for name in ("fetcher", "batch of known pages")
    ]
    kept.append(gate_ms("guard and decoder, ms of CPU a page", guard_ms() + decoder_ms(), MOST_MS))
    return 0 if all(kept) or "--check" not in sys.argv else 1


def with_httpx(wanted: Addresses) -> None:
    def one_host(addresses: list[str]) -> None:
        with httpx.Client(headers={"Accept-Encoding": "gzip, deflate"}, trust_env=False) as client:
            for url in addresses:
                assert client.get(url).content

    side_by_side(one_host, wanted)


def with_fetcher(wanted: Addresses) -> None:
    def one_host(addresses: list[str]) -> None:
        with Fetcher(POLICY) as fetcher:
            for url in addresses:
                assert fetcher.fetch(url).body

    side_by_side(one_host, wanted)


def batch(wanted: Addresses, *, db: Path) -> None:
    """The whole way; after the first time the pages are known, and nothing is read."""
    addresses = [url for host in wanted for url in host]
    with Archive.open(db, create=True) as archive:
        results = run(
            addresses,
            archive=archive,
            open_fetcher=lambda _host: Fetcher(POLICY),
            open_reader=lambda: Reader(isolate=False),
        )
        assert all(result.outcome.good for result in results)


def side_by_side(one_host: Callable[[list[str]], None], wanted: Addresses) -> None:
    with ThreadPoolExecutor(HOSTS) as pool:
        list(pool.map(one_host, wanted))


def seconds(way: Callable[[Addresses], None], wanted: Addresses) -> float:
    begun = time.perf_counter()
    way(wanted)
    return time.perf_counter() - begun


def ratio(one: list[float], other: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


def cpu_ms(action: Callable[[], object], *, times: int = 200) -> float:
    """CPU of the whole process for one time, by the quickest of fifteen rounds: what else the machine does only adds."""
    rounds = []
    for _ in range(15):
        begun = time.process_time()
        for _ in range(times):
            action()
        rounds.append(1000 * (time.process_time() - begun) / times)
    return min(rounds)


def guard_ms() -> float:
    """Address, redirect, name and every address of it: what the first page of a host needs, and few after it."""

    def guard() -> None:
        here = urls.without_credentials(urls.check("https://www.example.com/posts/DxRx?utm_source=a"))
        target = checked_target(here, "/posts/DxRx", named=here, policy=POLICY)
        resolve(urls.host_of(target), 443, resolver=lambda _host, _port: PUBLIC, allowed=(), timeout=5)

    cost = cpu_ms(guard)
    print(f"guard: {cost:.3f} ms of CPU a page")
    return cost


def decoder_ms() -> float:
    """A page of 100 kB that compresses as pages do, to a quarter or so, and comes as the network brings it; and what
    zlib alone takes for it."""
    dice = random.Random(1)
    words = ["".join(dice.choices("etaoinshrdlu", k=dice.randint(2, 9))) for _ in range(2000)]
    whole = "".join(f'<p class="line">{" ".join(dice.choices(words, k=12))}.</p>\n' for _ in range(1050)).encode()
    sent = gzip.compress(whole)
    parts = [sent[place : place + 16_384] for place in range(0, len(sent), 16_384)]
    cost = cpu_ms(lambda: b"".join(decoded(parts, "gzip", limit=20_000_000)))
    bare = cpu_ms(lambda: zlib.decompress(sent, 31))
    print(
        f"decoder: {cost:.3f} ms of CPU a page of {len(whole) // 1000} kB, {len(sent) // 1000} kB as sent ({bare:.3f} ms in zlib alone)"
    )
    return cost


@contextmanager
def late_server() -> Iterator[int]:
    """Eight hosts on one port, in a process of their own; yields the port."""
    with aside(_serve) as port:
        yield port


def _serve(pipe: Connection) -> None:
    asyncio.run(_listen(pipe))


async def _listen(pipe: Connection) -> None:
    first = await asyncio.start_server(_answer, "127.0.0.1", 0)
    port = first.sockets[0].getsockname()[1]
    rest = [await asyncio.start_server(_answer, f"127.0.0.{n}", port) for n in range(2, HOSTS + 1)]
    pipe.send(port)
    await asyncio.gather(*(server.serve_forever() for server in (first, *rest)))


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One page after the other, each after its latency."""
    while True:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            break
        body = gzip.compress(article(int(head.split(b" ")[1][1:])), 1)
        await asyncio.sleep(LATENCY)
        length = f"Content-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(b"HTTP/1.1 200 OK\r\n" + length.encode() + body)
    writer.close()


if __name__ == "__main__":
    sys.exit(main())
