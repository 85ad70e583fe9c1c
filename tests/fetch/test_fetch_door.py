"""One door: no other module of clipper opens a connection, and importing the room loads nothing heavy."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import clipper
from clipper.fetch import __all__ as public_names
from tests.fetch.server import Server, answering, page, routed

PACKAGE = Path(clipper.__file__).parent
NETWORK = {"socket", "httpx", "httpcore", "h11", "requests", "urllib3", "aiohttp", "ftplib", "socketserver", "asyncio"}
OF_URLLIB = {"urllib.request", "http.client", "http.cookiejar", "xmlrpc.client", "smtplib"}
DOORS = {"fetch": NETWORK | OF_URLLIB, "tape": {"httpx"}, "datasette_plugin": {"socket"}}  # the last one listens
FETCHERS = {"fetch_url", "fetch_response", "urlopen", "urlretrieve", "create_connection"}


def imports(file: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def opens(file: Path) -> set[str]:
    """What a file imports or calls that can open a connection."""
    names = imports(file)
    used = {name for name in names if name.split(".")[0] in NETWORK or name in OF_URLLIB}
    calls = {node.attr for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
    return used | (calls & FETCHERS)


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_only_the_fetcher_opens_connections(file: Path) -> None:
    room = file.relative_to(PACKAGE).parts[0]
    allowed = DOORS.get(room, set())
    for name in opens(file):
        assert room == "fetch" or name.split(".")[0] in allowed, f"{file} can open a connection: {name}"


def test_the_test_can_fail() -> None:
    assert opens(PACKAGE / "fetch" / "network.py") >= {"socket", "httpcore"}


def loaded(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )


def test_importing_the_room_loads_no_library() -> None:
    assert not loaded("import clipper.fetch, clipper.tape") & {
        "httpx",
        "httpcore",
        "tenacity",
        "protego",
        "warcio",
        "ssl",
    }


def test_a_fetch_that_goes_well_loads_neither_httpx_nor_tenacity() -> None:
    assert not loaded("from clipper.fetch import Fetcher\nFetcher().close()") & {
        "httpx",
        "tenacity",
        "protego",
        "http.cookiejar",
    }


def test_every_public_name_is_there() -> None:
    assert all(hasattr(clipper.fetch, name) for name in public_names)


# Runs the commands of its arguments; prints every connection and name look-up with the files that led to it.
WATCHER = """
import json, sys, traceback
seen = []

def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request", "http.client.connect"):
        files = [frame.filename for frame in traceback.extract_stack()]
        seen.append([event, repr(arguments), files])

sys.addaudithook(hook)
from clipper.cli import run
codes = [run(words) for words in json.loads(sys.argv[1])]
print("\\n" + json.dumps([codes, seen]))
"""
HOSTILE = """<?xml version="1.0"?><!DOCTYPE html SYSTEM "{trap}/dtd" [<!ENTITY x SYSTEM "{trap}/entity">]>
<html manifest="{trap}/manifest"><head><base href="{trap}/"><link rel="canonical" href="{trap}/canonical">
<link rel="alternate" type="application/rss+xml" href="{trap}/feed"><link rel="stylesheet" href="{trap}/style">
<link rel="icon" href="{trap}/icon"><meta property="og:image" content="{trap}/og"><script src="{trap}/script"></script></head>
<body xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{trap}/include"/><iframe src="{trap}/frame"></iframe>
<article><h1>Pumps</h1>&x;<img src="{trap}/image" srcset="{trap}/set 2x"><video src="{trap}/video"></video>%s
<object data="{trap}/object"></object><a ping="{trap}/ping" href="{trap}/link">on</a></article></body></html>
""" % ("<p>The pressure held, and nobody was called out.</p>" * 20)
FEED = """<?xml version="1.0"?><?xml-stylesheet href="{trap}/style"?>
<!DOCTYPE rss SYSTEM "{trap}/dtd" [<!ENTITY x SYSTEM "{trap}/entity">]>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>&x;</title><link>{trap}/</link>
<atom:link rel="hub" href="{trap}/hub"/><image><url>{trap}/logo</url></image><item><title>A</title><link>{here}/a</link>
<enclosure url="{trap}/enclosure" type="audio/mpeg" length="1"/></item></channel></rss>"""


def test_nothing_that_a_page_or_a_feed_names_is_fetched_by_itself(tmp_path: Path) -> None:
    """Every connection and look-up of whole commands goes through the fetcher, whatever the pages say."""
    routes: dict[str, bytes] = {}
    with Server(answering(page(b"caught"))) as trap, Server(routed(routes)) as place:
        here = place.base
        hostile = HOSTILE.replace("{trap}", trap.base).encode()
        feed = FEED.replace("{trap}", trap.base).replace("{here}", here).encode()
        routes["/a"] = page(hostile, "Content-Type: text/html", f"Link: <{trap.base}/hint>; rel=preload")
        routes["/feed"] = page(feed, "Content-Type: application/rss+xml")
        common = ["--db", str(tmp_path / "a.db")]
        net = [*common, "--sleep", "0", "--allow-private", "127.0.0.1"]
        commands = [
            [f"{here}/a", "--no-isolate", *net],
            ["watch", "add", f"{here}/feed", *net],
            ["sync", "--robots", "ignore", *net],
            ["show", f"{here}/a", *common],
            ["export", "--to", str(tmp_path / "out"), *common],
            ["import", str(tmp_path / "bookmarks.html"), *common],
        ]
        (tmp_path / "bookmarks.html").write_text(
            f'<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><DT><A HREF="{trap.base}/b">b</A></DL>'
        )
        child = [sys.executable, "-c", WATCHER, json.dumps(commands)]
        told = subprocess.run(child, capture_output=True, text=True, check=True).stdout
        asked = [head.split()[1] for head in place.requests]
    codes, seen = json.loads(told.splitlines()[-1])
    assert codes[:3] == [0, 0, 0]
    assert trap.talks == []
    assert asked[:2] == [b"/a", b"/feed"]
    assert seen
    for event, arguments, files in seen:
        assert any("clipper/fetch/" in file for file in files), (event, arguments)
        assert str(trap.port) not in arguments
