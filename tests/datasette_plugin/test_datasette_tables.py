"""Datasette's own pages of an archive."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.datasette_plugin.datasette_material import HARBOUR_TITLE, Made, Visitor, close, on

SEARCHED = ("pages", "snapshots", "latest", "recent_changes")


@pytest.mark.parametrize("table", ["pages", "snapshots", "checks"])
def test_no_facets_are_suggested_on_archives(visitor: Visitor, table: str) -> None:
    answer = visitor.get(f"/archive/{table}")
    assert answer.status_code == 200
    assert "Suggested facets" not in answer.text
    assert "facet-info" in answer.text  # those that are set are there


@pytest.mark.parametrize("table", SEARCHED)
def test_the_search_box_finds_chinese_words_of_two_characters(visitor: Visitor, table: str) -> None:
    assert 'name="_search"' in visitor.get(f"/archive/{table}").text
    found = visitor.get(f"/archive/{table}.json?_shape=array&_search={quote('漏洞')}").json()
    assert {row["title"].removesuffix("（更新）") for row in found} == {HARBOUR_TITLE}
    assert visitor.get(f"/archive/{table}.json?_shape=array&_search={quote('不存在')}").json() == []


@pytest.mark.parametrize("query", ['"', "AND", "(((", "a:b", "-", "*", "漏洞\x00", "NEAR("])
def test_no_search_is_a_syntax_error(visitor: Visitor, query: str) -> None:
    assert visitor.get(f"/archive/pages?_search={quote(query)}").status_code == 200
    assert visitor.get(f"/-/clips?q={quote(query)}").status_code == 200


def test_the_newest_stand_on_top_and_rows_bear_names(visitor: Visitor) -> None:
    text = visitor.get("/archive/snapshots").text
    assert text.index("Prices") < text.index("Slow clocks") < text.index("The old pier")
    assert 'href="/-/clips/4"' in text  # a title leads to the reading view
    assert visitor.get("/archive/recent_changes.json?_shape=array").json()[0]["title"].endswith("（更新）")
    assert visitor.get("/archive/failures.json?_shape=array").json()[0]["outcome"] in ("failed", "unusable")


def test_tables_say_what_they_are(visitor: Visitor) -> None:
    assert "One row is one version of a page." in visitor.get("/archive/snapshots").text


def test_tables_for_machines_are_hidden(visitor: Visitor) -> None:
    shown = {t["name"] for t in visitor.get("/archive.json").json()["tables"] if not t["hidden"]}
    assert {"pages", "snapshots", "checks", "texts", "feeds", "tags"} <= shown
    assert not shown & {
        "search",
        "search_fts",
        "search_fts_data",
        "site_blocks",
        "site_lone_lines",
        "evidence",
        "_sqlite_migrations",
        "sums",
    }


@pytest.mark.parametrize(
    "query", ["find?words=" + quote("漏洞"), "changes_of_a_host?host=harbour.example", "bytes_by_host"]
)
def test_the_queries_that_come_with_it_answer(visitor: Visitor, query: str) -> None:
    answer = visitor.get(f"/archive/{query}")
    assert answer.status_code == 200
    assert "harbour" in answer.text


def test_cells_are_short(visitor: Visitor) -> None:
    text = visitor.get("/archive/texts").text
    assert "clipper-more" in text  # how long the article is stands there, and not the article
    assert "They smell of tar" not in text
    assert "clipper-badge" in visitor.get("/archive/checks").text
    assert len(visitor.get("/archive/snapshots").content) < 150_000


def test_the_functions_are_there_for_exploring(visitor: Visitor, made: Made) -> None:
    sql = (
        f"select clip_text({made.tides}) as text, length(clip_body(body_sha256)) as bytes,"
        f" clip_diff({made.harbour[0]}, {made.harbour[1]}) as diff, clip_match('漏洞 x') as words,"
        f" clip_text(999) as missing from snapshots where id = {made.tides}"
    )
    (row,) = visitor.get(f"/archive.json?_shape=array&sql={quote(sql)}", follow_redirects=True).json()
    assert row["text"].startswith("# Slow clocks")
    assert row["bytes"] > 1000
    assert "三天前" in row["diff"] or "三" in row["diff"]
    assert row["words"] == '"漏 洞" "x"'
    assert row["missing"] is None


def test_other_databases_are_left_alone(made: Made, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("create table pages (id integer primary key, title text, url text)")
    connection.execute("insert into pages (title, url) values (?, 'https://x.example/')", ("t" * 500,))
    connection.commit()
    connection.close()
    visitor = on(made.path, other)
    text = visitor.get("/other/pages").text
    assert "t" * 500 in text
    assert "clipper" not in text
    assert visitor.get("/-/clips?archive=other").status_code == 404
    assert 'href="/-/clips?host=harbour.example"' in visitor.get("/-/clips").text  # one archive, no need to name it
    close(visitor)


def test_the_settings_of_the_user_win(made: Made) -> None:
    own = {"databases": {"archive": {"tables": {"pages": {"description": "Mine", "size": 2}}}}}
    from datasette.app import Datasette

    visitor = Visitor(
        Datasette([str(made.path)], **{("config" if hasattr(Datasette, "table_config") else "metadata"): own})
    )
    assert len(visitor.get("/archive/pages.json?_shape=array").json()) == 2
    assert json.loads(visitor.get("/archive/snapshots.json").text)["rows"]
    close(visitor)


def test_the_sql_of_the_how_to_runs(visitor: Visitor) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "howto.md").read_text("utf-8")
    queries = re.findall(r"```sql\n(.*?)```", text, flags=re.S)
    assert queries
    for sql in queries:
        answer = visitor.get(f"/archive.json?_shape=array&sql={quote(sql)}", follow_redirects=True)
        assert answer.status_code == 200, answer.text
