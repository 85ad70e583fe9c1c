"""kill -9 in the middle of whatever writes: nothing that was acknowledged is lost, nothing is half (G9)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.archive.kills import WORK, rounds

KILLS = int(
    os.environ.get("CLIPPER_KILLS", "14")
)  # CI has a stage of its own with more: `python -m benchmarks.kills 56`


@pytest.mark.parametrize("kind", WORK)
def test_what_was_acknowledged_outlives_kill_9(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / kind
    folder.mkdir()
    acknowledged = rounds(folder, kind, KILLS // len(WORK), seed=20261124)
    assert acknowledged or kind in ("merge", "migrate")  # those that say nothing before they are done
