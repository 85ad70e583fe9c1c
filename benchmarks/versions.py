"""Whether versions mean something: every real edit is one, and nothing else is.

    python -m benchmarks.versions [--pages FOLDER] [--check]

Each page is read as it is and after an edit, by the extractor that `clip` uses. Around it everything else changes at
every reading: counters, tokens, relative dates, advertisements, related lists, comments. Pages are the fixtures', and
HTML files (`*.html`, `*.html.gz`) under FOLDER. Then, if it is there, the series of real captures: what a page's own
paragraphs say, read by other means, against the versions that were filed. `--check` demands what was reached.
"""

from __future__ import annotations

import gzip
import random
import re
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from pathlib import Path

from clipper.archive import Archive
from clipper.archive.digest import normalised
from clipper.decode import decode
from clipper.extract import extract
from clipper.models import Capture, Extraction, Outcome

ROOT = Path(__file__).parents[1]
SERIES = ROOT / ".." / "shared" / "data" / "versions"
START = datetime(2026, 1, 1, tzinfo=UTC)
SENTENCE = re.compile(r"[^.!?。！？\n]{24,}[.!?。！？]")
HIDDEN = re.compile(r"(?is)<(script|style|head|noscript|template)\b.*?</\1>")
WORDS = "harbour lantern ledger meadow orchard pigeon quarry saddle timber violet".split()
HAN = "港灯账野园鸽矿鞍木紫"
LEAST = {"missed": 0.0, "false": 0.0}  # shares that may not be exceeded


def noise(html: str, seed: int) -> str:
    """Everything around an article that is another at every visit."""
    rng = random.Random(seed)
    number = lambda: f"{rng.randrange(1, 99999):,}"  # noqa: E731
    token = lambda: f"{rng.getrandbits(96):x}"  # noqa: E731
    headline = lambda: " ".join(rng.sample(WORDS, 4)).capitalize()  # noqa: E731
    head = f'<meta name="csrf-token" content="{token()}"><script nonce="{token()}">var t="{token()}";</script>'
    counters = (
        f'<div class="post-meta"><span class="views">{number()} views</span> <span class="comments">{number()} comments'
        f'</span> <time class="ago">{rng.randrange(2, 23)} hours ago</time></div>'
    )
    zh = (
        f'<div class="post-meta"><span class="views">阅读 {number()}</span> <span class="like">点赞 {number()}</span>'
        f' <span class="ago">{rng.randrange(2, 23)}小时前</span></div>'
    )
    items = "".join(f'<li><a href="/p/{token()}">{headline()}</a></li>' for _ in range(5))
    replies = "".join(f"<li><b>{headline()}</b> <p>{headline()}. {number()}</p></li>" for _ in range(3))
    tail = (
        f'<div class="related"><h3>Related posts</h3><ul>{items}</ul></div>'
        f'<div class="ad" id="ad-{token()}"><a href="https://ads.example/{token()}">{headline()} — buy now</a></div>'
        f'<section id="comments" class="comments"><h3>{number()} comments</h3><ol>{replies}</ol></section>'
        f'<div class="sidebar"><h3>Most read</h3><ul>{items}</ul></div>'
    )
    html = re.sub(r"(?i)</head>", head.replace("\\", "") + "</head>", html, count=1)
    html = re.sub(r"(?i)</h1>", "</h1>" + (zh if _chinese(html) else counters), html, count=1)
    return re.sub(r"(?i)</body>", tail + "</body>", html, count=1)


def _chinese(html: str) -> bool:
    return len(re.findall("[\u4e00-\u9fff]", html)) > 200


Edit = Callable[[str, list[str], Extraction, random.Random], "str | None"]


def one_word(html: str, sentences: list[str], _: Extraction, rng: random.Random) -> str | None:
    old = rng.choice(sentences)
    if _chinese(old * 9):
        at = len(old) // 2
        return html.replace(old, old[:at] + rng.choice([c for c in HAN if c != old[at]]) + old[at + 1 :], 1)
    words = old.split(" ")
    words[len(words) // 2] = rng.choice(WORDS)
    return html.replace(old, " ".join(words), 1)


def one_number(html: str, sentences: list[str], _: Extraction, rng: random.Random) -> str | None:
    found = [s for s in sentences if re.search(r"\d", s)]
    if not found:
        return None
    old = rng.choice(found)
    return html.replace(old, re.sub(r"\d", lambda m: str((int(m[0]) + 1) % 10), old, count=1), 1)


def removed_sentence(html: str, sentences: list[str], _: Extraction, rng: random.Random) -> str | None:
    return html.replace(rng.choice(sentences), "", 1)


def added_sentence(html: str, sentences: list[str], _: Extraction, rng: random.Random) -> str | None:
    old = rng.choice(sentences)
    more = "此后港口的灯一直亮到天明。" if _chinese(old * 9) else " The lantern at the harbour burned until dawn."
    return html.replace(old, old + more, 1)


def reordered(html: str, sentences: list[str], _: Extraction, rng: random.Random) -> str | None:
    if len(sentences) < 2:
        return None
    one, other = rng.sample(sentences, 2)
    return html.replace(one, "\0", 1).replace(other, one, 1).replace("\0", other, 1)


def title(html: str, _: list[str], reading: Extraction, rng: random.Random) -> str | None:
    if not reading.title or reading.title not in HIDDEN.sub("", html):
        return None
    new = f"{reading.title} ({rng.choice(WORDS)})"
    for form in (str, escape, lambda text: escape(text, quote=False), lambda text: text.replace("&", "&#038;")):
        html = html.replace(form(reading.title), new)
    return html


EDITS: dict[str, Edit] = {
    "one word or character": one_word,
    "one digit": one_number,
    "a sentence removed": removed_sentence,
    "a sentence added": added_sentence,
    "sentences reordered": reordered,
    "the title": title,
}


def read(body: bytes, url: str, at: datetime) -> tuple[Capture, Extraction]:
    capture = Capture(url, url, 200, (("Content-Type", "text/html; charset=utf-8"),), body, at)
    return capture, extract(capture)


def trial(archive: Archive, key: str, url: str, before: str, after: str) -> bool | None:
    """Whether the second page is another version than the first; None if one of them is no article."""
    outcomes = []
    for hour, html in enumerate((before, after)):
        capture, reading = read(html.encode(), url, START + timedelta(hours=hour))
        outcomes.append(archive.record(capture, reading, url_key=key).outcome)
    if not all(outcome.good for outcome in outcomes):
        return None
    return outcomes[1] is Outcome.CHANGED


def pages(folder: Path | None) -> Iterator[tuple[str, str, str]]:
    """Name, address and HTML of each page."""
    files = sorted((ROOT / "fixtures").glob("*/page.html"))
    if folder:
        files += sorted(file for file in folder.rglob("*") if file.name.endswith((".html", ".html.gz")))
    for file in files:
        data = file.read_bytes()
        html = decode(gzip.decompress(data) if file.suffix == ".gz" else data, content_type=None).text
        html = re.sub(r"(?i)<meta[^>]+charset[^>]*>", '<meta charset="utf-8">', html)
        yield f"{file.parent.name}-{file.name.split('.')[0]}".lower(), address(file, html), html


def address(file: Path, html: str) -> str:
    """The address that a page has or says that it has: the rules of its site are part of how it is read."""
    expected = file.with_name("expect.toml")
    if expected.exists():
        return str(tomllib.loads(expected.read_text("utf-8"))["url"])
    named = re.search(r"""(?is)<(?:link[^>]+rel=["']?canonical|meta[^>]+property=["']?og:url)[^>]*>""", html)
    found = re.search(r"""https?://[^"'\s>]+""", named[0]) if named else None
    return unescape(found[0]) if found else "https://page.example/page"


def synthetic(folder: Path | None) -> dict[str, float]:
    """Print the table of edits; the shares of missed and false versions."""
    made: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    named: list[str] = []
    used = 0
    with tempfile.TemporaryDirectory() as place, Archive.open(Path(place) / "a.db", create=True) as archive:
        for number, (name, url, html) in enumerate(pages(folder)):
            rng = random.Random(number)
            _, reading = read(html.encode(), url, START)
            shown = HIDDEN.sub("", html)  # a copy in a script or in the head is not what a reader sees
            sentences = [s for s in SENTENCE.findall(reading.text) if html.count(s) == 1 == shown.count(s)]
            if not reading.verdict.good or not sentences or "</body>" not in html.lower():
                continue
            used += 1
            base = noise(html, 2 * number)
            cases: dict[str, str | None] = {"nothing but all around it": html}
            cases |= {edit: make(html, sentences, reading, rng) for edit, make in EDITS.items()}
            for edit, edited in cases.items():
                if edited is None or (edited == html and edit in EDITS):
                    continue
                changed = trial(archive, f"{name}-{edit}", url, base, noise(edited, 2 * number + 1))
                if changed is None:
                    continue
                made[edit] += 1
                if changed != (edit in EDITS):
                    wrong[edit] += 1
                    named.append(f"{name}: {edit}")
        print(f"{used} pages; everything around the article is another at every reading")
        for edit, count in made.items():
            print(f"  {edit:28} {count:4} times, {wrong[edit]:3} {'missed' if edit in EDITS else 'false'}")
        for line in named[:40]:
            print("    ", line)
    real = sum(made[edit] for edit in EDITS)
    missed = sum(wrong[edit] for edit in EDITS)
    nothing = "nothing but all around it"
    return {"missed": missed / max(1, real), "false": wrong[nothing] / max(1, made[nothing])}


def paragraphs(html: str) -> list[str]:
    """What the page says, by other means: its paragraphs, list items, headings and cells."""
    html = re.sub(r"(?is)<(script|style|noscript|svg|head|nav|footer|header|form|template).*?</\1>", " ", html)
    found = re.findall(r"(?is)<(p|li|h[1-6]|td|th|dt|dd)\b[^>]*>(.*?)</\1>", html)
    texts = (re.sub(r"(?s)<[^>]+>", " ", inner) for _, inner in found)
    return [text for raw in texts if len(text := normalised(unescape(raw))) > 40]


def series(folder: Path) -> None:
    """Print, for each real series, versions against what its paragraphs say."""
    print(f"{'series':36} captures versions  by paragraphs  versions without one  without a version")
    for page in sorted(path for path in folder.iterdir() if path.is_dir()):
        versions = said = extra = without = 0
        last: list[str] | None = None
        with tempfile.TemporaryDirectory() as place, Archive.open(Path(place) / "a.db", create=True) as archive:
            files = sorted(page.glob("*.html.gz"))
            for file in files:
                at = datetime.strptime(file.name.split(".")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                body = gzip.decompress(file.read_bytes())
                capture, reading = read(body, f"https://{page.name}.example/", at)
                outcome = archive.record(capture, reading, url_key=page.name).outcome
                now = paragraphs(body.decode("utf-8", "replace"))
                another = last is not None and now != last
                changed = outcome is Outcome.CHANGED
                versions += changed
                said += another
                extra += changed and not another
                without += another and not changed
                last = now
        print(f"{page.name:36} {len(files):8} {versions:8} {said:14} {extra:21} {without:18}")


def main(arguments: list[str]) -> None:
    folder = Path(arguments[arguments.index("--pages") + 1]) if "--pages" in arguments else None
    shares = synthetic(folder)
    print(f"missed {shares['missed']:.1%} of the edits, false {shares['false']:.1%}")
    if "--check" in arguments:
        worse = {name: share for name, share in shares.items() if share > LEAST[name]}
        if worse:
            sys.exit(f"worse than it was: {worse}")
    elif SERIES.is_dir():
        series(SERIES)


if __name__ == "__main__":
    main(sys.argv[1:])
