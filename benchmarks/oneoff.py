"""One `clip URL` against a local server, beside `trafilatura -u URL --json --with-metadata`.

Whole processes, in turn, in one run; each `clip` begins a new archive. Pages are real ones if
../shared is there, else one of our own. The figure is the median of all pairs of runs.

usage: python -m benchmarks.oneoff [--check]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from itertools import count
from pathlib import Path

import trafilatura

from benchmarks.measure import article, clip, gate, in_turn, median_ms, ratio, real_pages, served

LIMIT = 1.0
PAGES = 10
TIMES = 5


def main() -> int:
    pages = dict(real_pages(PAGES) or [("/report", article(1))])
    ratios = []
    with tempfile.TemporaryDirectory() as folder, served(pages) as (base,):
        settings = Path(folder) / "trafilatura.cfg"
        settings.write_text(_settings())
        number = count()
        for path in pages:
            url = base + path
            commands = {
                "clip": lambda: [*clip(), "--db", f"{folder}/{next(number)}.db", "--allow-private", "127.0.0.1", url],  # noqa: B023
                "trafilatura": lambda: [
                    str(Path(sys.executable).with_name("trafilatura")),
                    *("-u", url, "--json", "--with-metadata", "--config-file", str(settings)),  # noqa: B023
                ],
            }
            costs = in_turn(commands, times=TIMES)
            pairs = list(zip(costs["clip"], costs["trafilatura"], strict=True))
            ratios += [ours.wall / theirs.wall for ours, theirs in pairs]
            print(
                f"{path} {len(pages[path]):,} bytes: clip {median_ms(costs['clip']):.0f} ms, "
                f"trafilatura {median_ms(costs['trafilatura']):.0f} ms, ratio {ratio(*costs.values()):.2f}"
            )
    kept = gate("clip URL / trafilatura -u URL, wall", statistics.median(ratios), LIMIT)
    return 0 if kept or "--check" not in sys.argv else 1


def _settings() -> str:
    """trafilatura's own settings, with what 127.0.0.1 needs: no address check, no pause."""
    default = (Path(trafilatura.__file__).parent / "settings.cfg").read_text()
    lines = [line for line in default.splitlines() if not line.startswith(("SLEEP_TIME", "SSRF_PROTECTION"))]
    return "\n".join(lines).replace("[DEFAULT]", "[DEFAULT]\nSLEEP_TIME = 0\nSSRF_PROTECTION = off", 1)


if __name__ == "__main__":
    sys.exit(main())
