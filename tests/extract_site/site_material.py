"""A site of our own: pages with the same frame around different articles, and an archive to file them in."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clipper.archive import Archive
from clipper.extract import extract
from clipper.models import Capture, Extraction, Filed
from clipper.pipeline import judged
from clipper.urls import site_of, url_key

NOW = datetime(2026, 10, 2, 12, tzinfo=UTC)
WORDS = (
    "harbour ferry tide pilot lantern rope winter mainland letter clerk barrel signal fog morning cargo gull "
    "anchor widow ledger storm captain island quay market winch compass sail engine deck whistle"
).split()


def sentences(seed: str, count: int = 6) -> list[str]:
    """Sentences that no other seed has."""
    dice = random.Random(seed)
    return [
        f"On that day the {' '.join(dice.choices(WORDS, k=11))} were written down by {dice.choice(WORDS)}."
        for _ in range(count)
    ]


def paragraphs(seed: str, count: int = 6) -> str:
    return "".join(f"<p>{sentence}</p>" for sentence in sentences(seed, count))


def page(number: int, article: str, *, comments: str = "") -> str:
    """A page of the site: no class or id tells what is what, and the frame talks in sentences."""
    related = "".join(
        f"<li><a href='/{n}'>What the {WORDS[n % 30]} of {n} said</a></li>" for n in range(number, number + 5)
    )
    return (
        f"<html><head><title>Story {number} - The Harbour</title></head><body>"
        "<div><p><a href='/'>Home</a></p><p><a href='/news'>News</a></p><p>Write to us, we read every single letter.</p></div>"
        f"<h1>Story {number}</h1><p>By clerk {number}, 2026-09-{number % 28 + 1:02}</p><p>Keep this page</p>"
        f"<div>{article}</div>"
        f"<div><p>Share this with somebody who reads.</p></div>{comments}"
        f"<div><h4>You might also like</h4><ul>{related}</ul></div>"
        "<div><p>The Harbour is printed on paper that was a net before. All rights are with the ferry, as ever.</p></div>"
        "</body></html>"
    )


def capture(url: str, html: str, *, minute: int = 0) -> Capture:
    return Capture(
        url=url, final_url=url, status=200, headers=(), body=html.encode(), fetched_at=NOW + timedelta(minutes=minute)
    )


class Shelf:
    """An archive that reads and files as the pipeline does."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.minute = 0

    def read(self, url: str, html: str) -> Extraction:
        """Read with what is known of the host, and file nothing."""
        site = self.archive.site(site_of(url), url_key=url_key(url))
        found = extract(capture(url, html), site)
        return judged(found, archive=self.archive, url=url, url_key=url_key(url))

    def file(self, url: str, html: str) -> Filed:
        self.minute += 1
        return self.archive.record(capture(url, html, minute=self.minute), self.read(url, html), url_key=url_key(url))


@contextmanager
def shelf(path: Path = Path(":memory:")) -> Iterator[Shelf]:
    with Archive.open(path, create=True) as archive:
        yield Shelf(archive)
