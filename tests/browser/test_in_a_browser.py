"""The library in Debian's Chromium: whole, quiet, reachable by keyboard, and deaf to every trick.

Needs Chromium, Playwright and axe-core, which `.ci/run` installs; without them these tests are skipped and say so.
Screenshots are written to $CLIPPER_SCREENSHOTS.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser import browser_material as material
from tests.browser import xss
from tests.browser.browser_material import (
    FLAGS,
    HERE,
    ROOT,
    Seen,
    chromium,
    fill,
    hosts_in,
    ran,
    served,
    violations,
    watch,
)

if (
    missing := [name for name, there in (("chromium", chromium()), ("axe-core", material.axe())) if not there]
) and not os.environ.get("CLIPPER_BROWSER"):
    pytest.skip(f"{' and '.join(missing)} not found; .ci/run installs what browser tests need", allow_module_level=True)
playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed; .ci/run installs it")

SIZES = {"1280": (1280, 900), "390": (390, 844)}
VIEWS = {
    "library": "/-/clips",
    "search": "/-/clips?q=%E6%BC%8F%E6%B4%9E&language=zh",
    "reading-zh": "/-/clips/{harbour}",
    "reading-en": "/-/clips/{tides}",
    "diff": "/-/clips/{harbour}/diff",
    "evidence": "/-/clips/{tides}/evidence",
    "source": "/-/clips/{tides}/source",
    "health": "/-/clips/health",
}
TABLES = {
    "database": "/archive",
    "pages": "/archive/pages",
    "snapshots": "/archive/snapshots",
    "row": "/archive/snapshots/{harbour}",
}
# Every place where something of a hostile page is shown, Datasette's own included.
TRICKED = (
    "/-/clips", "/-/clips?q=alert", "/-/clips?host=hostile.example", "/-/clips/{second}", "/-/clips/{first}", "/-/clips/{second}/diff",
    "/-/clips/{second}/evidence", "/-/clips/{second}/source", "/-/clips/{second}/page", "/-/clips/{second}.json",
    "/-/clips/{second}.md", "/-/clips/{second}/diff.json", "/-/clips/changes.atom", "/-/clips/health", "/-/clips/health.json",
    "/archive", "/archive/pages", "/archive/snapshots", "/archive/snapshots/{second}", "/archive/texts", "/archive/tags",
    "/archive/notes", "/archive/feeds", "/archive/latest", "/archive/recent_changes", "/archive/snapshots?_facet=author",
    "/archive/pages?_search=alert", "/archive/find?words=alert",
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, int]]]:
    """The server's address, and the ids of versions by name."""
    path = tmp_path_factory.mktemp("browser") / "archive.db"
    ids = fill(path)
    with served(path) as address:
        yield address.removesuffix("/-/clips"), ids


@pytest.fixture(scope="module")
def api() -> Iterator[Any]:
    with playwright_api.sync_playwright() as started:
        yield started.chromium


@pytest.fixture(scope="module")
def browser(api: Any) -> Iterator[Any]:
    opened = api.launch(executable_path=chromium(), args=list(FLAGS))
    yield opened
    opened.close()


@pytest.fixture
def shots() -> Path | None:
    """Where screenshots go, if anywhere."""
    named = os.environ.get("CLIPPER_SCREENSHOTS")
    if named is None:
        return None
    import datasette

    folder = Path(named) / f"datasette-{datasette.__version__}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def opened(browser: Any) -> Iterator[tuple[Any, Seen]]:
    """A page of a fresh context at 1280 pixels, and what is seen of it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    seen = watch(context)
    yield context.new_page(), seen
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", [*VIEWS, *TABLES])
def test_each_view_is_whole(
    browser: Any, place: tuple[str, dict[str, int]], shots: Path | None, view: str, size: str, scheme: str
) -> None:
    base, ids = place
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    seen = watch(context)
    page = context.new_page()
    answer = page.goto(base + (VIEWS | TABLES)[view].format(**ids), wait_until="load")
    assert answer.status == 200
    if shots is not None:
        page.screenshot(path=shots / f"{view}-{size}-{scheme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if view in VIEWS:  # how Datasette's own pages are built is Datasette's
        assert violations(page) == []
    assert seen.errors == []
    assert seen.elsewhere == []
    context.close()


def test_a_table_on_a_phone_is_no_list_of_empty_cells(browser: Any, place: tuple[str, dict[str, int]]) -> None:
    base, _ids = place
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    for table in ("pages", "snapshots", "checks"):
        page.goto(f"{base}/archive/{table}")
        rows = page.locator("table.rows-and-columns tbody tr").count()
        assert page.locator("table.rows-and-columns").bounding_box()["height"] < 900 * rows
        assert page.locator(".clipper-none:visible").count() == 0
    context.close()


def test_what_is_opened_is_as_well_built_as_what_is_closed(
    opened: tuple[Any, Seen], place: tuple[str, dict[str, int]]
) -> None:
    page, seen = opened
    base, ids = place
    for view in VIEWS.values():
        page.goto(base + view.format(**ids))
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert seen.errors == []


@pytest.mark.parametrize("view", ["reading-zh", "reading-en", "diff"])
def test_paper_shows_the_article_alone(
    opened: tuple[Any, Seen], place: tuple[str, dict[str, int]], shots: Path | None, view: str
) -> None:
    page, _ = opened
    base, ids = place
    page.goto(base + VIEWS[view].format(**ids))
    page.emulate_media(media="print", color_scheme="dark")
    if shots is not None:
        page.screenshot(path=shots / f"{view}-print.png", full_page=True)
    for hidden in (".bar", ".foot"):
        assert not page.locator(hidden).first.is_visible()
    assert page.locator("h1").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_search_open_timeline_diff_and_back_with_the_library_s_keys(
    opened: tuple[Any, Seen], place: tuple[str, dict[str, int]]
) -> None:
    page, seen = opened
    base, ids = place
    page.goto(f"{base}/-/clips")
    page.keyboard.press("/")
    page.keyboard.insert_text("漏洞")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    assert page.locator("mark").first.inner_text() == "漏洞"
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"/-/clips/{ids['harbour']}"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/-/clips/{ids['harbour']}")
    page.keyboard.press("t")
    assert page.evaluate("document.activeElement.id") == "timeline"
    page.keyboard.press("d")
    page.wait_for_url("**/diff")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "change-1"
    page.keyboard.press("u")
    page.wait_for_url(f"**/-/clips/{ids['harbour']}")
    page.keyboard.press("[")
    page.wait_for_url(f"**/-/clips/{ids['harbour'] - 1}")
    page.keyboard.press("u")
    page.wait_for_url("**/-/clips")
    assert seen.errors == []


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until the focus is there; it has to be seen where it is."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    pytest.fail(f"Tab never came to {selector}")


def test_the_same_with_nothing_but_tab_and_enter_and_without_scripts(
    browser: Any, place: tuple[str, dict[str, int]]
) -> None:
    base, ids = place
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/-/clips")
    tab_to(page, "#q")
    page.keyboard.insert_text("漏洞")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    tab_to(page, ".card h2 a")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/-/clips/{ids['harbour']}")
    tab_to(page, ".to-timeline")
    page.keyboard.press("Enter")
    tab_to(page, ".timeline .change")
    page.keyboard.press("Enter")
    page.wait_for_url("**/diff")
    assert page.locator("ins:visible, del:visible").count() > 0
    page.go_back()
    page.go_back()
    page.go_back()
    assert urlsplit(page.url).query.startswith("q=")
    context.close()


def test_the_keys_can_be_turned_off(opened: tuple[Any, Seen], place: tuple[str, dict[str, int]]) -> None:
    page, _ = opened
    base, _ids = place
    page.goto(f"{base}/-/clips")
    page.locator(".keys summary").click()
    page.locator("#keys-off").click()
    page.reload()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "q"


def test_the_tricks_work_where_nobody_guards_against_them(opened: tuple[Any, Seen]) -> None:
    """What the next tests rest on: the trap springs."""
    page, seen = opened
    page.context.route("**/*", lambda route: route.abort())
    page.set_content(xss.page(v for v in xss.VECTORS if "refresh" not in v.lower()))
    page.wait_for_timeout(300)
    assert page.evaluate("window.__ran ?? null") is not None
    assert "evil.example" in {urlsplit(url).hostname for url in seen.asked}


POKE = """for (const node of document.querySelectorAll("*"))
  for (const name of ["mouseover", "mouseenter", "focus", "error", "load", "toggle", "begin"])
    node.dispatchEvent(new Event(name));"""


@pytest.mark.parametrize("path", TRICKED)
def test_no_trick_runs_in_any_view(opened: tuple[Any, Seen], place: tuple[str, dict[str, int]], path: str) -> None:
    page, seen = opened
    base, ids = place
    answer = page.goto(base + path.format(**ids), wait_until="load")
    assert answer.status == 200
    page.wait_for_timeout(150)
    for frame in page.frames:
        frame.evaluate(POKE)
    assert ran(page) == []
    assert seen.ran == []
    assert seen.elsewhere == []
    if path.startswith("/-/clips"):
        assert seen.errors == []
    assert page.url == base + path.format(**ids)


def test_bytes_are_downloaded_and_never_shown(opened: tuple[Any, Seen], place: tuple[str, dict[str, int]]) -> None:
    page, seen = opened
    base, ids = place
    page.goto(f"{base}/-/clips/{ids['second']}/source")
    for name, link in (("bin", "raw"), ("warc.gz", None)):
        page.goto(f"{base}/-/clips/{ids['second']}/evidence")
        with page.expect_download() as waiting:
            page.locator(f"a[href$='{link or name}']").first.click()
        assert waiting.value.suggested_filename == f"snapshot-{ids['second']}.{name}"
    assert seen.elsewhere == []


def test_the_browser_s_own_log_names_no_other_machine(
    api: Any, place: tuple[str, dict[str, int]], tmp_path: Path
) -> None:
    base, ids = place
    log = tmp_path / "net-log.json"
    watched = api.launch(executable_path=chromium(), args=[*FLAGS, f"--log-net-log={log}"])
    page = watched.new_page()
    for path in (*VIEWS.values(), *TABLES.values(), *TRICKED):
        page.goto(base + path.format(**ids), wait_until="load")
        page.wait_for_timeout(50)
    watched.close()
    assert hosts_in(log) - material.CHROMIUM_S_OWN == {HERE}


def test_the_log_would_have_named_another_machine(api: Any, tmp_path: Path) -> None:
    log = tmp_path / "net-log.json"
    watched = api.launch(executable_path=chromium(), args=[*FLAGS, f"--log-net-log={log}"])
    page = watched.new_page()
    page.set_content('<link rel="preconnect" href="https://evil.example"><img src="https://evil.example/pixel.png">')
    page.wait_for_timeout(500)
    watched.close()
    assert "evil.example" in hosts_in(log)


def test_a_page_is_clipped_from_the_browser(api: Any, browser: Any, tmp_path: Path, shots: Path | None) -> None:
    from clipper.archive import Archive

    path = tmp_path / "written.db"
    Archive.open(path, create=True).close()
    tape = ROOT / "fixtures" / "4hou-article" / "tape.warc.gz"
    context = browser.new_context()
    seen = watch(context)
    page = context.new_page()
    with served(path, "--writable", "--replay", str(tape)) as address:
        base = address.partition("/-/clips")[0]
        assert page.goto(f"{base}/-/clips/add?url=https://www.4hou.com/posts/Vlv1").status == 403
        seen.errors.clear()  # the browser tells of a 403
        page.goto(address)
        assert "token" not in page.url
        page.goto(f"{base}/-/clips/add?url=https://www.4hou.com/posts/Vlv1")
        assert violations(page) == []
        if shots is not None:
            page.screenshot(path=shots / "add.png")
        page.locator("input[name=tags]").fill("from the browser")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=status]", timeout=60_000)
        if shots is not None:
            page.screenshot(path=shots / "added.png")
        page.locator("[role=status] a").click()
        assert "工业阀门控制器供应链漏洞分析" in page.locator("h1").inner_text()
        assert page.locator(".tags a").inner_text() == "from the browser"
    assert seen.errors == []
    assert seen.elsewhere == []
    context.close()
