"""What the tests of commands stand on: an archive of their own, and a small site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clipper.cli import run
from tests.fetch.server import Server, page, routed
from tests.sync.site import HTML, Command, article, feed


@pytest.fixture
def own_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands work on an archive of the test's own, and on 127.0.0.1, whatever the user's settings are."""
    monkeypatch.setenv("CLIPPER_DB", str(tmp_path / "a.db"))
    monkeypatch.setenv("CLIPPER_ALLOW_PRIVATE", "127.0.0.1")
    monkeypatch.setenv("CLIPPER_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def clip(own_archive: None) -> Command:
    """Run `clip` with these words on an archive of its own; the exit code."""

    def command(*words: str) -> int:
        network = words[0] == "sync" or words[:2] == ("watch", "add")
        return run([*words, *(("--sleep", "0", "--retries", "0") if network else ())])

    return command


@pytest.fixture
def site() -> Iterator[tuple[str, dict[str, bytes]]]:
    """The base of a server, and its answers by path."""
    routes: dict[str, bytes] = {}
    with Server(routed(routes)) as server:
        routes["/feed"] = feed(server.base, "one", "two")
        routes["/one"], routes["/two"] = article("One"), article("Two")
        head = (
            b"<html><head><link rel=alternate type='application/rss+xml' href='/feed'></head><body>Pumps</body></html>"
        )
        routes["/home"] = routes["/"] = page(head, HTML)
        yield server.base, routes
