"""kill -9, a thousand times, in the middle of whatever writes to an archive.

    python -m benchmarks.kills [COUNT] [SEED]

After each kill: every acknowledged capture is there, the archive verifies, nothing is half.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.archive.kills import WORK, rounds


def main(count: int, seed: int) -> None:
    each = -(-count // len(WORK))
    with tempfile.TemporaryDirectory() as place:
        for kind in WORK:
            folder = Path(place) / kind
            folder.mkdir()
            started = time.perf_counter()
            acknowledged = rounds(folder, kind, each, seed=seed)
            took = time.perf_counter() - started
            print(f"{kind:9} {each:5} kills, {acknowledged:6,} acknowledged, 0 lost, 0 half ({took:.0f} s)", flush=True)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(numbers[0] if numbers else 1000, numbers[1] if len(numbers) > 1 else 1)
