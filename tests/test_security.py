"""SECURITY.md: every promise names tests, and every test that it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECURITY = (ROOT / "SECURITY.md").read_text("utf-8")
PROMISES = dict(re.findall(r"^\| (G\d+) \| (.+) \|$", SECURITY, flags=re.M))
LINK = re.compile(r"\[`(\w+)`\]\(([^)]+)\)")


@cache
def defined_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_all_seventeen_promises_are_made() -> None:
    assert list(PROMISES) == [f"G{number}" for number in range(1, 18)]


@pytest.mark.parametrize("promise", PROMISES)
def test_each_promise_is_held_by_tests_that_exist(promise: str) -> None:
    linked = LINK.findall(PROMISES[promise])
    assert linked
    for name, file in linked:
        path = ROOT / file
        assert path.is_file(), file
        assert name.startswith("test_")
        assert name in defined_in(path), f"{file} has no {name}"
