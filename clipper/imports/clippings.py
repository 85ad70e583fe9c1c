"""A Markdown file with front matter, in any order and as people write it.

`title`, `url`, `source`, `date`, `fetch_date` (clipper's predecessor); `source`, `published`, `created`, `author`,
`tags` (Obsidian and its web clipper). YAML that does not parse (9 % of one real archive) is read line by line.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import yaml

from clipper import urls
from clipper.extract import judge_markdown
from clipper.imports.found import Saved
from clipper.models import Capture, Extraction

__all__ = ["clipping", "from_file"]

FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.S)
LINE = re.compile(r"^([A-Za-z_][\w -]*):[ \t]*(.*)$")
ITEM = re.compile(r"^[ \t]+-[ \t]+(.*)$")
MARK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`#>|]+|^\s*[-+]\s", re.M)
# Chinese, Japanese and Korean by the run, of which each character is a word; that is the one group.
WORD = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
WIKI = re.compile(r"\[\[(?:[^\]|]*\|)?([^\]]*)\]\]")
ADDRESS = ("url", "source_url", "source-url", "link", "source", "permalink")
SITE = ("site", "site_name", "source")
PUBLISHED = ("date", "published", "date_published")
FETCHED = ("fetch_date", "fetched_at", "clipped", "created", "saved", "date_saved", "date")
LEAD = ("description", "excerpt", "summary")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Fields = dict[str, object]


class NoDate(ValueError):
    """The front matter has no date that can be read."""


def clipping(data: bytes, *, modified: datetime | None = None) -> Saved:
    """The file as a capture of its bytes and what it says; `ValueError` says why it is none.

    `modified` is the date of the file, for one whose front matter has no date.
    """
    text = data.decode("utf-8", "replace")
    match = FRONT.match(text)
    if not match:
        raise ValueError("no front matter")
    fields = _fields(match[1])
    url = _address(fields)
    if url is None:
        raise ValueError("its front matter names no url")
    markdown = text[match.end() :].strip()
    plain = MARK.sub(r"\1", markdown)
    found = WORD.findall(plain)
    words = found.count("") + len("".join(found))
    title = _first(fields, ("title",))
    verdict, reason = judge_markdown(markdown.removeprefix(f"# {title}\n"))
    capture = Capture(
        url=url, final_url=url, status=200, headers=(("Content-Type", "text/markdown"),), body=data,
        fetched_at=_moment(fields, modified), source="import",
    )  # fmt: skip
    extraction = Extraction(
        verdict=verdict,
        reason=reason,
        title=title,
        author=_first(fields, ("author", "authors")),
        site=_site(fields),
        published=_first(fields, PUBLISHED),
        lead=_first(fields, LEAD),
        markdown=markdown,
        text=plain,
        words=words,
        extractor="import",
    )
    return Saved(capture, extraction, _tags(fields))


def from_file(file: Path) -> Saved:
    """The clipping in a file; `OSError` or `ValueError` if there is none."""
    with file.open("rb") as opened:
        data = opened.read()
    try:
        return clipping(data)
    except NoDate:
        return clipping(data, modified=datetime.fromtimestamp(file.stat().st_mtime, UTC))


def _fields(front: str) -> Fields:
    """The fields by their names in small letters."""
    try:
        data = yaml.load(front, Loader=LOADER)
    except (yaml.YAMLError, ValueError):
        data = None
    if not isinstance(data, dict):
        data = _by_line(front)
    return {str(name).strip().lower(): value for name, value in data.items() if value not in (None, "")}


def _by_line(front: str) -> Fields:
    found: dict[str, object] = {}
    last = ""
    for line in front.splitlines():
        if match := LINE.match(line):
            last = match[1]
            found[last] = match[2].strip().strip("'\"")
        elif last and (item := ITEM.match(line)):
            held = found.get(last)
            found[last] = [*(held if isinstance(held, list) else []), item[1].strip().strip("'\"")]
    return found


def _address(fields: Fields) -> str | None:
    for name in ADDRESS:
        value = _text(fields.get(name))
        if value and (name != "source" or value.startswith(("http://", "https://"))):
            return urls.check(value)
    return None


def _site(fields: Fields) -> str | None:
    found = (_text(fields.get(name)) for name in SITE)
    return next((text for text in found if text and not text.startswith(("http://", "https://"))), None)


def _first(fields: Fields, names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := _text(fields.get(name)))), None)


def _text(value: object) -> str:
    """A value as text: dates in ISO's form, lists joined, links to notes by their words."""
    if isinstance(value, (list, tuple)):
        return ", ".join(text for item in value if (text := _text(item)))
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    text = "" if value is None else str(value)
    return WIKI.sub(r"\1", text) if "[[" in text else text


def _tags(fields: Fields) -> tuple[str, ...]:
    value = fields.get("tags", fields.get("tag"))
    parts = value if isinstance(value, list) else re.split(r"[,\s]+", _text(value).strip("[]"))
    names = (_text(part).strip().lstrip("#") for part in parts)
    return tuple(dict.fromkeys(name for name in names if name))


def _moment(fields: Fields, modified: datetime | None) -> datetime:
    for name in FETCHED:
        try:
            moment = datetime.fromisoformat(_text(fields.get(name)))
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if modified is None:
        raise NoDate("its front matter has no date that can be read")
    return modified
