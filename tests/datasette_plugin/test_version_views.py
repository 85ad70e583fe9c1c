"""The views of one version: to read, what changed, the evidence; as pages and as JSON."""

from __future__ import annotations

import html
import re
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from clipper import tape
from clipper.archive import Archive
from clipper.models import Capture, Verdict
from tests.datasette_plugin.datasette_material import (
    HARBOUR,
    NOW,
    PIXEL,
    TIDES,
    Made,
    Visitor,
    capture,
    close,
    on,
    read,
    save,
)


def test_an_article_is_set_with_all_that_is_known_of_it(visitor: Visitor, made: Made) -> None:
    text = visitor.get(f"/-/clips/{made.tides}").text
    for told in (
        "Ada Mole",
        "2026-11-15",
        "clocks",
        "Compare with the essay on looking.",
        "first seen",
        "Changed before",
    ):
        assert told in text
    assert text.count("Slow clocks: how a harbour keeps time without a signal</h1>") == 1
    assert '<td class="right">1871</td>' in text
    assert '<code class="language-python">' in text
    assert "<img" not in text  # the picture is elsewhere: a link with its words
    assert '<a class="picture" href="https://tides.example.org/img/gauge.jpg"' in text


def test_an_older_version_says_so_and_leads_to_its_neighbours(visitor: Visitor, made: Made) -> None:
    first, second, third = made.harbour
    text = visitor.get(f"/-/clips/{second}").text
    assert "version 2 of 3" in text
    assert f'<link rel="prev" href="/-/clips/{first}">' in text
    assert f'<link rel="next" href="/-/clips/{third}">' in text
    assert f'<a href="/-/clips/{third}" data-key="o">Read the latest</a>' in text
    assert 'class="text cjk" lang="zh"' in text


def test_a_version_is_json_too(visitor: Visitor, made: Made) -> None:
    answer = visitor.get(f"/-/clips/{made.harbour[2]}.json").json()
    assert answer["page"]["url"] == HARBOUR
    assert [version["id"] for version in answer["versions"]] == made.harbour[::-1]
    assert answer["feeds"] == ["Harbour watch"]
    assert visitor.get(f"/-/clips/{made.tides}.md").text == answer_of(visitor, made.tides)["markdown"]


def answer_of(visitor: Visitor, number: int) -> dict[str, str]:
    found: dict[str, str] = visitor.get(f"/-/clips/{number}.json").json()
    return found


@pytest.mark.parametrize(
    "path", ["999", "999.json", "999.md", "999/diff", "999/evidence", "999/page", "999/raw", "9" * 30]
)
def test_what_is_not_there_is_not_found(visitor: Visitor, path: str) -> None:
    assert visitor.get(f"/-/clips/{path}").status_code == 404


def test_what_changed_is_marked_and_the_rest_is_folded(visitor: Visitor, made: Made) -> None:
    text = visitor.get(f"/-/clips/{made.harbour[1]}/diff").text
    assert "<del>两</del><ins>三</ins>" in text
    assert re.search(r"<summary lang=\"en\">\d paragraphs unchanged</summary>", text)
    assert "1 word added" in text
    assert f'href="/-/clips/{made.harbour[1]}/diff?from={made.harbour[0]}">Permalink' in text


def test_what_did_not_change_is_shown_without_marks_of_emphasis(tmp_path: Path) -> None:
    path = Path(shutil.copy(Path(__file__).resolve().parents[2] / "archive.db", tmp_path))
    with sqlite3.connect(path) as connection:
        (newest,) = connection.execute(
            "SELECT max(snapshots.id) FROM snapshots JOIN pages ON pages.id = page_id WHERE pages.url LIKE '%/posts/Dm0x'"
        ).fetchone()
    connection.close()
    visitor = on(path)
    assert "**" in answer_of(visitor, newest)["markdown"]
    text = visitor.get(f"/-/clips/{newest}/diff").text
    assert "paragraphs unchanged" in text
    assert "**" not in text
    close(visitor)


def test_any_two_versions_can_be_compared(visitor: Visitor, made: Made) -> None:
    first, _, third = made.harbour
    answer = visitor.get(f"/-/clips/compare?from={first}&to={third}")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/-/clips/{third}/diff?from={first}")
    told = visitor.get(f"/-/clips/{third}/diff.json?from={first}").json()
    assert told["from"] == first
    assert ["Title", "港口闸机固件漏洞的三周", "港口闸机固件漏洞的三周（更新）"] in told["facts"]
    assert visitor.get(f"/-/clips/{first}/diff").text.count("nothing to compare") == 1


@pytest.mark.parametrize("old", ["4", "999", "9" * 40])
def test_versions_of_two_pages_are_not_compared(visitor: Visitor, made: Made, old: str) -> None:
    assert visitor.get(f"/-/clips/{made.harbour[2]}/diff?from={old}").status_code == 404
    assert visitor.get("/-/clips/compare?from=x&to=1").status_code == 404


def test_evidence_tells_how_a_version_came_and_that_it_is_sound(visitor: Visitor, made: Made) -> None:
    text = visitor.get(f"/-/clips/{made.tides}/evidence").text
    for told in ("<b>Sound.</b>", "203.0.113.7", "lighthouse", "sha256 is right", "utf-8, by header"):
        assert told in text
    assert "Read by" in text
    told = visitor.get(f"/-/clips/{made.tides}/evidence.json").json()
    assert told["reading"]["texts"] >= 1
    proof = told["proof"]
    assert proof["sound"]
    assert 0 < proof["entry"] <= proof["entries"]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE snapshots SET author = 'Somebody else'", "not what was filed"),
        ("UPDATE bodies SET data = zeroblob(length(data))", "not sound"),
        ("UPDATE texts SET markdown = 'Other words'", "not what was filed"),
        ("UPDATE ledger SET head = zeroblob(32)", "not follow"),
        ("DELETE FROM ledger", "never entered"),
    ],
)
def test_what_was_altered_is_not_sound(made: Made, tmp_path: Path, damage: str, told: str) -> None:
    path = tmp_path / "altered.db"
    Archive.open(made.path).backup(path)
    with sqlite3.connect(path) as connection:
        connection.execute(damage)
    connection.close()
    visitor = on(path)
    text = visitor.get(f"/-/clips/{made.tides}/evidence").text
    assert "<b>Not sound.</b>" in text
    assert told.lower() in text.lower()
    assert visitor.get(f"/-/clips/{made.tides}").status_code == 200
    close(visitor)


def test_bytes_and_warc_are_what_came(visitor: Visitor, made: Made, tmp_path: Path) -> None:
    raw = visitor.get(f"/-/clips/{made.tides}/raw")
    assert raw.content.startswith(b"<!doctype html>")
    assert raw.headers["content-disposition"].startswith("attachment")
    warc = tmp_path / "version.warc.gz"
    warc.write_bytes(visitor.get(f"/-/clips/{made.tides}.warc.gz").content)
    (captured,) = tape.captures(warc)
    assert isinstance(captured, Capture)
    assert (captured.url, captured.body) == (TIDES, raw.content)
    assert "lighthouse" in str(captured.headers)


def test_a_picture_that_is_archived_is_shown_from_the_archive(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "pictures.db"
    address = "https://pictures.example/a.png"
    with Archive.open(path, create=True) as archive:
        extraction = read(f"# Pictures\n\n![A dot]({address})\n", image=address, verdict=Verdict.OK)
        archive.record(capture("https://pictures.example/", "<p>x</p>", NOW), extraction, url_key="//pictures.example/")
        from clipper.archive import bodies

        with archive._writing():  # noqa: SLF001 - nothing files pictures yet
            name = bodies.store(archive.connection, PIXEL)
            archive.connection.execute(
                "INSERT INTO assets (snapshot_id, url, body_sha256, content_type) VALUES (1, ?, ?, 'image/png')",
                (address, name),
            )
    visitor = on(path)
    assert '<img src="/-/clips/picture/1" alt="A dot" loading="lazy">' in visitor.get("/-/clips/1").text
    assert 'src="/-/clips/thumb/1"' in visitor.get("/-/clips").text
    for kind in ("picture", "thumb"):
        answer = visitor.get(f"/-/clips/{kind}/1")
        assert (answer.content, answer.headers["content-type"]) == (PIXEL, "image/png")
    assert visitor.get("/-/clips/picture/2").status_code == 404
    close(visitor)


def test_a_version_whose_text_is_damaged_can_still_be_looked_at(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    shutil.copy(made.path, path)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE texts SET markdown = NULL, packed_sha256 = (SELECT sha256 FROM bodies LIMIT 1) WHERE snapshot_id = 4"
        )
        connection.execute("UPDATE bodies SET data = x'00'")
    connection.close()
    visitor = on(path)
    answer = visitor.get("/-/clips/4")
    assert answer.status_code == 200
    assert "cannot be read" in answer.text
    close(visitor)


def test_a_page_of_many_versions_stays_a_page(tmp_path: Path) -> None:
    path = tmp_path / "often.db"
    with Archive.open(path, create=True) as archive, archive.batch():
        ids = [save(archive, HARBOUR, f"# Often\n\nVersion {n}.", NOW + timedelta(hours=n)) for n in range(300)]
    visitor = on(path)
    for number in (ids[0], ids[1], ids[150], ids[298], ids[299]):
        answer = visitor.get(f"/-/clips/{number}")
        assert len(answer.content) < 150_000
        told = visitor.get(f"/-/clips/{number}.json").json()
        shown = [version["id"] for version in told["versions"]]
        assert {number, ids[0], ids[299], ids[max(0, number - 2)], ids[min(299, number)]} <= set(shown)
        assert shown == sorted(shown, reverse=True)
        assert (told["version"], told["versions_in_all"]) == (number, 300)
        assert [version["number"] for version in told["versions"]] == shown
        if number > ids[0]:
            assert f'href="/-/clips/{number - 1}" rel="prev"' in answer.text
        assert len(visitor.get(f"/-/clips/{number}/diff").content) < 150_000
    assert "198 versions between" in visitor.get(f"/-/clips/{ids[299]}").text
    assert visitor.get(f"/timemap/link/{HARBOUR}").text.count("datetime=") == 300
    close(visitor)


@pytest.mark.parametrize(
    "path", ["", "?q=harbour&language=en", "/3", "/3/diff", "/3/diff?from=1", "/3/evidence", "/health?days=7"]
)
def test_every_page_names_its_json(visitor: Visitor, path: str) -> None:
    found = re.search(
        r'<link rel="alternate" type="application/json" href="([^"]+)">', visitor.get(f"/-/clips{path}").text
    )
    assert found
    answer = visitor.get(html.unescape(found[1]))
    assert answer.status_code == 200
    assert answer.json()
