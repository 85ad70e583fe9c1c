"""The scores of ../shared/bench for clipper's extraction, against the floors in benchmarks/floors.toml.

usage: python -m benchmarks.quality [--check]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from benchmarks.measure import ROOT, SHARED

BENCH = SHARED.parent / "bench"


def main() -> int:
    if not BENCH.exists():
        print("skipped: ../shared/bench is not here")
        return 0
    floors = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text("utf-8"))
    scores = {f"{name} F1": row["F1"] for name, row in _scores("articles.py", "article").items()}
    scores |= {f"markdown {kind}": share for kind, share in _scores("markdown.py", "markdown").items()}
    low = [name for name, floor in floors["floors"].items() if scores[name] < floor]
    for name, score in scores.items():
        print(f"{name}: {score:.4f}, floor {floors['floors'].get(name, 0):.4f}{' TOO LOW' if name in low else ''}")
    return 1 if low and "--check" in sys.argv else 0


def _scores(script: str, function: str) -> dict[str, dict[str, float]]:
    """What a scorer says of our adapter."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scores.json"
        adapter = f"benchmarks.adapters:{function}"
        subprocess.run([sys.executable, str(BENCH / script), "--json", str(file), adapter], check=True, cwd=ROOT)
        read: dict[str, dict[str, float]] = json.loads(file.read_text())[adapter]
    return read


if __name__ == "__main__":
    sys.exit(main())
