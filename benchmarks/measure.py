"""What the benchmarks share: commands timed in turn, a local server in its own process, gates."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

LOOP, LOOP_MS = (
    200_000,
    10.0,
)  # a loop of so many turns, and what it takes at 50 ns a turn: the machine that the limits are for
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n"
BACKLOG = 100  # connections that wait to be taken
ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command took, as the operating system counts it; seconds."""

    wall: float
    cpu: float
    code: int


def clip() -> list[str]:
    """The `clip` command beside this Python, else the module of this checkout."""
    script = Path(sys.executable).with_name("clip")
    return [str(script)] if script.exists() else [sys.executable, "-m", "clipper"]


def environment() -> dict[str, str]:
    """The environment of a user: compiled modules are kept, and the checkout can be imported."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "CLIPPER_DB")}
    return kept | {"PYTHONPATH": str(ROOT)}


def run(command: Sequence[str], *, output: Path | None = None) -> Cost:
    """Run a command to its end; what it prints goes to `output` or nowhere."""
    with open(output or os.devnull, "wb") as sink:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=sink, stderr=sink, env=environment(), cwd=tempfile.gettempdir())
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(wall, used.ru_utime + used.ru_stime, process.returncode)


def in_turn(commands: dict[str, Callable[[], Sequence[str]]], *, times: int) -> dict[str, list[Cost]]:
    """Each command `times` times after one warm-up, A B A B …, so that drift hits all alike."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(times + 1):
        for name, command in commands.items():
            cost = run(command())
            if cost.code:
                raise SystemExit(f"{name}: {' '.join(command())} ended with {cost.code}")
            if turn:
                costs[name].append(cost)
    return costs


def ratio(one: list[Cost], other: list[Cost]) -> float:
    """The median of the ratios of wall time, run by run."""
    return statistics.median(a.wall / b.wall for a, b in zip(one, other, strict=True))


def median_ms(costs: list[Cost]) -> float:
    return 1000 * statistics.median(cost.wall for cost in costs)


def gate(name: str, value: float, limit: float) -> bool:
    """Print a figure beside its limit; whether it keeps it."""
    kept = value <= limit
    print(f"{name}: {value:.2f} (at most {limit:g}) {'ok' if kept else 'TOO MUCH'}")
    return kept


def gate_ms(name: str, value: float, limit: float) -> bool:
    """The same for milliseconds of CPU, on a machine as fast as the one that the limit is of: on one that takes longer
    for anything at this moment, as long as that takes it."""
    slowness = max(1.0, _loop_ms() / LOOP_MS)
    print(f"this machine takes {slowness:.1f} times as long for a loop in Python")
    return gate(name, value, limit * slowness)


def _loop_ms() -> float:
    took = []
    for _ in range(15):
        begun, total = time.process_time(), 0
        for number in range(LOOP):
            total += number * number
        took.append(1000 * (time.process_time() - begun))
    return statistics.median(took)


def real_pages(count: int) -> list[tuple[str, bytes]]:
    """(path, body) of real pages, every set in turn; empty where ../shared is absent."""
    sets = [
        [json.loads(line)["file"] for line in gold.read_text("utf-8").split("\n") if line]
        for gold in sorted(SHARED.glob("articles/*/gold.jsonl"))
    ]
    names = [gold.parent.name for gold in sorted(SHARED.glob("articles/*/gold.jsonl"))]
    pages = []
    for place in range(max(map(len, sets), default=0)):
        for name, files in zip(names, sets, strict=True):
            if place < len(files):
                body = gzip.decompress((SHARED / "articles" / name / files[place]).read_bytes())
                pages.append((f"/{name}/{Path(files[place]).name.split('.')[0]}", body))
    return pages[:count]


def article(number: int) -> bytes:
    """A page of our own writing, different for each number."""
    words = f"Report {number} on the valves of pump house {number % 97}, read at the gauge"
    paragraphs = "".join(
        f"<p>{words}, line {line}: the pressure held, and nobody was called out.</p>" for line in range(20)
    )
    page = f"<title>Report {number}</title><article><h1>Report {number}</h1>{paragraphs}</article>"
    return f'<!doctype html><html lang="en"><head><meta charset="utf-8">{page}</html>'.encode()


@contextmanager
def served(pages: dict[str, bytes], *, hosts: int = 1, latency: float = 0.0) -> Iterator[list[str]]:
    """Serve the pages by path on 127.0.0.1, 127.0.0.2 …, each after `latency` seconds; yields the bases, `http://127.0.0.1:PORT`."""
    with aside(serve, pages, hosts, latency) as bases:
        yield bases


@contextmanager
def aside(serve: Callable[..., object], *arguments: object) -> Iterator[Any]:
    """Run `serve(*arguments, pipe)` in a process of its own until the end; yields what it sends."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(*arguments, theirs), daemon=True)
    server.start()
    theirs.close()  # so that a process that ends before it sends is an error, and nothing to wait for
    try:
        yield ours.recv()
    finally:
        server.terminate()
        server.join()


def serve(pages: dict[str, bytes], hosts: int, latency: float, pipe: Connection) -> None:
    """Serve the pages until the process ends; sends the bases over the pipe.

    It shares the cores with what is measured, where a site would have its own, so all that it answers is made before.
    """
    import asyncio

    answers = {path.encode(): (_tag(body), _answer(body)) for path, body in pages.items()}

    class Served(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport, self.asked = transport, b""

        def data_received(self, data: bytes) -> None:
            self.asked += data
            while (end := self.asked.find(b"\r\n\r\n")) >= 0:
                request, self.asked = self.asked[:end], self.asked[end + 4 :]
                if latency:
                    asyncio.get_running_loop().call_later(latency, self.answer, request)
                else:
                    self.answer(request)

        def answer(self, request: bytes) -> None:
            tag, whole = answers.get(request.split(b" ", 2)[1], (b"", NOT_FOUND))
            known = tag and b"if-none-match: " + tag in request.lower()
            self.transport.write(NOT_MODIFIED % tag if known else whole)
            if b"connection: close" in request.lower():
                self.transport.close()

    async def listen() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Served, "127.0.0.1", 0, backlog=BACKLOG)
        port = server.sockets[0].getsockname()[1]
        if hosts > 1:
            await loop.create_server(Served, [f"127.0.0.{n}" for n in range(2, hosts + 1)], port, backlog=BACKLOG)
        pipe.send([f"http://127.0.0.{n}:{port}" for n in range(1, hosts + 1)])
        await asyncio.Event().wait()

    asyncio.run(listen())


def _tag(body: bytes) -> bytes:
    return b'"%s"' % sha256(body).hexdigest()[:16].encode()


def _answer(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (_tag(body), len(body)) + body
