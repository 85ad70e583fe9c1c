"""Every feed and list of ../shared/data/feeds: read, or refused for which reason.

python -m benchmarks.feeds [FOLDER]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from clipper.errors import FeedError
from clipper.feeds import read_feed, read_opml

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "feeds"


def feed_row(path: Path) -> tuple[str, ...]:
    """kind, entries, with a title, with a date, with content, milliseconds, remarks"""
    body = path.read_bytes()
    start = time.perf_counter()
    try:
        feed = read_feed(body, url=f"https://feeds.example/{path.name}")
    except FeedError as error:
        return ("refused", "", "", "", "", "", str(error))
    took = (time.perf_counter() - start) * 1000
    counts = [
        sum(bool(getattr(entry, name)) for entry in feed.entries)
        for name in ("url", "title", "published", "content_html")
    ]
    return (feed.kind, *map(str, counts), f"{took:.1f}", "; ".join(feed.warnings))


def list_row(path: Path) -> tuple[str, ...]:
    """opml, feeds, with a title, -, -, milliseconds, remarks"""
    start = time.perf_counter()
    try:
        found = read_opml(path.read_bytes())
    except FeedError as error:
        return ("refused", "", "", "", "", "", str(error))
    took = (time.perf_counter() - start) * 1000
    folders = len({entry.folder for entry in found})
    named = sum(bool(entry.title) for entry in found)
    return ("opml", str(len(found)), str(named), "", "", f"{took:.1f}", f"{folders} folders")


def main(folder: Path) -> int:
    """Print the table; how many were refused."""
    if not folder.is_dir():
        sys.exit(f"there is no folder {folder} to read feeds from")
    print(f"{'file':52} {'kind':8} entries titles dates bodies     ms  remarks")
    refused = 0
    for path in sorted(folder.rglob("*.*")):
        row = list_row(path) if path.suffix == ".opml" else feed_row(path)
        refused += row[0] == "refused"
        name = path.name.replace("feed-rs__feed-rs__fixture__", "")[-52:]
        numbers = f"{row[1]:>7} {row[2]:>6} {row[3]:>5} {row[4]:>6} {row[5]:>6}"
        print(f"{name:52} {row[0]:8} {numbers}  {row[6]}")
    print(f"{refused} refused")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
