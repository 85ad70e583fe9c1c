"""What a page costs that answers 304: CPU for each further page, and which modules are loaded.

usage: python -m benchmarks.recheck [--check]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import article, clip, gate_ms, run, served

LIMIT_MS = 3.0
FEW, MANY = 50, 450
EXTRACTORS = ("trafilatura", "lxml", "selectolax", "htmldate", "clipper.extract.region")


def main() -> int:
    pages = {f"/report/{number}": article(number) for number in range(MANY)}
    with tempfile.TemporaryDirectory() as folder, served(pages) as (base,):
        few, many = (_list(Path(folder), base, pages, size) for size in (FEW, MANY))
        db = ["--db", f"{folder}/a.db", "--allow-private", "127.0.0.1", "--sleep", "0"]
        first = run([*clip(), "-i", many, *db])
        print(
            f"first fetch: {MANY} pages, {first.cpu * 1000 / MANY:.1f} ms CPU a page in the main process and its readers"
        )
        extra = statistics.median(_extra(few, many, db) for _ in range(5))
        output = Path(folder) / "imports"
        run([sys.executable, "-X", "importtime", "-m", "clipper", "-i", few, *db], output=output)
        loaded = [line.rpartition("|")[2].strip() for line in output.read_text().splitlines() if "|" in line]
        said = sum(line.startswith("not modified") for line in output.read_text().splitlines())
    heavy = sorted({name for name in loaded if name.startswith(EXTRACTORS)})
    print(f"answers that were 304: {said} of {FEW}; extraction modules loaded: {', '.join(heavy) or 'none'}")
    kept = gate_ms("CPU for each further page that answers 304, ms", 1000 * extra, LIMIT_MS)
    return 0 if (kept and not heavy and said == FEW) or "--check" not in sys.argv else 1


def _extra(few: str, many: str, db: list[str]) -> float:
    """Seconds of CPU for one page more."""
    small, large = (run([*clip(), "-i", urls, *db]).cpu for urls in (few, many))
    return (large - small) / (MANY - FEW)


def _list(folder: Path, base: str, pages: dict[str, bytes], size: int) -> str:
    file = folder / f"{size}.txt"
    file.write_text("".join(f"{base}{path}\n" for path in list(pages)[:size]))
    return str(file)


if __name__ == "__main__":
    sys.exit(main())
