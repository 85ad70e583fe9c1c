"""One door: no other module of clipper opens a connection, and importing the room loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import clipper
from clipper.fetch import __all__ as public_names

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
