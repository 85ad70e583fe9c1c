"""Sources and health: what is wrong stands on top, and the charts say what the numbers say."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.datasette_plugin import charts, words
from tests.datasette_plugin.datasette_material import (
    BROKEN_FEED,
    FAILING,
    NOW,
    Visitor,
    close,
    fail,
    on,
    save,
)


def problems(visitor: Visitor) -> dict[str, str]:
    return {p["what"]: p["says"] for p in visitor.get("/-/clips/health.json").json()["problems"]}


def test_what_is_wrong_stands_on_top(visitor: Visitor) -> None:
    found = problems(visitor)
    assert found[BROKEN_FEED] == "could not be read 3 times in a row"
    assert found["gazette.example.net"] == "its page is blocked"
    assert found["slow.example.net"].startswith("its page is failing, failures grow: 3 this week")
    assert found["Harbour watch"] == "a page of it not fetched yet"
    assert "tides.example.org" not in found
    text = visitor.get("/-/clips/health").text
    assert text.index("things to look at") < text.index(">Sources<") < text.index(">Hosts<") < text.index("Clips a day")
    assert "the server answered 503" in text


def test_sources_and_hosts_have_their_numbers(visitor: Visitor) -> None:
    told = visitor.get("/-/clips/health.json").json()
    sources = {source["title"]: source for source in told["sources"]}
    assert (sources["Harbour watch"]["listed"], sources["Harbour watch"]["waiting"]) == (2, 1)
    assert sources["Prices"]["last_fetched"] == "2026-11-24T09:00:00.000000Z"  # a page is read when it is fetched
    hosts = {host["host"]: host for host in told["hosts"]}
    assert (hosts["harbour.example"]["checked"], hosts["harbour.example"]["good"]) == (5, 4)
    assert hosts["slow.example.net"]["this_week"] == 3
    assert list(hosts)[:2] == ["gazette.example.net", "slow.example.net"]  # trouble first
    assert dict(told["kinds"]) == {"HTTP 503": 3, "HTTP 404": 1, "challenge": 1}
    days = {day["day"]: day for day in told["days"]}
    assert len(days) == 30
    assert (days["2026-11-20"]["changed"], days["2026-11-20"]["failed"], days["2026-11-24"]["found"]) == (1, 1, 1)
    for day in told["days"]:
        assert day["failed"] == day["blocked"] + day["gone"] + day["failing"]
    assert sum(day["blocked"] for day in told["days"]) == sum(day["gone"] for day in told["days"]) == 1
    assert told["storage"]["hosts"][0][0] == "harbour.example"


def test_an_archive_in_order_says_that_nothing_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "fine.db"
    with Archive.open(path, create=True) as archive:
        save(archive, "https://fine.example/", "# Fine\n\nWords.", NOW)
    visitor = on(path)
    assert "Nothing is wrong" in visitor.get("/-/clips/health").text
    assert problems(visitor) == {}
    close(visitor)


def test_tables_that_a_later_clipper_brings_are_read_where_they_are(tmp_path: Path) -> None:
    path = tmp_path / "later.db"
    with Archive.open(path, create=True) as archive:
        archive.watch("https://later.example/feed", kind="feed", title="Later")
        fail(archive, FAILING, NOW, status=503, reason="the server answered 503")
        connection = archive.connection
        for name, columns, values in (
            ("feed_plans", "feed_id, due_at, error, something", (1, "2026-01-01T00:00:00.000000Z", "no XML", None)),
            (
                "host_troubles",
                "host, failure, left_until, pauses",
                ("slow.example.net", "HTTP 503", "2026-12-01T00:00", 2),
            ),
        ):
            connection.execute(f"DROP TABLE IF EXISTS {name}")
            connection.execute(f"CREATE TABLE {name} ({columns})")
            connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(values))})", values)
        connection.execute("ALTER TABLE feeds ADD COLUMN mood TEXT")
    visitor = on(path)
    told = visitor.get("/-/clips/health.json").json()
    assert told["sources"][0]["next_fetch"] == "2026-01-01T00:00:00.000000Z"
    assert problems(visitor)["Later"] == "is long overdue"
    assert "left alone until 2026-12-01T00:00" in visitor.get("/-/clips/health").text
    close(visitor)


@pytest.mark.parametrize("days", ["7", "30", "90", "0", "-1", "x", "9" * 50])
def test_the_span_can_be_chosen(visitor: Visitor, days: str) -> None:
    told = visitor.get(f"/-/clips/health.json?days={days}").json()
    assert len(told["days"]) == (int(days) if days in ("7", "30", "90") else 30)


def test_every_chart_is_svg_with_axes_a_title_and_its_numbers_in_words(visitor: Visitor) -> None:
    text = visitor.get("/-/clips/health").text
    drawn = re.findall(r"<svg.*?</svg>", text, flags=re.S)
    assert len(drawn) == 6
    for svg in drawn:
        root = ET.fromstring(svg)
        assert root.get("role") == "img"
        named = {node.get("id"): node.text for node in root.iter() if node.get("id")}
        assert all(named[part] for part in (root.get("aria-labelledby") or "").split())
        assert [node for node in root.iter("path") if node.get("class") == "axis"]
        assert "style=" not in svg
    assert (
        "Clips a day, 2026-10-26 to 2026-11-24: 11 attempts to fetch (new 4, changed 2, unchanged 0, failed 5)" in text
    )


def test_a_chart_s_bars_are_as_high_as_its_numbers() -> None:
    days = ["2026-11-01", "2026-11-02", "2026-11-03"]
    chart = charts.columns("x", "X", days, {"a": ("A", [1, 0, 3]), "b": ("B", [1, 0, 5])}, unit="things")
    heights = [float(h) for h in re.findall(r'<rect class="[ab]".*?height="([\d.]+)"', str(chart.svg))]
    assert heights == pytest.approx([heights[0], heights[0], 3 * heights[0], 5 * heights[0]], rel=0.02)
    assert chart.words == "X, 2026-11-01 to 2026-11-03: 10 things (A 4, B 6); most on 2026-11-03, 8."
    assert chart.rows == [["2026-11-01", "1", "1"], ["2026-11-03", "3", "5"]]


@pytest.mark.parametrize("most", [0, 0.3, 1, 2, 3, 7, 9, 10, 11, 99, 100, 12345, 3e9])
def test_an_axis_has_few_round_steps_and_room_for_the_highest(most: float) -> None:
    chart = charts.columns("x", "X", ["2026-11-01"], {"a": ("A", [most])}, unit="things", told=repr)
    steps = [float(said) for said in re.findall(r'text-anchor="end">([\d.e+]+)<', str(chart.svg))]
    assert 2 <= len(steps) <= 6
    assert steps[-1] >= most


def test_a_hostile_name_stays_text_in_a_chart() -> None:
    chart = charts.bars("x", "X", [charts.Bar("<script>alert(1)</script>", 1, '1"><b>')], unit="u")
    assert "<script" not in str(chart.svg)
    assert "<b>" not in str(chart.svg)
    ET.fromstring(str(chart.svg))


@pytest.mark.parametrize(
    ("away", "said"),
    [(timedelta(seconds=5), "just now"), (timedelta(minutes=1), "1 minute ago"), (timedelta(hours=30), "1 day ago"),
     (timedelta(days=-3), "in 3 days"), (timedelta(hours=5), "5 hours ago")],
)  # fmt: skip
def test_times_are_told_as_people_do(away: timedelta, said: str) -> None:
    assert words.ago((NOW - away).isoformat(), NOW) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 B"), (999, "999 B"), (1234, "1.2 KB"), (34_000_000, "34 MB"), (2.5e12, "2500 GB")]
)
def test_sizes_are_short(number: float, said: str) -> None:
    assert words.size(number) == said


def test_what_is_past_is_due() -> None:
    assert words.upcoming((NOW + timedelta(hours=2)).isoformat(), NOW) == "in 2 hours"
    assert words.upcoming((NOW - timedelta(hours=2)).isoformat(), NOW) == "due"
    assert words.upcoming(None, NOW) == ""
