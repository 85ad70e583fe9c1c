"""One archive for all tests that only read it, and Datasette on it in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.datasette_plugin.datasette_material import Made, Visitor, close, make, on

pytest.importorskip("datasette")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("archive") / "archive.db")


@pytest.fixture
def visitor(made: Made) -> Iterator[Visitor]:
    with_plugin = on(made.path)
    yield with_plugin
    close(with_plugin)
