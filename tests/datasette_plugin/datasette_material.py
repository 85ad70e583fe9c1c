"""A small archive with something of everything, written by us."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from clipper.archive import Archive
from clipper.models import Capture, Extraction, Hop, Outcome, Validators, Verdict
from clipper.urls import url_key

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HEADERS = (("Content-Type", "text/html; charset=utf-8"), ("Server", "lighthouse"))

HARBOUR = "https://harbour.example/posts/17"
HARBOUR_TITLE = "港口闸机固件漏洞的三周"
HARBOUR_TEXTS = (
    """# 港口闸机固件漏洞的三周

港口的闸机在周一凌晨停了四十分钟。值班的人先以为是停电，后来才知道是固件里的一个漏洞。

## 经过

维护单位在两天前推送了新的固件，没有人在测试环境里跑过一遍夜间的场景。闸机在零点重置计数，计数器溢出之后再也没有回到零。

值班日志只有三行字，写得很克制，却把每一步的时间都记了下来。后来的复盘几乎全靠这三行字。

## 教训

先让日志说话，再让人说话。把夜间的场景写进测试，把回退的步骤贴在值班室的墙上。

厂商承诺在月底之前给出修复，码头方面同意在此之前改用人工放行。
""",
    """# 港口闸机固件漏洞的三周

港口的闸机在周一凌晨停了四十分钟。值班的人先以为是停电，后来才知道是固件里的一个漏洞。

## 经过

维护单位在三天前推送了新的固件，没有人在测试环境里跑过一遍夜间的场景。闸机在零点重置计数，计数器溢出之后再也没有回到零。

值班日志只有三行字，写得很克制，却把每一步的时间都记了下来。后来的复盘几乎全靠这三行字。

## 教训

先让日志说话，再让人说话。把夜间的场景写进测试，把回退的步骤贴在值班室的墙上。

厂商承诺在月底之前给出修复，码头方面同意在此之前改用人工放行。
""",
    """# 港口闸机固件漏洞的三周（更新）

港口的闸机在周一凌晨停了四十分钟。值班的人先以为是停电，后来才知道是固件里的一个漏洞。

## 经过

维护单位在三天前推送了新的固件，没有人在测试环境里跑过一遍夜间的场景。闸机在零点重置计数，计数器溢出之后再也没有回到零。

值班日志只有三行字，写得很克制，却把每一步的时间都记了下来。后来的复盘几乎全靠这三行字。

## 教训

先让日志说话，再让人说话。把夜间的场景写进测试，把回退的步骤贴在值班室的墙上。

厂商在二十日给出了修复，码头方面已经恢复自动放行。修复前后的固件摘要附在文末，供同行核对。
""",
)
TIDES = "https://tides.example.org/essays/slow-clocks"
TIDES_TITLE = "Slow clocks: how a harbour keeps time without a signal"
TIDES_TEXT = """# Slow clocks: how a harbour keeps time without a signal

The tide tables in the harbour office were drawn by hand until 1968, and they were **never more than four minutes wrong**.

## What a gauge can tell

A gauge is a pipe with a float in it. What it tells is the height of the water, and what it does not tell is
[when somebody looked](https://tides.example.org/essays/looking "An earlier essay").

> A clock that nobody winds is still right about the order of things.

| Gauge | Founded | Error, minutes | Keeper |
|:------|--------:|---------------:|:-------|
| North mole | 1871 | 2.5 | the pilot's office, in turns |
| South steps | 1904 | 4.0 | a school class, until 1931 |
| Salt store | 1955 | 0.5 | nobody |

The harbour's own programme fits on a page:

```python
def high_water(moon_age_days: float, establishment_hours: float = 3.75) -> float:
    \"\"\"Hours after midnight; good to four minutes on a calm day.\"\"\"
    return (moon_age_days * 0.8 + establishment_hours) % 12.42
```

1. Read the gauge at slack water.
2. Write the time down *before* the height.
3. Compare with yesterday, not with the table.

![The float gauge at the north mole](https://tides.example.org/img/gauge.jpg)

The office still keeps the drawings. They smell of tar.
"""
MARKET = "https://market.example.com/prices"
GONE = "https://harbour.example/posts/3"
BLOCKED = "https://gazette.example.net/2026/11/strike"
FAILING = "https://slow.example.net/report"
UNSEEN = "https://harbour.example/posts/18"
FEED = "https://harbour.example/feed.xml"
BROKEN_FEED = "https://gazette.example.net/rss"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "08d763b8737bde0000000049454e44ae426082"
)


@dataclass
class Clock:
    """A time that stands still until it is set."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


def capture(url: str, body: str, at: datetime, **more: Any) -> Capture:
    """What the server of `url` might have answered."""
    hops = (Hop(url, 200, address="203.0.113.7", milliseconds=80),)
    values: dict[str, Any] = {
        "url": url, "final_url": url, "status": 200, "headers": HEADERS, "body": body.encode(), "fetched_at": at,
        "hops": hops, "request_headers": (("User-Agent", "clipper"),), "milliseconds": 80,
    }  # fmt: skip
    return Capture(**{**values, **more})


def read(markdown: str, **more: Any) -> Extraction:
    """What a reader might have made of it."""
    values: dict[str, Any] = {
        "verdict": Verdict.OK, "title": markdown.lstrip("# ").partition("\n")[0], "markdown": markdown,
        "text": markdown, "words": len(markdown) // 4, "extractor": "clipper 0.1.0",
        "encoding": "utf-8", "encoding_source": "header",
    }  # fmt: skip
    return Extraction(**{**values, **more})


def save(archive: Archive, url: str, markdown: str, at: datetime, *, html: str | None = None, **more: Any) -> int:
    """File a version; its id."""
    html = html if html is not None else f"<!doctype html><title>{url}</title><article>{markdown}</article>"
    filed = archive.record(capture(url, html, at), read(markdown, **more), url_key=url_key(url))
    assert filed.snapshot_id is not None
    return filed.snapshot_id


@dataclass
class Made:
    """The archive that was made, and the ids in it that tests ask for."""

    path: Path
    harbour: list[int] = field(default_factory=list)  # versions, the oldest first
    tides: int = 0
    market: int = 0


def fail(archive: Archive, url: str, at: datetime, *, status: int | None, reason: str, outcome: str = "failed") -> None:
    archive.record_failure(
        url, url_key=url_key(url), outcome=Outcome(outcome), reason=reason, checked_at=at, status=status
    )


def make(path: Path) -> Made:
    """Fill a new archive at `path`."""
    made = Made(path)
    clock = Clock()
    with Archive.open(path, create=True, clock=clock) as archive:
        _watch(archive, clock)
        for n, text in enumerate(HARBOUR_TEXTS):
            at = NOW - timedelta(days=20 - 8 * n)
            made.harbour.append(
                save(archive, HARBOUR, text, at, language="zh", author="林渡", site="港口观察", published="2026-11-02")
            )
        made.tides = save(
            archive, TIDES, TIDES_TEXT, NOW - timedelta(days=6), language="en", author="Ada Mole", site="Tides",
            published="2026-11-15T08:00:00+00:00", lead="What a float in a pipe can tell, and what it cannot.",
            image="https://tides.example.org/img/gauge.jpg", categories=("clocks", "harbours"),
        )  # fmt: skip
        archive.tag(url_key(TIDES), "clocks", "to read")
        archive.note(url_key(TIDES), "Compare with the essay on looking.")
        made.market = save(
            archive, MARKET, "# Prices\n\nHerring 4.10, salt .35", NOW, language="en", verdict=Verdict.THIN
        )
        for days in (4, 3, 1):
            fail(archive, FAILING, NOW - timedelta(days=days), status=503, reason="the server answered 503")
        save(archive, GONE, "# The old pier\n\nIt was pulled down.", NOW - timedelta(days=25), language="en")
        fail(archive, GONE, NOW - timedelta(days=2), status=404, reason="the server answered 404 Not Found")
        archive.record(
            capture(BLOCKED, "<title>Checking your browser</title>", NOW - timedelta(days=1)),
            Extraction(Verdict.CHALLENGE, reason="a captcha"),
            url_key=url_key(BLOCKED),
        )
    return made


def _watch(archive: Archive, clock: Clock) -> None:
    feed = archive.watch(FEED, kind="feed", title="Harbour watch")
    for url, title in ((HARBOUR, HARBOUR_TITLE), (UNSEEN, "A page that nobody fetched yet")):
        archive.list_entry(
            feed, url, url_key=url_key(url), title=title, published="2026-11-02", at=NOW - timedelta(days=20)
        )
    watched = archive.watched
    at = NOW - timedelta(hours=2)
    watched.read(feed, Validators(), at=at, wait=timedelta(hours=6), due_at=at + timedelta(hours=6))
    broken = archive.watch(BROKEN_FEED, kind="feed")
    for days in (3, 2, 1):
        at = NOW - timedelta(days=days)
        watched.failed(broken, "that is no feed", at=at, due_at=at + timedelta(days=1), told=False)
    archive.watch("https://market.example.com/prices", kind="page", title="Prices")


class Visitor:
    """Somebody who asks a Datasette in this process."""

    def __init__(self, datasette: Any) -> None:
        self.datasette = datasette

    def get(self, path: str, *, method: str = "GET", **more: Any) -> Any:
        """The answer, redirects not followed."""

        async def ask() -> Any:
            await self.datasette.invoke_startup()
            return await self.datasette.client.request(method, path, **more)

        return asyncio.run(ask())


def on(*paths: Path, **more: object) -> Visitor:
    """Datasette on these files, with the plugin as its entry point loads it."""
    from datasette.app import Datasette

    return Visitor(Datasette([str(path) for path in paths], **more))


def close(visitor: Visitor) -> None:
    """Let go of the files: connections that are left open are warnings, and warnings are errors."""
    for database in visitor.datasette.databases.values():
        database.close()
