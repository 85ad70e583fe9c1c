"""Every row of the fault matrix: the same end, the same number of requests, the same words."""

from __future__ import annotations

import pytest

from clipper.errors import ClipperError, FetchError
from clipper.fetch import Fetcher, Policy
from clipper.models import Capture, Completeness
from tests.fetch.matrix import LIMIT, RETRIES, ROWS, Row
from tests.fetch.server import Server

POLICY = Policy(
    timeout=0.3,
    deadline=20,
    retries=RETRIES,
    max_bytes=LIMIT,
    min_interval=0,
    allow_private=frozenset({"127.0.0.1"}),
)


def end_of(row: Row) -> tuple[Capture | ClipperError, Server]:
    with Server(row.behaviour) as server, Fetcher(POLICY, sleep=lambda _seconds: None) as fetcher:
        try:
            return fetcher.fetch(f"{server.base}/"), server
        except ClipperError as error:
            return error, server


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_fault_ends_as_the_matrix_says(row: Row) -> None:
    end, server = end_of(row)
    if isinstance(row.end, Completeness):
        assert isinstance(end, Capture), end
        assert end.completeness is row.end
        assert row.says in (end.truncated_by or "")
    else:
        assert type(end) is row.end, end
        assert end.exit_code == row.exit_code
        assert row.says in str(end)
        assert "\n" not in str(end)
        assert server.base in str(end) or "127.0.0" in str(end) or "169.254" in str(end)
    if isinstance(end, FetchError):
        assert end.hops
        assert end.attempt <= RETRIES + 1
    assert len(server.requests) == row.requests


def test_the_matrix_has_at_least_sixty_behaviours_of_different_names() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 60
