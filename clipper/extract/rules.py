"""Site rules: what a person knows of a site's build, as data.

A rule is a TOML file: the hosts it is for (`example.com`, `example.com:8080`, `.example.com` with all below it, `*.example.com` for
what is below), and the kinds of page that the site has. A kind says when it fits (`path`, `when`, `when_script`) and where things stand: `body`, `title`, `author`, `date`, `site` and
`strip` are CSS selectors, the first that finds something counts; `begin` and `end` are patterns of lines
of text between which the body stands; `…_line` and `…_script` are patterns whose group is the value,
in a line of text or in the page's scripts. FiveFilters' ftr-site-config files (`example.com.txt`, XPath) are read as well.

The selectors become XPath by cssselect and run on the tree that everybody else reads: lexbor would be
faster at selecting, and would need a second parse of the page and a way back to this tree.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from lxml import etree

from clipper.errors import FileError, InvalidURL, RefusedError
from clipper.models import SiteRules
from clipper.urls import check, host_of, site_of

__all__ = ["Kind", "Rule", "files_of", "hashed", "load", "rules_for", "shipped"]

SELECTORS = ("body", "title", "author", "date", "site", "strip", "when")
PATTERNS = ("begin", "end", "author_line", "date_line", "when_script", "title_script", "body_script", "image_script",
            "site_script", "date_script", "author_script")  # fmt: skip
WITHOUT_GROUP = frozenset(("begin", "end", "when_script"))  # the others capture what they find
KEYS = frozenset(("hosts", "kind", "name", "version", "zone", "test"))
ZONE = re.compile(r"(?:[+-]\d{2}:\d{2})?")
SUFFIXES = (".toml", ".txt")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of page of a site."""

    name: str
    path: re.Pattern[str] | None = None
    selectors: dict[str, tuple[etree.XPath, ...]] = field(default_factory=dict)
    patterns: dict[str, tuple[re.Pattern[str], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """What is known of a site, and where it is written."""

    name: str
    version: str
    hosts: tuple[str, ...]  # `.example.com` is example.com and all below it, `*.example.com` what is below
    kinds: tuple[Kind, ...]
    file: str
    zone: str = ""  # of times that name none
    test: tuple[str, ...] = ()
    but: frozenset[str] = frozenset()  # hosts that it is not for all the same
    unused: tuple[str, ...] = ()  # what the file says besides, and clipper does not do

    def is_for(self, url: str) -> bool:
        host, site = host_of(url), site_of(url)
        return host not in self.but and any(_is_own(host, site, own) for own in self.hosts)


def _is_own(host: str, site: str, own: str) -> bool:
    if own[:1] in (".", "*"):
        return host.endswith(own.lstrip("*")) or host == own.lstrip(".")
    return own in (host, site)


def rules_for(url: str, rules: SiteRules) -> list[Rule]:
    """The rules for an address: the user's own before those that ship, a host before a whole domain."""
    host = host_of(url)
    own = _own(rules.folder, host) if rules.folder else []
    found = [rule for rule in (*own, *(_shipped(host) if rules.shipped else ())) if rule.is_for(url)]
    exact = {host, site_of(url)}
    return sorted(found, key=lambda rule: (rule.file.startswith("clipper/"), exact.isdisjoint(rule.hosts)))


def load(file: Path) -> Rule:
    """The rule in a file; `FileError` says what is wrong with it."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"cannot read the site rule {file}: {error}") from error
    return _parsed(text, file.name, str(file))


def shipped() -> list[Rule]:
    """All rules that ship."""
    return [_shipped_rule(name) for name, _ in _texts()]


def _shipped(host: str) -> list[Rule]:
    """The rules that ship and speak of the host's domain: to read them all would take 6 ms of each start."""
    parts = host.split(".")
    domains = {".".join(parts[place:]) for place in range(max(1, len(parts) - 1))}
    return [_shipped_rule(name) for name, text in _texts() if any(domain in text for domain in domains)]


@cache
def _shipped_rule(name: str) -> Rule:
    return _parsed(dict(_texts())[name], name, f"clipper/rules/{name}")


@cache
def _texts() -> tuple[tuple[str, str], ...]:
    """The files that ship, by name."""
    found = [entry for entry in files("clipper").joinpath("rules").iterdir() if entry.name.endswith(SUFFIXES)]
    return tuple(sorted((entry.name, entry.read_text("utf-8")) for entry in found))


def files_of(folder: Path) -> list[Path]:
    """The files of a folder that are rules, or mean to be."""
    try:
        return sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES and file.is_file())
    except OSError:  # there is none, or nobody may look into it
        return []


def _own(folder: str, host: str) -> list[Rule]:
    """The user's rules that may be for a host. A file that cannot be used stops nobody: `clip site` tells of it.

    FiveFilters' files have the host for a name, and there are thousands of them: only what fits is read.
    """
    found = []
    for name in _names(folder, _changed(folder)):
        if name.endswith(".toml") or f".{host}".endswith(f".{name.removesuffix('.txt').lower().lstrip('.')}"):
            found.append(_loaded(f"{folder}/{name}", _changed(f"{folder}/{name}")))
    return [rule for rule in found if rule is not None]


def _changed(path: str) -> int:
    """When a file or folder changed last, in nanoseconds; 0 if it is not there."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


@cache
def _names(folder: str, changed: int) -> tuple[str, ...]:  # noqa: ARG001 - what is kept is as old as that
    return tuple(file.name for file in files_of(Path(folder)))


@cache
def _loaded(file: str, changed: int) -> Rule | None:  # noqa: ARG001
    try:
        return load(Path(file))
    except FileError:
        return None


def _parsed(text: str, name: str, where: str) -> Rule:
    import tomllib

    from clipper.extract.ftr import from_ftr

    try:
        return from_ftr(text, name, where) if name.endswith(".txt") else _from_toml(tomllib.loads(text), text, where)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise FileError(f"the site rule {where} cannot be used: {error}") from error


def _from_toml(data: dict[str, Any], text: str, where: str) -> Rule:
    _known(data, KEYS, "the file")
    hosts = tuple(_host(host) for host in _list(data.get("hosts", []), "hosts"))
    kinds = data.get("kind", [])
    if not isinstance(kinds, list) or not all(isinstance(kind, dict) for kind in kinds):
        raise ValueError("a kind of page begins with [[kind]], in two brackets each")
    if not hosts or not kinds:
        raise ValueError("it names no hosts or has no [[kind]]")
    zone = data.get("zone", "")
    if not isinstance(zone, str) or not ZONE.fullmatch(zone):
        raise ValueError(f"zone: {zone!r} is no time zone such as '+08:00'")
    return Rule(
        name=str(data.get("name") or Path(where).stem),
        version=str(data.get("version") or hashed(text)),
        hosts=hosts,
        kinds=tuple(_kind(kind, number) for number, kind in enumerate(kinds, 1)),
        file=where,
        zone=zone,
        test=tuple(_list(data.get("test", []), "test")),
    )


def _host(said: str) -> str:
    """A host as addresses have it."""
    mark, name = re.match(r"(\*?\.|)(.*)", said.strip(), re.S).groups()  # type: ignore[union-attr]
    try:
        site = site_of(check(f"http://{name}/"))
    except (InvalidURL, RefusedError) as error:
        raise ValueError(f"hosts: {said!r} is no host") from error
    if "/" in name or not site:
        raise ValueError(f"hosts: {said!r} is no host such as 'www.example.com'")
    return mark + site


def _kind(table: dict[str, Any], number: int) -> Kind:
    name = str(table.get("name") or f"kind {number}")
    _known(table, frozenset(("name", "path", *SELECTORS, *PATTERNS)), name)
    said = {key: _list(table[key], f"{name}: {key}") for key in table if key != "name"}
    if not said.keys() - {"path", "when", "when_script"}:
        raise ValueError(f"{name}: it says nothing of what is on the page, not even a body")
    return Kind(
        name=str(table.get("name", "")),
        path=_pattern(said["path"][0], f"{name}: path") if said.get("path") else None,
        selectors={
            key: tuple(_selector(selector, f"{name}: {key}") for selector in said[key])
            for key in SELECTORS
            if key in said
        },
        patterns={
            key: tuple(_pattern(pattern, f"{name}: {key}", captures=key not in WITHOUT_GROUP) for pattern in said[key])
            for key in PATTERNS
            if key in said
        },
    )


def _known(table: dict[str, Any], keys: frozenset[str], where: str) -> None:
    if unknown := sorted(table.keys() - keys):
        close = get_close_matches(unknown[0], keys, 1)
        hint = f"; {close[0]}?" if close else ""
        if keys is KEYS and unknown[0] in (*SELECTORS, *PATTERNS):
            hint = "; it belongs below [[kind]]"
        raise ValueError(f"{where} has a directive that nobody knows: {', '.join(unknown)}{hint}")


def _selector(selector: str, where: str) -> etree.XPath:
    from cssselect import HTMLTranslator, SelectorError

    try:
        return etree.XPath(HTMLTranslator().css_to_xpath(selector))
    except (SelectorError, etree.XPathError) as error:
        raise ValueError(f"{where}: {selector!r} is no CSS selector: {error}") from error


def _pattern(pattern: str, where: str, *, captures: bool = False) -> re.Pattern[str]:
    try:
        found = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{where}: {pattern!r} is no pattern: {error}") from error
    if captures and not found.groups:
        raise ValueError(f"{where}: {pattern!r} has no (group) around what it is to find")
    return found


def hashed(text: str) -> str:
    """A version for a rule that names none."""
    return sha256(text.encode()).hexdigest()[:8]


def _list(value: Any, where: str) -> list[str]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(entry, str) for entry in found):
        raise ValueError(f"{where}: {value!r} is neither a text nor a list of texts")
    return found
