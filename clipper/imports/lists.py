"""Addresses that somebody kept: bookmarks, read-later services, watchers, plain lists.

.html         a browser's bookmarks (Netscape file); Pocket's and Instapaper's pages of links
.csv          Pocket, Instapaper, Raindrop: any table with a column of addresses
.json .jsonl  ArchiveBox's index, Pinboard: any list of objects with addresses
.yaml         urlwatch's list
.txt          one address a line
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from clipper.errors import FileError
from clipper.imports.found import Kept, Skipped

__all__ = ["SUFFIXES", "kept"]

SUFFIXES = (".html", ".htm", ".csv", ".json", ".jsonl", ".yaml", ".yml", ".txt", ".list")
HTTP = ("http://", "https://")
OF_THE_BROWSER = ("javascript:", "place:", "data:", "about:", "chrome:", "file:")  # which nobody misses
TOMORROW = timedelta(days=1)
URL = ("url", "href", "given_url", "resolved_url", "link", "uri", "navigate")
TITLE = ("title", "name", "resolved_title", "given_title", "description")
TIME = ("time_added", "timestamp", "created", "created_at", "time", "date_added", "added", "bookmarked_at", "date")
TAGS = ("tags", "tags_str", "folder", "labels", "keywords")
NOTE = ("note", "notes", "extended", "selection", "excerpt")
OWN = re.compile(r"\s+#.*$")

Row = dict[str, Any]


def kept(path: Path) -> Iterator[Kept | Skipped]:
    """The addresses in a file; `FileError` if it cannot be read or holds none."""
    try:
        text = path.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}") from error
    suffix = path.suffix.lower()
    found: list[Kept | Skipped]
    try:
        if suffix in (".html", ".htm"):
            found = list(_bookmarks(text))
        elif suffix == ".csv":
            found = list(_rows(csv.DictReader(StringIO(text, newline=""))))
        elif suffix in (".json", ".jsonl"):
            found = list(_rows(_objects(text)))
        elif suffix in (".yaml", ".yml"):
            found = list(_watched(text))
        else:
            found = list(_lines(text))
    except (ValueError, csv.Error, yaml.YAMLError) as error:
        said = " ".join(str(error).split())[:160]
        raise FileError(f"{path} is no {suffix[1:].upper()} file that can be read: {said}") from error
    if not any(isinstance(one, Kept) for one in found):
        raise FileError(f"{path} holds no address that could be imported")
    yield from found


class _Links(HTMLParser):
    """The links of a page of bookmarks, each with the folders that it is in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Kept | Skipped] = []
        self._folders: list[str] = []
        self._pending = ""
        self._link: dict[str, str] = {}
        self._text: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._inside == "dd":  # which nothing closes
            self._end()
        if tag == "dl":
            self._folders.append(self._pending)
            self._pending = ""
        elif tag in ("h3", "a", "dd"):
            self._inside, self._text = tag, []
            self._link = {name: value or "" for name, value in attrs}

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "dl" and self._folders:
            self._folders.pop()
        if tag == self._inside or self._inside == "dd":
            self._end()

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        """Take in what the element said that is at its end."""
        words = " ".join("".join(self._text).split())
        if self._inside == "h3":
            self._pending = words
        elif self._inside == "a":
            self._add(self._link, words)
        elif self._inside == "dd" and words and self.found:
            last = self.found[-1]
            if isinstance(last, Kept) and last.note is None:
                self.found[-1] = replace(last, note=words)
        self._inside = ""

    def _add(self, link: dict[str, str], words: str) -> None:
        url = link.get("href", "").strip()
        if url.startswith(HTTP):
            tags = [*filter(None, self._folders), *_split(link.get("tags", ""))]
            at = _moment(link.get("add_date") or link.get("time_added") or "")
            title = words if words and words != url else None
            self.found.append(Kept(url, title, at, tuple(dict.fromkeys(tags)), link.get("description") or None))
        elif ":" in url and not url.lower().startswith(OF_THE_BROWSER):
            self.found.append(Skipped(url, "it is no http or https address"))


def _bookmarks(text: str) -> Iterator[Kept | Skipped]:
    parser = _Links()
    parser.feed(text)
    parser.close()
    yield from parser.found


def _rows(rows: Iterable[Any]) -> Iterator[Kept | Skipped]:
    """Objects or rows of a table, told by the names of their fields."""
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            yield Skipped(f"entry {number}", "it is no object with fields")
            continue
        fields = {str(name).strip().lower().replace(" ", "_"): value for name, value in row.items()}
        url = str(_first(fields, URL) or "").strip()
        if not url.startswith(HTTP):
            yield Skipped(f"entry {number}", "it names no http or https address")
            continue
        title = str(_first(fields, TITLE) or "").strip()
        note = str(_first(fields, NOTE) or "").strip()
        tags = dict.fromkeys(tag for name in TAGS for tag in _split(fields.get(name)))
        yield Kept(url, title if title != url else None, _moment(_first(fields, TIME)), tuple(tags), note or None)


def _objects(text: str) -> list[Any]:
    """A JSON list, an object that holds one, or one object a line."""
    try:
        data = json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list)]
        return lists[0] if lists else [data]
    return data if isinstance(data, list) else []


def _watched(text: str) -> Iterator[Kept | Skipped]:
    """urlwatch's jobs: documents with `url` or `navigate`, `name` and `tags`; others run commands."""
    for number, job in enumerate(yaml.safe_load_all(text), 1):
        for one in job if isinstance(job, list) else [job]:
            if one is None:
                continue
            found = next(iter(_rows([one])))
            if isinstance(found, Kept):
                yield Kept(found.url, found.title, found.at, found.tags, str(one.get("note") or "") or None, watch=True)
            else:
                yield Skipped(f"job {number}", "it watches no http or https address")


def _lines(text: str) -> Iterator[Kept | Skipped]:
    for number, line in enumerate(text.splitlines(), 1):
        words = OWN.sub("", line).strip()
        if not words or words.startswith("#"):
            continue
        url, _, title = words.partition(" ")
        if url.startswith(HTTP):
            yield Kept(url, title.strip() or None)
        else:
            yield Skipped(f"line {number}", "it begins with no http or https address")


def _first(fields: Row, names: tuple[str, ...]) -> Any:
    return next((fields[name] for name in names if fields.get(name)), None)


def _split(tags: object) -> list[str]:
    """Tags as services write them: lists, lists as text, or joined by commas or bars."""
    if isinstance(tags, str) and tags.startswith("["):
        with suppress(ValueError):
            tags = json.loads(tags)
    if isinstance(tags, list):
        return [str(tag.get("name") if isinstance(tag, dict) else tag).strip() for tag in tags if tag]
    return [tag for part in re.split(r"[,|]", str(tags or "")) if (tag := part.strip())]


def _moment(value: Any) -> datetime | None:
    """A time as seconds, milliseconds or microseconds since 1970, or in ISO's form; not one to come."""
    text = str(value or "").strip()
    try:
        if re.fullmatch(r"\d{9,17}(\.\d+)?", text):
            seconds = float(text)
            while seconds > 1e11:
                seconds /= 1000
            moment = datetime.fromtimestamp(seconds, UTC)
        else:
            moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if moment < datetime.now(UTC) + TOMORROW else None
