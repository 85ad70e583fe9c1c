"""What every answer of ours forbids the browser, and that no text of a page becomes a tag."""

from __future__ import annotations

import re
import sqlite3
from html.parser import HTMLParser
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.datasette_plugin import article, evidence
from clipper.datasette_plugin.host import within_time
from tests.browser.xss import VECTORS, page
from tests.datasette_plugin.datasette_material import Made, Visitor

PAGES = ("", "?q=harbour", "/3", "/3/diff", "/3/evidence", "/3/source", "/health", "/health?days=7")
FILES = (
    "/3.md",
    "/3.json",
    "/3/raw",
    "/3.warc.gz",
    ".json",
    "/health.json",
    "/changes.atom",
    "/3/page",
    "/clips.css",
    "/keys.js",
)
# Everything by which a document runs, embeds, fetches, or sends its reader elsewhere by itself.
RUNS = {"script", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "meta", "link", "svg", "math", "form",
        "audio", "video", "source", "track", "portal", "noscript", "template", "input"}  # fmt: skip
FETCHES = {
    "src",
    "srcset",
    "poster",
    "background",
    "ping",
    "action",
    "formaction",
    "data",
    "manifest",
    "xlink:href",
    "dynsrc",
    "lowsrc",
}


class Danger(HTMLParser):
    """Collects what runs or fetches in a document that should do neither."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in RUNS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            told = "".join(c for c in value or "" if c > " ").lower()
            if (
                name.startswith("on")
                or name in FETCHES - {"src"}
                or (name == "src" and not told.startswith("data:image/"))
            ):
                self.found.append(f"{tag} {name}={value}")
            if name == "href" and not told.startswith(("http://", "https://", "mailto:", "#")):
                self.found.append(f"{tag} href={value}")
            if name == "style" and re.search(r"url\(|@import|\\|expression|image-set", told):
                self.found.append(f"{tag} style={value}")


def danger(html: str) -> list[str]:
    found = Danger()
    found.feed(html)
    found.close()
    return found.found


@pytest.mark.parametrize("path", PAGES)
def test_pages_forbid_all_but_our_own_files(visitor: Visitor, path: str) -> None:
    answer = visitor.get(f"/-/clips{path}")
    assert answer.status_code == 200
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'self'"
    assert policy["img-src"] == "'self' data:"
    nonce = re.fullmatch(r"'nonce-([\w-]{20,})'", policy["script-src"])
    assert nonce
    assert re.findall(r"<script[^>]*>", answer.text) == [f'<script src="/-/clips/keys.js" nonce="{nonce[1]}" defer>']
    assert (policy["frame-src"] == "'self'") == path.endswith("/evidence")
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert not re.search(r"\sstyle=|\son\w+=|<style", answer.text)
    assert (
        visitor.get(f"/-/clips{path}").headers["content-security-policy"] != answer.headers["content-security-policy"]
    )


@pytest.mark.parametrize("path", PAGES + FILES)
def test_no_answer_is_guessed_at_or_says_where_the_reader_came_from(visitor: Visitor, path: str) -> None:
    answer = visitor.get(f"/-/clips{path}")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-dns-prefetch-control"] == "off"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/3.md", "/3.json", "/3/raw", "/3.warc.gz", ".json", "/changes.atom", "/3/page"])
def test_what_came_from_elsewhere_is_in_a_sandbox(visitor: Visitor, path: str) -> None:
    policy = visitor.get(f"/-/clips{path}").headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-" not in policy


@pytest.mark.parametrize("vector", VECTORS)
def test_no_trick_survives_in_an_article(vector: str) -> None:
    assert danger(str(article.render(f"Before.\n\n{vector}\n\nAfter."))) == []
    assert danger(str(article.render(f"| a |\n|---|\n| {vector} |"))) == []


@pytest.mark.parametrize("vector", [*VECTORS, page()])
def test_no_trick_survives_in_a_captured_page(vector: str) -> None:
    shown = evidence.harmless(f"<html><body><p>Before.{vector}<p>After.</body></html>")
    assert shown.startswith("<!doctype html>\n<meta charset=utf-8>\n")
    assert danger(shown.removeprefix("<!doctype html>\n<meta charset=utf-8>\n")) == []
    for sheet in re.findall(r"(?is)<style>(.*?)</style>", shown):
        assert not re.search(r"(?i)url\s*\(|@import|\\", sheet)


@pytest.mark.parametrize("deep", ["<div>", "<b>", "<SECTION class=x>", "<x-y>"])
def test_what_is_nested_too_deep_is_not_sanitised_for_half_a_minute(deep: str) -> None:
    html = f"{deep * 100_000}<script>alert(1)</script>"
    assert "nested too deep" in evidence.harmless(html)
    assert danger(str(article.render(html))) == []


@pytest.mark.parametrize("flat", ["<p>x", "<tr><td>x", "<div>x</div>", "<br>", "<li>x"])
def test_many_elements_that_are_not_nested_are_shown(flat: str) -> None:
    assert evidence.harmless(f"<table>{flat * 20_000}").count("x") == 20_000 * ("x" in flat)


def test_styles_of_a_captured_page_stay() -> None:
    shown = evidence.harmless(
        '<style>p { color: red } b{background:url(x.png)}</style><p style="margin: 1em" class="a">x</p>'
    )
    assert "color: red" in shown
    assert 'style="margin: 1em"' in shown
    assert 'class="a"' in shown


def test_nobody_reads_what_datasette_was_told_to_hide(made: Made) -> None:
    from datasette.app import Datasette

    hidden = {"databases": {"archive": {"allow": {"id": "root"}}}}
    visitor = Visitor(
        Datasette([str(made.path)], **{("config" if hasattr(Datasette, "table_config") else "metadata"): hidden})
    )
    for path in (*PAGES, *FILES[:8]):
        assert visitor.get(f"/-/clips{path}").status_code == 403, path
    assert visitor.get("/timegate/https://harbour.example/posts/17").status_code == 403
    for database in visitor.datasette.databases.values():
        database.close()


def test_no_query_of_a_view_runs_for_ever() -> None:
    from datasette.app import Datasette
    from datasette.views.base import DatasetteError

    connection = sqlite3.connect(":memory:")
    datasette = Datasette([], settings={"sql_time_limit_ms": 5})
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(DatasetteError, match=r"longer than 0.05 seconds") as raised:
        within_time(datasette, connection, lambda: connection.execute(endless).fetchone())
    assert raised.value.status == 503
    assert within_time(datasette, connection, lambda: connection.execute("SELECT 1").fetchone()) == (1,)
    connection.close()


def test_nothing_secret_is_in_the_file(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        tables = [row[0] for row in archive.connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    assert not re.search(r"(?i)secret|password|cookie|api_?key", " ".join(tables))
