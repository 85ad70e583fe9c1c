"""`clip --timeout 5 --retries 0` at every slow server of the fault matrix: how long it takes, start and end included.

usage: python -m benchmarks.fetch_deadline [--check]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Cost, clip, gate, run
from tests.fetch.matrix import ROWS, Row
from tests.fetch.server import Server

ASKED, LIMIT = 5, 6.0  # seconds


def main() -> int:
    # A command has neither a resolver of its own nor our CA; a handshake that stalls needs none.
    rows = [row for row in ROWS if row.slow and "name.test" not in row.place and not row.robots]
    with tempfile.TemporaryDirectory() as folder:
        costs = [_clipped(row, Path(folder, "a.db")) for row in rows]
    for row, cost in zip(rows, costs, strict=True):
        print(f"{cost.wall:.2f} s, exit {cost.code}: {row.name}")
    right = all(cost.code == row.exit_code for row, cost in zip(rows, costs, strict=True))
    kept = gate(f"the longest of {len(rows)}, s", max(cost.wall for cost in costs), LIMIT)
    return 0 if (kept and right) or "--check" not in sys.argv else 1


def _clipped(row: Row, db: Path) -> Cost:
    with Server(row.behaviour) as server:
        url = row.place.format(port=server.port).replace("good.test", "127.0.0.1")
        options = ["--timeout", str(ASKED), "--retries", "0", "--allow-private", "127.0.0.1", "--db", str(db)]
        return run([*clip(), *options, url])


if __name__ == "__main__":
    sys.exit(main())
