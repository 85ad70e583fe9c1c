"""What learning from the archive is worth: pages read cold, and after other pages of their host.

usage: python -m benchmarks.learning [--check] [--name] [--others N] [--removed]

`--check` reads set `hou` alone and holds it against the floor. `--removed` shows what learning took away
on hosts of five pages or more of a real archive (its clippings are Markdown, and made HTML again): the
lines that stand on other pages of their host too are its frame, and those that do not are printed.

Leave one out: for each page, N other pages of its host (10 for `hou`, at most as many elsewhere) are read and
filed in an archive of their own, one after the other, each with what the archive had learned by
then; then the page itself is read, once cold and once with what was learned. No site rule is used.

Set `hou` is what counts. The other sets have few hosts with several pages, most of them no articles;
they are here to show what can be lost. ×1: hosts of four pages or more. ×3, a stress: hosts of two pages
or more, every other page filed three times under different addresses, so that each line of a single
other page, the words of its article included, counts as recurring.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from benchmarks.measure import ROOT, SHARED
from clipper.archive import Archive
from clipper.extract import extract
from clipper.extract.blocks import Reading
from clipper.extract.page import parse
from clipper.models import Capture, Extraction, Site, SiteRules
from clipper.urls import url_key

NO_RULES = SiteRules(shipped=False)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its gold."""

    name: str
    gold: dict[str, Any]
    url: str
    body: bytes


def main() -> int:
    if not SHARED.exists():
        print("skipped: ../shared/data is not here")
        return 0
    if "--removed" in sys.argv:
        return _removed()
    others = int(sys.argv[sys.argv.index("--others") + 1]) if "--others" in sys.argv else 10
    score = _scorer()
    learned = _report("hou", _pages("hou"), score, others=others, times=1)
    for times, least in () if "--check" in sys.argv else ((1, 4), (3, 2)):
        for name in ("wcxb", "segments", "zh", "scrapinghub"):
            pages = [page for group in _hosts(_pages(name)).values() if len(group) >= least for page in group]
            if pages:
                _report(f"{name} ×{times}", pages, score, others=others, times=times)
    floor = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text("utf-8"))["learning"]["hou F1 learned"]
    return 1 if learned < floor and "--check" in sys.argv else 0


def _report(name: str, pages: list[Page], score: ModuleType, *, others: int, times: int) -> float:
    """Print a set's figures cold and learned; return the learned F1."""
    hosts = _hosts(pages)
    rows = []
    for group in hosts.values():
        for page in group:
            filed = list(_before(group, page))[:others]
            cold = extract(_capture(page, page.url, NOW), rules=NO_RULES)
            warm = extract(_capture(page, page.url, NOW), _learned(filed, page, times), NO_RULES)
            rows.append(
                (page, *(score.page_score(page.name, page.gold, read.text) for read in (cold, warm)), cold, warm)
            )
    for when, column in (("cold", 1), ("learned", 2)):
        p, r, f = (sum(row[column][n] for row in rows) / len(rows) for n in range(3))
        print(f"{name:<12} {when:<8} pages={len(rows):<4} hosts={len(hosts):<4} P={p:.4f} R={r:.4f} F1={f:.4f}")
    bad = sum(cold.verdict.good and not warm.verdict.good for *_, cold, warm in rows)
    worse = [row for row in rows if row[2][1] < row[1][1] - 0.005]
    print(f"{name:<12} lost recall on {len(worse)} pages; {bad} good pages called bad")
    for page, cold_score, warm_score, *_ in rows if "--name" in sys.argv else ():
        told = "  ".join(f"P={s[0]:.3f} R={s[1]:.3f} F1={s[2]:.3f}" for s in (cold_score, warm_score))
        print(f"    {told}  {page.gold['id']} {page.url[:80]}")
    return sum(row[2][2] for row in rows) / len(rows)


def _removed() -> int:
    """Print how many lines learning took away, and how many of them other pages have."""
    taken, known = 0, 0
    for host, group in _clippings().items():
        said = [_said(page) for page in group]
        for number, page in enumerate(group):
            cold = extract(_capture(page, page.url, NOW), rules=NO_RULES)
            warm = extract(_capture(page, page.url, NOW), _learned(list(_before(group, page))[:10], page, 1), NO_RULES)
            left = set(map(_letters, warm.text.split("\n")))
            gone = [line for line in cold.text.split("\n") if _letters(line) and _letters(line) not in left]
            own = [line for line in gone if not any(_letters(line) in s for n, s in enumerate(said) if n != number)]
            taken += len(gone)
            known += len(gone) - len(own)
            print(f"{host:<24} {cold.verdict:<13} words {cold.words:>5} -> {warm.words:>5}, lines gone {len(gone):>3}")
            for line in own:
                print(f"    on no other page: {line[:110]}")
    print(f"{taken} lines gone, {known} of them stand on other pages of the host ({known / max(taken, 1):.1%})")
    return 0


def _said(page: Page) -> set[str]:
    """What stands on a page, line for line, and as it is read."""
    root = parse(page.body.decode())
    lines = [line.text for line in Reading(root).lines] if root is not None else []
    read = extract(_capture(page, page.url, NOW), rules=NO_RULES).text.split("\n")
    return {_letters(line) for line in (*lines, *read)}


def _clippings() -> dict[str, list[Page]]:
    """The clippings of hosts with five or more, as pages; their challenges and shells are pages of the host as well."""
    from markdown_it import MarkdownIt

    folder = SHARED / "clippings"
    render = MarkdownIt("commonmark", {"html": False}).enable("table").render
    pages = []
    for row in map(json.loads, (folder / "manifest.jsonl").read_text("utf-8").splitlines()):
        text = (folder / row["file"]).read_text("utf-8", "replace")
        body = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
        page = f"<title>{escape(row['title'] or '')}</title><body>{render(body)}</body>"
        pages.append(Page("clippings", {"id": row["file"]}, row["url"], page.encode()))
    return {host: group for host, group in _hosts(pages).items() if len(group) >= 5}


def _letters(line: str) -> str:
    return re.sub(r"\W|\d", "", line)


def _before(group: list[Page], page: Page) -> Iterator[Page]:
    """The other pages of the host, beginning with those after the page, so that each page has others."""
    place = group.index(page)
    yield from group[place + 1 :]
    yield from group[:place]


def _learned(pages: list[Page], page: Page, times: int) -> Site:
    """What an archive knows of the page's host after those pages were filed, each as often as said."""
    host = urlsplit(page.url).hostname or ""
    with Archive.open(Path(":memory:"), create=True) as archive:
        for number, other in enumerate(other for other in pages for _ in range(times)):
            url = other.url if times == 1 else f"{other.url}{'&' if '?' in other.url else '?'}copy={number}"
            capture = _capture(other, url, NOW + timedelta(minutes=number))
            read = _cached(capture, archive.site(host, url_key=url_key(url)))
            archive.record(capture, read, url_key=url_key(url))
        return archive.site(host, url_key=url_key(page.url))


READ: dict[tuple[bytes, Site], Extraction] = {}


def _cached(capture: Capture, site: Site) -> Extraction:
    """One reading of the same bytes with the same knowledge is enough."""
    key = (capture.body, site)
    if key not in READ:
        READ[key] = extract(capture, site, NO_RULES)
    return READ[key]


def _capture(page: Page, url: str, moment: datetime) -> Capture:
    return Capture(url=url, final_url=url, status=200, headers=(), body=page.body, fetched_at=moment)


def _hosts(pages: list[Page]) -> dict[str, list[Page]]:
    groups: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        groups[urlsplit(page.url).hostname or ""].append(page)
    groups.pop("", None)
    return groups


def _pages(name: str) -> list[Page]:
    folder = SHARED / "articles" / name
    rows = [json.loads(line) for line in (folder / "gold.jsonl").read_text("utf-8").split("\n") if line]
    return [Page(name, row, row["url"] or "", gzip.decompress((folder / row["file"]).read_bytes())) for row in rows]


def _scorer() -> ModuleType:
    """The scorer of ../shared/bench, which is no package."""
    spec = importlib.util.spec_from_file_location("bench_articles", SHARED.parent / "bench" / "articles.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
