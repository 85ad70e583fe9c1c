"""FiveFilters' ftr-site-config files: `directive: value` a line, XPath, `#` a comment; the file's name is the host.

What says where things stand on a page is done. What is for another program (a second request, HTML
changed as text, cleaning that clipper does anyway) is not, and is told of where it would change the article.
"""

from __future__ import annotations

import re

from lxml import etree

from clipper.extract.rules import Kind, Rule, hashed

__all__ = ["from_ftr"]

PATHS = {"title": "title", "body": "body", "author": "author", "date": "date", "strip": "strip"}
# Cleaning that clipper does in its own way, and remarks for those who keep the files.
NEEDLESS = frozenset(
    "tidy prune autodetect_on_failure parser convert_double_br_tags test_contains footnotes skip_json_ld strip_attr"
    " insert_detected_image native_ad_clue autodetect_next_page skip_id_or_class".split()
)
LINE = re.compile(r"(?P<name>\w+)\s*(?P<argument>\(.*?\))?\s*:\s*(?P<value>.*)")


def from_ftr(text: str, name: str, where: str) -> Rule:
    """The rule in such a file; `ValueError` says what is wrong with it."""
    paths: dict[str, list[etree.XPath]] = {key: [] for key in PATHS.values()}
    tests, unused, known = [], [], False
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        match = LINE.fullmatch(line.strip())
        if match is None or line.lstrip().startswith("#"):
            continue
        directive, value = match["name"].lower(), match["value"].strip()
        if not value and directive != "replace_string":
            continue
        known = True
        if directive in PATHS:
            paths[PATHS[directive]].append(_path(value, f"line {number}: {directive}"))
        elif directive == "strip_id_or_class":
            paths["strip"].append(_containing(("class", "id"), value, "*"))
        elif directive == "strip_image_src":
            paths["strip"].append(_containing(("src",), value, "img"))
        elif directive == "test_url":
            tests.append(value)
        elif directive not in NEEDLESS:
            unused.append(directive)
    if not any(paths.values()):
        reason = f"; clipper does not do {', '.join(dict.fromkeys(unused))}" if unused else ""
        raise ValueError(f"it says nothing of where things stand on a page{reason}" if known else "it has no directive")
    kind = Kind("", selectors={key: tuple(found) for key, found in paths.items() if found})
    hosts, but = _hosts(name.removesuffix(".txt").lower())
    return Rule(
        name=name.removesuffix(".txt"),
        version=hashed(text),
        hosts=hosts,
        kinds=(kind,),
        file=where,
        test=tuple(tests),
        but=but,
        unused=tuple(dict.fromkeys(unused)),
    )


def _hosts(name: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """`example.com` is www.example.com as well; `.example.com` is what is below, and neither of these two."""
    bare = name.removeprefix(".").removeprefix("www.")
    if name.startswith("."):
        return (f"*.{bare}",), frozenset((f"www.{bare}",))
    return (bare, f"www.{bare}"), frozenset()


def _path(expression: str, where: str) -> etree.XPath:
    try:
        return etree.XPath(expression)
    except etree.XPathError as error:
        raise ValueError(f"{where}: {expression!r} is no XPath: {error}") from error


def _containing(attributes: tuple[str, ...], value: str, tag: str) -> etree.XPath:
    """Elements an attribute of which has the value in it; it may be in quotes."""
    literal = value.strip("'\"").replace('"', "")
    tests = " or ".join(f'contains(@{name}, "{literal}")' for name in attributes)
    return etree.XPath(f"//{tag}[{tests}]")
