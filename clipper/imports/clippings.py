"""A Markdown file with front matter: `title`, `url`, `source`, `date`, `fetch_date`, in any order."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import yaml

from clipper import urls
from clipper.extract import judge_markdown
from clipper.models import Capture, Extraction

__all__ = ["clipping"]

FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.S)
LINE = re.compile(r"^([A-Za-z_][\w-]*):[ \t]*(.*)$")
MARK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`#>|]+|^\s*[-+]\s", re.M)
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
NAMES = {"url": ("url", "source_url", "link"), "site": ("source", "site", "site_name"), "date": ("date", "published")}
FETCHED = ("fetch_date", "fetched_at", "created", "saved", "date")


def clipping(data: bytes) -> tuple[Capture, Extraction]:
    """The file as a capture of its bytes and what it says; `ValueError` says why it is none."""
    text = data.decode("utf-8", "replace")
    match = FRONT.match(text)
    if not match:
        raise ValueError("no front matter")
    fields = _fields(match[1])
    url = urls.check(_first(fields, NAMES["url"]) or "") if _first(fields, NAMES["url"]) else None
    if url is None:
        raise ValueError("its front matter names no url")
    markdown = text[match.end() :].strip()
    plain = MARK.sub(r"\1", markdown)
    words = len(WORD.findall(plain))
    title = fields.get("title") or ""
    verdict, reason = judge_markdown(markdown.removeprefix(f"# {title}\n"))
    capture = Capture(
        url=url, final_url=url, status=200, headers=(("Content-Type", "text/markdown"),), body=data,
        fetched_at=_moment(_first(fields, FETCHED)), source="import",
    )  # fmt: skip
    return capture, Extraction(
        verdict=verdict,
        reason=reason,
        title=title or None,
        author=fields.get("author") or None,
        site=_first(fields, NAMES["site"]),
        published=_first(fields, NAMES["date"]),
        markdown=markdown,
        text=plain,
        words=words,
        extractor="import",
    )


def _fields(front: str) -> dict[str, str]:
    """The fields as text; YAML that does not parse (9 % of one real archive) is read line by line."""
    try:
        data = yaml.safe_load(front)
    except (yaml.YAMLError, ValueError):
        data = None
    if isinstance(data, dict):
        return {str(k): _text(v) for k, v in data.items() if v is not None}
    return {m[1]: m[2].strip().strip("'\"") for line in front.splitlines() if (m := LINE.match(line))}


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _first(fields: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((fields[name] for name in names if fields.get(name)), None)


def _moment(value: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(value or "")
    except ValueError:
        raise ValueError("its front matter has no date that can be read") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
