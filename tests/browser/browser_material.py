"""A real browser on a real server: what it saw, what it asked for, and an archive with hostile pages in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clipper.archive import Archive
from tests.browser.xss import VECTORS, page
from tests.datasette_plugin.datasette_material import NOW, make, save

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = "127.0.0.1"
HOSTILE = "https://hostile.example/tricks"
# What a page on the network must not be told is not only told by pages: the browser itself is kept quiet.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-default-apps",
    "--no-default-browser-check", "--disable-domain-reliability", "--disable-features=OptimizationHints,MediaRouter,Translate",
)  # fmt: skip
# What Chromium asks for on its own account, whatever is shown, in spite of the flags; no page here names them.
CHROMIUM_S_OWN = {
    "accounts.google.com", "content-autofill.googleapis.com", "update.googleapis.com", "clients2.google.com",
    "optimizationguide-pa.googleapis.com", "www.google.com", "android.clients.google.com",
}  # fmt: skip
ASKING = ("URL_REQUEST", "HOST_RESOLVER", "HTTP_STREAM", "TCP_CONNECT")
SERIOUS = ("serious", "critical")


def chromium() -> str | None:
    """The system's browser."""
    return os.environ.get("CLIPPER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def axe() -> Path | None:
    """axe-core, as npm installs it."""
    places = [os.environ.get("CLIPPER_AXE"), ROOT / "node_modules/axe-core/axe.min.js"]
    return next((Path(place) for place in places if place and Path(place).is_file()), None)


def fill(path: Path) -> dict[str, int]:
    """The archive: the one of the other tests, and pages of which every part is a trick. Ids by name."""
    made = make(path)
    with Archive.open(path) as archive:
        tricks = "\n\n".join(VECTORS)
        told: dict[str, Any] = {
            "author": VECTORS[2], "site": "</span>" + VECTORS[9], "published": '2026-11-01" onload="alert(1)',
            "lead": VECTORS[42], "categories": (VECTORS[9], "</script><script>alert(1)</script>"),
            "image": 'https://evil.example/i.png" onerror="alert(1)', "language": 'en" onclick="alert(1)',
        }  # fmt: skip
        first = save(
            archive,
            HOSTILE,
            f"# {VECTORS[9]}\n\n{tricks}",
            NOW - timedelta(days=2),
            html=page(),
            title=VECTORS[9],
            **told,
        )
        second = save(
            archive, HOSTILE, f"# {VECTORS[9]} again\n\nalert {tricks}\n\nOne more.", NOW - timedelta(days=1), html=page() + " ",
            title=f"{VECTORS[9]} again", **told,
        )  # fmt: skip
        archive.tag("//hostile.example/tricks", '"><img src=x onerror=alert(1)>')
        archive.note("//hostile.example/tricks", tricks)
        archive.watch('https://hostile.example/feed?"><script>alert(1)</script>', kind="feed", title=VECTORS[9])
    return {"harbour": made.harbour[2], "tides": made.tides, "first": first, "second": second}


@contextmanager
def served(path: Path, *options: str) -> Iterator[str]:
    """`clip browse` on the archive; the address that it prints."""
    command = [sys.executable, "-m", "clipper", "browse", "--db", str(path), "--no-open", "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            found = re.search(r"http://\S+", said)
            assert found, said + process.stderr.read()
            yield found[0]
        finally:
            process.terminate()


@dataclass
class Seen:
    """What went on in one context of the browser."""

    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    @property
    def elsewhere(self) -> list[str]:
        """Requests that did not go to this machine."""
        return [
            url
            for url in self.asked
            if urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).hostname != HERE
        ]


# Every script that runs would call one of these; they are replaced before anything of the page is there.
TRAP = "for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => { window.__ran = name; };"


def watch(context: Any) -> Seen:
    """Note what goes wrong and what is asked for in every page of the context."""
    seen = Seen()
    context.add_init_script(TRAP)
    context.on("request", lambda request: seen.asked.append(request.url))
    context.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: seen.errors.append(str(error.error)))
    context.on("dialog", lambda dialog: (seen.ran.append(dialog.message), dialog.dismiss()))
    return seen


def ran(page: Any) -> list[str]:
    """The frames in which a trick called one of the trapped functions."""
    return [frame.url for frame in page.frames if frame.evaluate("window.__ran ?? null") is not None]


def violations(page: Any) -> list[str]:
    """What axe-core finds that keeps people out; frames aside, which are somebody else's pages."""
    source = axe()
    assert source is not None
    page.evaluate(source.read_text("utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'], iframes: false })")
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in found["violations"]
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


def hosts_in(log: Path) -> set[str]:
    """Every host that the browser's own network log names: requests, connections, look-ups, pre-connections."""
    told = json.loads(log.read_text("utf-8"))
    types = {number: name for name, number in told["constants"]["logEventTypes"].items()}
    hosts = set()
    for event in told["events"]:
        if any(kind in types[event["type"]] for kind in ASKING):
            for text in (event.get("params", {}).get(key) for key in ("url", "host")):
                host = urlsplit(text if "://" in text else f"//{text}").hostname if isinstance(text, str) else None
                if host:
                    hosts.add(host)
    return hosts
