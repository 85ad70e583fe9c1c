"""The gold of ../shared/data as labels of a page's blocks, for training."""

from __future__ import annotations

import gzip
import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import html as lxml_html

from benchmarks.measure import SHARED
from clipper.extract.blocks import Node
from clipper.extract.page import squeezed

SETS = ("hou", "zh", "scrapinghub", "segments", "wcxb")
SHORT = 24  # letters; shorter texts stand by chance in many articles
STRINGS = 6  # that a page of `segments` has


@dataclass(frozen=True, slots=True)
class Case:
    """One page and what it should give."""

    set: str
    id: str
    body: bytes
    gold: dict[str, Any]


def cases() -> Iterator[Case]:
    """All pages with gold, those of the Markdown set last."""
    for name in SETS:
        folder = SHARED / "articles" / name
        for line in (folder / "gold.jsonl").read_text("utf-8").split("\n"):
            if line:
                gold = json.loads(line)
                yield Case(name, gold["id"], gzip.decompress((folder / gold["file"]).read_bytes()), gold)
    for path in sorted((SHARED / "markdown").glob("*.expected.html.gz")):
        name = path.name.removesuffix(".expected.html.gz")
        expected = lxml_html.fromstring("<div>" + gzip.decompress(path.read_bytes()).decode() + "</div>")
        text = "\n".join(part for part in expected.itertext() if part.strip())
        body = gzip.decompress(path.with_name(f"{name}.html.gz").read_bytes())
        yield Case("markdown", name, body, {"id": name, "text": text})


def labels(case: Case, blocks: Sequence[Node]) -> tuple[list[float], list[float]]:
    """Of each block the share that the gold has, and what it counts; a page counts as one in all."""
    if case.set == "segments":
        return _by_strings(case.gold["with"], case.gold["without"], blocks)
    shares = _by_text(case.gold["text"] or "", blocks, piece=8 if case.set in ("zh", "hou") else 16)
    whole = max(1, len(squeezed(case.gold["text"] or "")))
    parts = [min(1.0, len(block.letters) / whole) for block in blocks]
    # Long blocks decide the score, short ones are many: both shall be learned.
    weights = [
        0.0 if block.tag == "figcaption" else part + 0.3 * part**0.5 for part, block in zip(parts, blocks, strict=True)
    ]
    return shares, [weight / (sum(weights) or 1) for weight in weights]


def _by_strings(wanted: list[str], unwanted: list[str], blocks: Sequence[Node]) -> tuple[list[float], list[float]]:
    """Blocks that hold a string that must or must not be there; of the others nothing is known."""
    found: list[float | None] = [None] * len(blocks)
    for strings, share in ((wanted, 1.0), (unwanted, 0.0)):
        for letters in filter(None, map(squeezed, strings)):
            for n, block in enumerate(blocks):
                if letters in block.letters or (len(block.letters) >= 8 and block.letters in letters):
                    found[n] = share if found[n] in (None, share) else -1
    known = [share is not None and share >= 0 for share in found]
    return [float(share or 0) if k else 0.0 for share, k in zip(found, known, strict=True)], [
        k / STRINGS for k in known
    ]


def _by_text(gold: str, blocks: Sequence[Node], *, piece: int) -> list[float]:
    letters, lines = squeezed(gold), {squeezed(line) for line in gold.split("\n")}
    shares = []
    for block in blocks:
        if len(block.letters) <= 2 * piece:
            shares.append(float(block.letters in letters))
            continue
        starts = range(0, len(block.letters) - piece + 1, max(1, len(block.letters) // 60))
        shares.append(sum(block.letters[start : start + piece] in letters for start in starts) / len(starts))
    long = [n for n, block in enumerate(blocks) if len(block.letters) >= SHORT and shares[n] >= 0.5]
    return [
        0.0 if share and len(block.letters) < SHORT and not _near(n, block.letters in lines, long) else share
        for n, (share, block) in enumerate(zip(shares, blocks, strict=True))
    ]


def _near(n: int, line: bool, long: list[int]) -> bool:
    """Whether a short text that is in the gold stands where the gold does."""
    if not long:
        return line
    after = bisect_left(long, n)
    distance = min(abs(long[k] - n) for k in (after - 1, after) if 0 <= k < len(long))
    near = 4 if line else 2
    return distance <= (2 * near if long[0] <= n <= long[-1] else near)
