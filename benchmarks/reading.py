"""Pages a CPU second that are read whole (text, Markdown, metadata, verdict), beside trafilatura with metadata.

Both read the same bytes in turn in this process; the ratio is what counts.

usage: python -m benchmarks.reading [--check]
"""

from __future__ import annotations

import gzip
import json
import sys
import time
import tomllib

import trafilatura

from benchmarks.adapters import article
from benchmarks.measure import ROOT, SHARED

EVERY = {"segments": 5, "scrapinghub": 4, "wcxb": 8}  # one page in so many


def main() -> int:
    if not SHARED.exists():
        print("skipped: ../shared/data is not here")
        return 0
    pages, ours, theirs = 0, 0.0, 0.0
    for name, every in EVERY.items():
        folder = SHARED / "articles" / name
        lines = [line for line in (folder / "gold.jsonl").read_text("utf-8").split("\n") if line]
        for case in map(json.loads, lines[::every]):
            body = gzip.decompress((folder / case["file"]).read_bytes())
            begun = time.process_time()
            article(body, url=case["url"])
            between = time.process_time()
            trafilatura.extract(body, url=case["url"], output_format="json", with_metadata=True, include_comments=False)
            ours += between - begun
            theirs += time.process_time() - between
            pages += 1
    ratio = theirs / ours
    floor = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text("utf-8"))["reading"][
        "pages against trafilatura"
    ]
    print(f"{pages} pages: clipper {pages / ours:.1f}, trafilatura {pages / theirs:.1f} pages a CPU second")
    print(f"ratio {ratio:.2f}, floor {floor:.2f}{' TOO LOW' if ratio < floor else ''}")
    return 1 if ratio < floor and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
