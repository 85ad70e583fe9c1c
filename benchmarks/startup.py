"""How long `clip --help` and `clip list` take, as times of `python -c pass` in the same run.

usage: python -m benchmarks.startup [--check]
"""

from __future__ import annotations

import sys

from benchmarks.measure import ROOT, clip, gate, in_turn, median_ms, ratio

LIMITS = {"clip --help": 6.0, "clip list": 12.0}


def main() -> int:
    archive = str(ROOT / "archive.db")
    commands = {
        "python -c pass": lambda: [sys.executable, "-c", "pass"],
        "clip --help": lambda: [*clip(), "--help"],
        "clip list": lambda: [*clip(), "list", "--db", archive],
    }
    costs = in_turn(commands, times=15)
    for name, runs in costs.items():
        print(f"{name}: {median_ms(runs):.1f} ms")
    base = costs["python -c pass"]
    kept = [gate(f"{name} / python -c pass", ratio(costs[name], base), limit) for name, limit in LIMITS.items()]
    return 0 if all(kept) or "--check" not in sys.argv else 1


if __name__ == "__main__":
    sys.exit(main())
