"""Pages that were made to hurt, and real pages broken at random, through the killable reader.

usage: python -m benchmarks.hostile [--check] [--mutants N] [--seed N] [--corpus-only]

The corpus is what RELIABILITY.md measured and more: control references, nesting up to 100,000 deep,
40,000 attributes, 5 MB of cells, 100,000 links, and so on. Each page carries a sentence before and
one behind what hurts; where `keeps` says so, neither may be lost. Then real pages of ../shared/data are
broken: bytes flipped, cut, doubled, tags and references put in (20,000 by default; 2,000 in CI).
Each page is read twice: as the first of its host, and as one of a host that is known to have half of its lines
on every page.

Counted: crashes of the run (none may happen), pages that took longer than the reader promises and a second
(none; the limit is of the processor's time, by the clock a busy machine may take six times as long),
pages that killed or stalled the reader (allowed; their bytes are kept by the archive), lost sentences, and pages at
which the extractor itself failed (none).
"""

from __future__ import annotations

import gzip
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.measure import SHARED, real_pages
from clipper.extract import Reader
from clipper.extract.worker import PATIENCE
from clipper.models import Capture, Extraction, Observed, Site, SiteBlock, Verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOST = "hostile.example"
URL = f"https://{HOST}/page"
PAGES = 6  # of it that the archive is said to know
LIMIT = 10.0  # seconds a page, as `clip` has it
SLACK = 1.0
MUTANTS, MUTANTS_IN_CI = 20_000, 2_000
BEFORE = "The first witness says that the storm began before anybody had lit the lamp that night."
BEHIND = "The last witness says that the lamp was burning when the boat came home in the morning."
FILLER = "".join(
    f"<p>Line {n} of the log was written by the keeper, who had nothing else to do.</p>" for n in range(12)
)


@dataclass(frozen=True, slots=True)
class Hostile:
    """A page that hurts; `keeps` says that nothing of it may be lost."""

    name: str
    html: bytes
    keeps: bool = False


def corpus() -> Iterator[Hostile]:
    """The pages, each with its name."""
    for name, keeps, inside in _insides():
        html = (
            f"<!doctype html><title>Log</title><body><article><p>{BEFORE}</p>{FILLER}{inside}<p>{BEHIND}</p></article>"
        )
        yield Hostile(name, html.encode("utf-8", "surrogatepass"), keeps)
    yield Hostile("40,000 attributes", _framed(f"<div {' '.join(f'a{n}=1' for n in range(40_000))}>x</div>"))
    yield Hostile("5 MB of cells", _framed("<table><tr>" + "<td>x" * 1_000_000 + "</table>"))
    yield Hostile("nothing but <", b"<" * 2_000_000)
    yield Hostile("nothing but NUL", b"\0" * 2_000_000)
    yield Hostile("one attribute of 10 MB", _framed(f'<div class="{"a " * 5_000_000}">x</div>'))
    yield Hostile("one word of 10 MB", _framed(f"<p>{'a' * 10_000_000}</p>"))
    yield Hostile("one comment without an end", _framed("<!-- " + "x" * 5_000_000))
    yield Hostile(
        "an entity bomb",
        b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
        + b"<!ENTITY c '&b;&b;&b;&b;'>" * 500
        + b"]><p>&c;</p>",
    )
    yield Hostile("UTF-16 without a mark", _framed("<p>x</p>").decode().encode("utf-16-le"))
    yield Hostile("UTF-7", b"<meta charset=utf-7>+ADw-script+AD4-" * 5_000)
    yield Hostile("random bytes", random.Random(1).randbytes(3_000_000))
    yield Hostile("a regular expression's worst", _framed("<p>" + "a" * 50_000 + "!" + " .," * 50_000 + "</p>"))
    yield Hostile("100,000 scripts", _framed("<script>x=1</script>" * 100_000))
    yield Hostile(
        "a JSON-LD of 5 MB, 50,000 deep",
        _framed(f"<script type='application/ld+json'>{'[' * 50_000}{' ' * 5_000_000}</script>"),
    )
    yield Hostile("100,000 images", _framed("<img src=/a.png alt='a picture'>" * 100_000))


def _insides() -> Iterator[tuple[str, bool, str]]:
    """(name, whether all must be kept, what stands between the two sentences)."""
    for reference in (
        "&#27;",
        "&#8;",
        "&#12;",
        "&#0;",
        "&#x1F;",
        "&#127;",
        "\x08",
        "\x0c",
        "&#xD800;",
        "&#1114112;",
        "&#99999999999;",
    ):
        yield f"control reference {reference!a}", True, f"<p>before {reference} after</p>"
    for depth in (254, 400, 2_000, 10_000, 100_000):
        yield f"{depth:,} nested div", True, "<div>" * depth + "<p>deep</p>" + "</div>" * depth
    for depth in (10_000, 100_000):
        yield f"{depth:,} nested b", True, "<b>" * depth + "deep" + "</b>" * depth
        yield f"{depth:,} nested blockquote", True, "<blockquote>" * depth + "deep" + "</blockquote>" * depth
        yield f"{depth:,} nested ul", True, "<ul><li>" * depth + "deep" + "</li></ul>" * depth
        yield f"{depth:,} nested table", True, "<table><tr><td>" * depth + "deep" + "</td></tr></table>" * depth
        yield f"{depth:,} elements that never end", True, "<div>" * depth
    yield "1,000,000 b that never end", True, "<b>" * 1_000_000
    yield "100,000 links", False, "".join(f"<a href='/{n}'>link {n}</a> " for n in range(100_000))
    yield "100,000 paragraphs", False, "<p>a line of the log, and no more.</p>" * 100_000
    yield "a list of 100,000", False, "<ul>" + "<li>item" * 100_000 + "</ul>"
    yield "javascript: and data:", True, "<p><a href='javascript:alert(1)'>x</a> <a href='data:text/html,x'>y</a></p>"
    yield "lone surrogates", True, "<p>\ud800 and \udfff</p>"
    yield "a colspan of 10^9", True, "<table><tr><td colspan=1000000000 rowspan=1000000000>x<td>y</table>"
    yield "direction marks", True, "<p>\u202e\u2066\u200f\u0000 turned around</p>"
    yield "a base that is no address", True, "<base href='http://[::'><p><a href='x'>y</a></p>"
    yield "svg and math, unclosed", False, "<svg><math><p>inside</p>"
    yield "a form in a button in a select", False, "<select><button><form><p>inside</p>"


def _framed(inside: str) -> bytes:
    return f"<!doctype html><title>Log</title><body><article><p>{BEFORE}</p>{FILLER}{inside}<p>{BEHIND}</p></article>".encode()


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """Real pages, broken: from one to six damages each."""
    dice = random.Random(seed)
    pages = [body for _, body in real_pages(1_000) if len(body) < 400_000]
    for file in sorted(SHARED.glob("markdown/*.html.gz")):
        if ".expected." not in file.name:
            pages.append(gzip.decompress(file.read_bytes()))
    for _ in range(count):
        body = bytearray(dice.choice(pages))
        for _ in range(dice.randint(1, 6)):
            _damage(body, dice, pages)
        yield bytes(body)


PIECES = (b"<", b">", b"</", b"<!--", b"-->", b"<![CDATA[", b"<svg>", b"<table>", b"</table>", b"<select>", b"<p>", b"&#0;", b"&#27;", b"\0", b"\xff\xfe",
          b"<script>", b"</script>", b"<style>", b"<template>", b"<noscript>", b"<frameset>", b"<base href=//x>", b"<meta charset=utf-16>", b"&#xD800;",
          b"\xf0\x9f", b'"', b"'", b"<body>", b"</html>", b"<plaintext>", b"<xmp>", b"<math>", b"<button>", b"<td>", b"<iframe>", b"=", b"<a href='")  # fmt: skip


def _damage(body: bytearray, dice: random.Random, pages: list[bytes]) -> None:
    """One damage, in place."""
    if not body:
        return
    kind, place = dice.randrange(7), dice.randrange(len(body))
    if kind == 0:
        for _ in range(dice.randint(1, 200)):
            body[dice.randrange(len(body))] = dice.randrange(256)
    elif kind == 1:
        del body[place:]
    elif kind == 2:
        del body[place : place + dice.randint(1, 5_000)]
    elif kind == 3:
        piece = bytes(body[place : place + dice.randint(1, 3_000)])
        body[place:place] = piece * dice.randint(1, 30)
    elif kind == 4:
        for _ in range(dice.randint(1, 40)):
            spot = dice.randrange(len(body))
            body[spot:spot] = dice.choice(PIECES)
    elif kind == 5:
        other = dice.choice(pages)
        body[place:] = other[dice.randrange(len(other)) :]
    else:
        body[place:place] = dice.choice(PIECES) * dice.randint(1, 3_000)


@dataclass(slots=True)
class Tally:
    """What came of many pages."""

    pages: int = 0
    verdicts: Counter[str] | None = None
    slowest: float = 0.0
    over: int = 0
    faults: int = 0

    def read(self, reader: Reader, body: bytes, site: Site | None = None) -> Extraction:
        """Read one page within the limit, and count it."""
        begun = time.monotonic()
        found = reader.read(Capture(url=URL, final_url=URL, status=200, headers=(), body=body, fetched_at=NOW), site)
        took = time.monotonic() - begun
        self.verdicts = self.verdicts or Counter()
        self.pages += 1
        self.verdicts[str(found.verdict)] += 1
        self.slowest = max(self.slowest, took)
        self.over += took > PATIENCE * LIMIT + SLACK
        self.faults += "extractor failed" in (found.reason or "")
        return found

    def tell(self, name: str) -> None:
        told = ", ".join(f"{verdict} {count}" for verdict, count in (self.verdicts or Counter()).most_common())
        print(
            f"{name}: {self.pages} pages, {self.over} over the limit, slowest {self.slowest:.1f} s,"
            f" {self.faults} faults; {told}",
            flush=True,
        )


def known(found: Extraction, dice: random.Random) -> Site:
    """A host of which the archive knows half of a page's lines, and where its articles stand."""
    seen = found.observed or Observed(HOST)
    half = [block for block in seen.blocks if dice.random() < 0.5]
    blocks = [
        SiteBlock(digest, PAGES, **{place: PAGES}, sample=sample)  # type: ignore[arg-type]
        for digest, place, sample in (*half, ("elsewhere", "below", ""))
    ]
    return Site(HOST, PAGES, tuple(blocks), ((seen.container, PAGES),) if seen.container else ())


def main() -> int:
    count = MUTANTS_IN_CI if "--check" in sys.argv else MUTANTS
    if "--mutants" in sys.argv:
        count = int(sys.argv[sys.argv.index("--mutants") + 1])
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 1
    tally, lost, killed = Tally(), [], []
    dice = random.Random(seed)
    with Reader(time_limit=LIMIT) as reader:
        _warm(reader)
        for hostile in corpus():
            found = tally.read(reader, hostile.html)
            if hostile.keeps and not (BEFORE in found.text and BEHIND in found.text):
                lost.append(hostile.name)
            if found.verdict is not Verdict.UNREADABLE:
                found = tally.read(reader, hostile.html, known(found, dice))
            if found.verdict is Verdict.UNREADABLE:
                killed.append(f"{hostile.name} ({found.reason})")
                _warm(reader)
    tally.tell("corpus")
    print(f"killed or stalled the reader, which went on with the next page: {'; '.join(killed) or 'none'}")
    print(f"text lost: {', '.join(lost) or 'none'}")
    broken = Tally()
    if SHARED.exists() and "--corpus-only" not in sys.argv:
        with Reader(time_limit=LIMIT) as reader:
            _warm(reader)
            for number, body in enumerate(mutants(count, seed)):
                found = broken.read(reader, body)
                if found.verdict is not Verdict.UNREADABLE:
                    found = broken.read(reader, body, known(found, dice))
                if found.verdict is Verdict.UNREADABLE:
                    print(f"broken page {number} of seed {seed}: {found.reason}", flush=True)
                    _warm(reader)
        broken.tell(f"broken real pages, seed {seed}")
    return 1 if lost or tally.over or tally.faults or broken.over or broken.faults else 0


def _warm(reader: Reader) -> None:
    """Let a new worker load its libraries outside of the time that is measured."""
    reader.read(Capture(url=URL, final_url=URL, status=200, headers=(), body=b"<p>warm</p>", fetched_at=NOW))


if __name__ == "__main__":
    sys.exit(main())
