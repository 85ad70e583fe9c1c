"""Site rules: what a person knows of a site's build, as data.

A rule is a TOML file: the hosts it is for, and the kinds of page that the site has. A kind says when
it fits (`path`, `when`, `when_script`) and where things stand: `body`, `title`, `author`, `date`, `site` and
`strip` are CSS selectors, the first that finds something counts; `begin` and `end` are patterns of lines
of text between which the body stands; `…_line` and `…_script` are patterns whose group is the value,
in a line of text or in the page's scripts. FiveFilters' ftr-site-config files (`example.com.txt`, XPath) are read as well.

The selectors become XPath by cssselect and run on the tree that everybody else reads: lexbor would be
faster at selecting, and would need a second parse of the page and a way back to this tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from lxml import etree

from clipper.errors import FileError
from clipper.models import SiteRules
from clipper.urls import host_of

__all__ = ["Kind", "Rule", "load", "rules_for"]

SELECTORS = ("body", "title", "author", "date", "site", "strip", "when")
PATTERNS = ("begin", "end", "author_line", "date_line", "when_script", "title_script", "body_script", "image_script",
            "site_script", "date_script", "author_script")  # fmt: skip
FTR = {"title": "title", "body": "body", "author": "author", "date": "date", "strip": "strip"}
FTR_IGNORED = frozenset(
    "tidy prune autodetect_on_failure single_page_link single_page_link_in_feed next_page_link parser convert_double_br_tags "
    "test_contains http_header replace_string find_string dissolve footnotes wrap_in skip_json_ld src_lazy_load_attr "
    "insert_detected_image requires_login not_logged_in_xpath login_uri login_username_field login_password_field "
    "login_extra_fields if_page_contains native_ad_clue strip_attr".split()
)
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
    hosts: tuple[str, ...]  # `.example.com` is example.com and all below it
    kinds: tuple[Kind, ...]
    file: str
    zone: str = ""  # of times that name none
    test: tuple[str, ...] = ()

    def is_for(self, host: str) -> bool:
        return any(host == own or (own[:1] == "." and f".{host}".endswith(own)) for own in self.hosts)


def rules_for(url: str, rules: SiteRules) -> list[Rule]:
    """The rules for an address: the user's own before those that ship, a host before a whole domain."""
    host = host_of(url)
    own = _own(rules.folder) if rules.folder else ()
    found = [rule for rule in (*own, *(_shipped(host) if rules.shipped else ())) if rule.is_for(host)]
    return sorted(found, key=lambda rule: (rule.file.startswith("clipper/"), host not in rule.hosts))


def load(file: Path) -> Rule:
    """The rule in a file; `FileError` says what is wrong with it."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"cannot read the site rule {file}: {error}") from error
    return _parsed(text, file.name, str(file))


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


@cache
def _own(folder: str) -> tuple[Rule, ...]:
    """The user's rules. One that cannot be read stops nobody: `clip site test` tells of it."""
    return tuple(_loadable(Path(folder))) if Path(folder).is_dir() else ()


def _loadable(folder: Path) -> Iterator[Rule]:
    for file in sorted(folder.iterdir()):
        if file.suffix in SUFFIXES and file.is_file():
            try:
                yield load(file)
            except FileError:
                continue


def _parsed(text: str, name: str, where: str) -> Rule:
    import tomllib

    from cssselect import SelectorError

    try:
        return _from_ftr(text, name, where) if name.endswith(".txt") else _from_toml(tomllib.loads(text), text, where)
    except (tomllib.TOMLDecodeError, SelectorError, etree.XPathError, re.error, TypeError, ValueError) as error:
        raise FileError(f"the site rule {where} cannot be used: {error}") from error


def _from_toml(data: dict[str, Any], text: str, where: str) -> Rule:
    hosts = tuple(str(host).lower() for host in data.get("hosts", ()))
    kinds = tuple(_kind(table) for table in data.get("kind", ()))
    if not hosts or not kinds:
        raise ValueError("it names no hosts or has no [[kind]]")
    return Rule(
        name=str(data.get("name") or Path(where).stem),
        version=str(data.get("version") or _hash(text)),
        hosts=hosts,
        kinds=kinds,
        file=where,
        zone=str(data.get("zone", "")),
        test=tuple(data.get("test", ())),
    )


def _kind(table: dict[str, Any]) -> Kind:
    unknown = set(table) - {"name", "path", *SELECTORS, *PATTERNS}
    if unknown:
        raise ValueError(f"it has a directive that nobody knows: {', '.join(sorted(unknown))}")
    from cssselect import HTMLTranslator

    translate = HTMLTranslator()
    return Kind(
        name=str(table.get("name", "")),
        path=re.compile(table["path"]) if "path" in table else None,
        selectors={
            key: tuple(etree.XPath(translate.css_to_xpath(selector)) for selector in _list(table[key]))
            for key in SELECTORS
            if key in table
        },
        patterns={key: tuple(re.compile(p) for p in _list(table[key])) for key in PATTERNS if key in table},
    )


def _from_ftr(text: str, name: str, where: str) -> Rule:
    """A ftr-site-config file: `directive: value` a line, XPath, `#` a comment; the host is the file's name."""
    paths: dict[str, list[etree.XPath]] = {key: [] for key in FTR.values()}
    tests = []
    for line in text.splitlines():
        directive, separator, value = (part.strip() for part in line.partition(":"))
        if not separator or line.lstrip().startswith("#") or not value:
            continue
        if directive in FTR:
            paths[FTR[directive]].append(etree.XPath(value))
        elif directive == "strip_id_or_class":
            paths["strip"].append(_containing(("class", "id"), value, "*"))
        elif directive == "strip_image_src":
            paths["strip"].append(_containing(("src",), value, "img"))
        elif directive == "test_url":
            tests.append(value)
        elif directive.split("(")[0] not in FTR_IGNORED:
            raise ValueError(f"it has a directive that nobody knows: {directive}")
    host = name.removesuffix(".txt").lower()
    bare = host.removeprefix(".").removeprefix("www.")
    hosts = (f".{bare}",) if host.startswith(".") else (bare, f"www.{bare}")
    kind = Kind("", selectors={key: tuple(found) for key, found in paths.items() if found})
    return Rule(name=host, version=_hash(text), hosts=hosts, kinds=(kind,), file=where, test=tuple(tests))


def _containing(attributes: tuple[str, ...], value: str, tag: str) -> etree.XPath:
    """Elements an attribute of which has the value in it; it may be in quotes."""
    literal = value.strip("'\"").replace('"', "")
    tests = " or ".join(f'contains(@{name}, "{literal}")' for name in attributes)
    return etree.XPath(f"//{tag}[{tests}]")


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]


def _list(value: Any) -> list[str]:
    found = [value] if isinstance(value, str) else list(value)
    if not all(isinstance(entry, str) for entry in found):
        raise ValueError(f"{value!r} is neither a text nor a list of texts")
    return found
