"""An empty archive, and a reader that reads tests' pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clipper.archive import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "archive.db", create=True) as opened:
        yield opened
