"""Datasette's own pages of an archive."""

from __future__ import annotations

import pytest

from tests.datasette_plugin.datasette_material import Visitor


@pytest.mark.parametrize("table", ["pages", "snapshots", "checks"])
def test_no_facets_are_suggested_on_archives(visitor: Visitor, table: str) -> None:
    answer = visitor.get(f"/archive/{table}")
    assert answer.status_code == 200
    assert "Suggested facets" not in answer.text
    assert "facet-info" in answer.text  # those that are set are there
