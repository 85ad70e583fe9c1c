"""Weeks of hourly runs on a little web: what is found, what is asked for, and what is told.

The whole month with 60 hosts and 2,000 pages is `python -m benchmarks.month`.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from clipper.archive import Archive
from tests.sync import month
from tests.sync.month import Lived, Script
from tests.sync.web import DAY, HOUR, START


def wrong(moment: datetime) -> timedelta:
    """The machine's clock jumps: three days ahead for two runs, an hour back for three."""
    if timedelta(days=4) <= moment - START < timedelta(days=4, hours=2):
        return 3 * DAY
    return -HOUR if timedelta(days=6) <= moment - START < timedelta(days=6, hours=3) else timedelta()


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Script, Lived, Path]:
    path = tmp_path_factory.mktemp("month") / "a.db"
    script = month.scripted(hosts=9, pages=120, days=10)
    with script.web.open():
        return script, month.live(script, path, wrong=wrong), path


Weeks = tuple[Script, Lived, Path]


def test_no_article_is_lost_and_none_is_there_twice(weeks: Weeks) -> None:
    found = month.judged(weeks[0], weeks[2])
    assert found.lost == []
    assert found.twice == []
    assert len(weeks[0].twins) > 1


def test_edits_are_found_within_their_bounds_for_a_tenth_of_the_requests(weeks: Weeks) -> None:
    script, _, path = weeks
    found = month.judged(script, path)
    plain, _, _ = month.plain_loop(script)
    assert found.edits > 15
    assert found.late == []
    assert sum(script.web.asked.values()) * 10 <= plain


def test_hosts_are_asked_within_their_pace(weeks: Weeks) -> None:
    for host, heard in weeks[0].web.heard.items():
        visits = [
            (earlier, later) for earlier, later in pairwise(heard) if earlier[2] != 301
        ]  # a redirect is one visit
        gaps = [(later[0] - earlier[0]).total_seconds() for earlier, later in visits]
        assert not [gap for gap in gaps if gap < 1.0], host


def test_a_blocking_host_is_asked_six_times_at_most_before_it_is_left_alone(weeks: Weeks) -> None:
    script, lived, _ = weeks
    host, begin, end = script.challenge
    left = next(event.at for event in lived.events if event.kind == "host left" and event.host == host)
    before = [one for one in script.web.heard[host] if begin <= one[0] <= left]
    assert len(before) <= 6
    probes = [one for one in script.web.heard[host] if left < one[0] < end]
    assert len(probes) <= 2 * ((end - left) / HOUR) ** 0.5  # pauses that double


def test_nothing_is_told_twice_and_every_end_is_told(weeks: Weeks) -> None:
    _, lived, _ = weeks
    told: Counter[tuple[str, str]] = Counter()
    for event in lived.events:
        about = event.host or "" if event.kind.startswith("host") else event.url or ""
        subject = event.kind.split(" ")[0] if " " in event.kind else "page"
        if event.kind in ("failing", "gone", "feed failing", "host left"):
            told[subject, about] += 1
            assert told[subject, about] == 1, (event, "was told before, and did not end")
        elif event.kind.endswith("back"):
            assert told[subject, about] == 1, (event, "ended and had not begun")
            told[subject, about] = 0
    ended = [event.host for event in lived.events if event.kind == "host back"]
    assert {weeks[0].challenge[0], weeks[0].down} <= set(ended)


def test_a_page_is_gone_by_a_pattern_and_its_last_version_stays(weeks: Weeks) -> None:
    script, lived, path = weeks
    gone = [event for event in lived.events if event.kind == "gone"]
    pages = {page.url: page for page in script.known}
    assert gone
    with Archive.open(path, readonly=True) as archive:
        for event in gone:
            page = pages[(event.url or "").partition("?")[0]]
            assert page.gone is not None
            assert event.at >= page.gone + DAY
            assert event.snapshot_id is not None
            assert page.title in archive.markdown(event.snapshot_id) or archive.snapshot(event.url_key or "").title
        assert list(archive.verify()) == []
