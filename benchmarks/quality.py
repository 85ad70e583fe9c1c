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
from typing import Any

from benchmarks.measure import ROOT, SHARED

BENCH = SHARED.parent / "bench"


def main() -> int:
    if not BENCH.exists():
        print("skipped: ../shared/bench is not here")
        return 0
    floors = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text("utf-8"))
    articles = _scores("articles.py", "article")
    scores = {f"{name} F1": row["F1"] for name, row in articles.items()}
    scores |= {
        f"{name} {key}": told["right"] for name, row in articles.items() for key, told in row["metadata"].items()
    }
    scores |= {f"markdown {kind}": share for kind, share in _scores("markdown.py", "markdown").items()}
    low = [name for name, floor in floors["floors"].items() if scores[name] < floor]
    for name, score in scores.items():
        print(f"{name}: {score:.4f}, floor {floors['floors'].get(name, 0):.4f}{' TOO LOW' if name in low else ''}")
    high = []
    for name, ceiling in floors["ceilings"].items():
        place, _, key = name.partition(" false ")
        share = articles[place]["metadata"][key]["false"]
        high += [name] * (share > ceiling)
        print(f"{name}: {share:.4f}, ceiling {ceiling:.4f}{' TOO HIGH' if name in high else ''}")
    return 1 if (low or high) and "--check" in sys.argv else 0


def _scores(script: str, function: str) -> dict[str, Any]:
    """What a scorer says of our adapter."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scores.json"
        adapter = f"benchmarks.adapters:{function}"
        subprocess.run([sys.executable, str(BENCH / script), "--json", str(file), adapter], check=True, cwd=ROOT)
        read: dict[str, Any] = json.loads(file.read_text())[adapter]
    return read


if __name__ == "__main__":
    sys.exit(main())
