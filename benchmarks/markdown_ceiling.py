"""What the renderer alone keeps: the expected subtree of each page rendered, and scored.

usage: python benchmarks/markdown_ceiling.py [--shared DIR] [--missing KIND] [--speed]

With the region perfect, whatever is lost is the renderer's. Uses the scorer of the shared data by
path. `--speed` renders the <body> of the article pages instead and prints milliseconds of CPU.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import ModuleType

from lxml import html as lxml_html

from clipper.extract.render import base_of, render

SHARED = Path(__file__).resolve().parents[2] / "shared"


def scorer(shared: Path) -> ModuleType:
    """The module bench/markdown.py of the shared data."""
    spec = importlib.util.spec_from_file_location("bench_markdown", shared / "bench/markdown.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"no scorer under {shared}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ceiling(shared: Path, missing: str | None) -> dict[str, tuple[int, int]]:
    """By kind: elements kept, elements there."""
    bench = scorer(shared)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for path in sorted((shared / "data/markdown").glob("*.expected.html.gz")):
        expected = gzip.decompress(path.read_bytes()).decode()
        tree = lxml_html.fromstring(f"<div>{expected}</div>")
        page = bench.Page(render([tree], base_url=bench.BASE).markdown)
        for kind, what, kept in bench.questions(expected, page):
            counts[kind][0] += kept
            counts[kind][1] += 1
            if kind == missing and not kept:
                print(f"{path.name.split('.')[0]}: {what}")
    return {kind: (kept, there) for kind, (kept, there) in counts.items()}


def speed(shared: Path) -> None:
    """Milliseconds of CPU to render each page's <body>, by set; an exception ends the run."""
    for pages in sorted([*(shared / "data/articles").glob("*/pages"), shared / "data/wechat"]):
        spent, chars = [], 0
        for path in sorted(pages.glob("*.html.gz")):
            text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
            if not text.strip():
                continue
            tree = lxml_html.document_fromstring(text.encode(), parser=_parser())
            start = time.process_time()
            rendered = render([tree], base_url=base_of(tree, "http://example.org/a/b.html"))
            spent.append((time.process_time() - start) * 1000)
            chars += len(rendered.text)
        spent.sort()
        half, most = spent[len(spent) // 2], spent[int(len(spent) * 0.95)]
        name = pages.parent.name if pages.name == "pages" else pages.name
        print(f"{name:14} {len(spent):4} pages  p50 {half:6.2f} ms  p95 {most:6.2f} ms  "
              f"max {spent[-1]:7.2f} ms  {chars // len(spent)} characters a page")  # fmt: skip


def _parser() -> lxml_html.HTMLParser:
    return lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--missing", metavar="KIND")
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args()
    if options.speed:
        speed(options.shared)
        return
    counts = ceiling(options.shared, options.missing)
    for kind, (kept, there) in counts.items():
        print(f"{kind:24} {kept:5} of {there:5}  {kept / there:.3f}")
    sys.exit(any(kept / there < 0.98 for kept, there in counts.values()))


if __name__ == "__main__":
    main()
