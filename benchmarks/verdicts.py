"""Verdicts on what real clippers met: failures found, good pages called bad, class by class.

usage: python -m benchmarks.verdicts [--check] [--name]

Failures: ../shared/data/clippings of class A, judged by their Markdown, and the pages of
../shared/data/wechat that were deleted or blocked, judged from their HTML. Good: the clippings of C and D,
the other WeChat pages, and every page of ../shared/data/articles and markdown. Class B is listed and
counts for neither: good pages of which another tool kept 8,000 characters of menus.

`elsewhere` is what is still found without the signatures that a page of the same host taught: what
to expect of a site that nobody has seen. `--name` names each page that was judged wrong.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

from benchmarks.measure import ROOT, SHARED
from clipper.extract import extract
from clipper.extract.facts import facts_of_markdown
from clipper.extract.verdict import judge, signatures
from clipper.models import Capture, Verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FRONT = re.compile(r"\A---\n.*?\n---\n\s*(?:# [^\n]*\n)?", re.S)  # the title is the old clipper's, not the page's
WECHAT_BAD = ("作者已删除", "内容违规", "该内容暂时无法查看")
STUB = 1500  # bytes: a page made for one line of a test is no page
WECHAT_NEITHER = ("aboutbiz",)  # what an account says of itself


@dataclass(frozen=True, slots=True)
class Case:
    """One page, what it is, and what was said of it."""

    kind: str
    bad: bool | None  # None: neither counts
    name: str
    verdict: Verdict
    reason: str
    elsewhere: Verdict  # without what its host taught
    host: str = ""


def main() -> int:
    if not SHARED.exists():
        print("skipped: ../shared/data is not here")
        return 0
    cases = [*clippings(), *wechat(), *articles()]
    found = _table(cases)
    for case in cases if "--name" in sys.argv else ():
        if case.bad is not None and case.verdict.good is case.bad:
            print(f"  wrong: {case.kind}  {case.name}  {case.verdict} {case.reason}")
    floors = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text("utf-8"))["verdicts"]
    low = found["found"] < floors["failures found"] or found["false"] > floors["good pages called bad"]
    return 1 if low and "--check" in sys.argv else 0


def _table(cases: list[Case]) -> dict[str, float]:
    """Print a line a class, and the two figures that count."""
    print(f"{'class':<52}{'pages':>6}{'bad':>6}{'elsewhere':>11}  verdicts")
    for kind in dict.fromkeys(case.kind for case in cases):
        group = [case for case in cases if case.kind == kind]
        counts = {str(v): sum(c.verdict is v for c in group) for v in Verdict}
        told = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        bad, elsewhere = (sum(not getattr(c, key).good for c in group) for key in ("verdict", "elsewhere"))
        print(f"{kind[:51]:<52}{len(group):>6}{bad:>6}{elsewhere:>11}  {told}")
    failures, good = [c for c in cases if c.bad], [c for c in cases if c.bad is False]
    share = sum(not c.verdict.good for c in failures) / len(failures)
    elsewhere = sum(not c.elsewhere.good for c in failures) / len(failures)
    false = sum(not c.verdict.good for c in good) / len(good)
    print(f"failures found: {share:.4f} of {len(failures)} (on hosts that taught nothing: {elsewhere:.4f})")
    for half in (0, 1):
        group = [c for c in failures if c.host and crc32(c.host.encode()) % 2 == half]
        hosts = {c.host for c in group}
        each = sum(
            sum(not c.elsewhere.good for c in group if c.host == host) / sum(c.host == host for c in group)
            for host in hosts
        ) / max(1, len(hosts))
        print(
            f"  half {half}: {len(hosts)} hosts, {len(group)} failures; of a host's, without what it taught: {each:.4f}"
        )
    print(f"good pages called bad: {false:.4f} of {len(good)}")
    return {"found": share, "false": false}


def clippings() -> Iterator[Case]:
    """The clippings by their Markdown."""
    folder = SHARED / "clippings"
    for row in _rows(folder / "manifest.jsonl"):
        facts = facts_of_markdown(FRONT.sub("", (folder / row["file"]).read_text("utf-8")))
        verdict, reason = judge(facts, words=facts.own)
        taught = [s for s in signatures() if s.host is None or s.host != row["host"]]
        elsewhere, _ = judge(facts, words=facts.own, known=taught)
        bad = {"A": True, "B": None}.get(row["category"][0], False)
        yield Case(row["category"], bad, f"{row['file']} {row['host']}", verdict, reason, elsewhere, row["host"])


def wechat() -> Iterator[Case]:
    """WeChat's pages by their HTML."""
    folder = SHARED / "wechat"
    for row in _rows(folder / "manifest.jsonl"):
        if row["state"] not in WECHAT_NEITHER:
            bad = row["state"] in WECHAT_BAD
            yield _read(f"wechat {row['state']}", folder / row["file"], "https://mp.weixin.qq.com/s/x", bad)


def articles() -> Iterator[Case]:
    """Pages that have an article, or whatever else their set's authors took for content."""
    for gold in sorted(SHARED.glob("articles/*/gold.jsonl")):
        for row in _rows(gold):
            kind = f"{gold.parent.name} {row['type'] or ''}".strip()
            yield _read(kind, gold.parent / row["file"], row["url"] or "https://example.com/", False)
    for file in sorted(SHARED.glob("markdown/*.html.gz")):
        expected = file.with_name(file.name.replace(".html.gz", ".expected.html.gz"))
        if expected.exists() and len(gzip.decompress(expected.read_bytes())) > STUB:
            yield _read("markdown", file, "https://example.com/", False)


def _read(kind: str, file: Path, url: str, bad: bool) -> Case:
    body = gzip.decompress(file.read_bytes())
    read = extract(Capture(url=url, final_url=url, status=200, headers=(), body=body, fetched_at=NOW))
    return Case(kind, bad, f"{file.name} {url}", read.verdict, read.reason, read.verdict)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    for line in file.read_text("utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


if __name__ == "__main__":
    sys.exit(main())
