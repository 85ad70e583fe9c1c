"""Times, sizes and snippets as a reader wants to see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

__all__ = [
    "FILTERS",
    "ago",
    "day",
    "is_cjk",
    "language",
    "marked",
    "minute",
    "plural",
    "size",
    "upcoming",
    "without_title",
]

CJK_LANGUAGES = ("zh", "ja", "ko")
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
STEPS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def day(moment: str | None) -> str:
    """The day of a time or date as the archive has it."""
    return (moment or "")[:10]


def minute(moment: str | None) -> str:
    """Day, hour and minute; UTC where the archive wrote it."""
    text = (moment or "")[:16].replace("T", " ")
    return f"{text} UTC" if (moment or "").endswith("Z") else text


def ago(moment: str | None, now: datetime | None = None) -> str:
    """How long ago, or in how long: "3 days ago", "in 2 hours"; empty for no time."""
    if not moment:
        return ""
    seconds = ((now or datetime.now(UTC)) - datetime.fromisoformat(moment)).total_seconds()
    for length, name in STEPS:
        if abs(seconds) >= length:
            said = plural(round(abs(seconds) / length), name)
            return f"{said} ago" if seconds > 0 else f"in {said}"
    return "just now"


def upcoming(moment: str | None, now: datetime | None = None) -> str:
    """When something will be done: "in 2 hours", or "due"; empty for no time."""
    told = ago(moment, now)
    return told if told.startswith("in ") or not told else "due"


def plural(number: int, name: str) -> str:
    """A number with its noun: "1 page", "1,204 pages"."""
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def size(number: int | float | None) -> str:
    """Bytes: "812 B", "1.2 KB", "34 MB"."""
    amount = float(number or 0)
    for unit in ("B", "KB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.0f} GB" if amount >= 10 else f"{amount:.1f} GB"


def marked(snippet: str) -> Markup:
    """A snippet with the words found marked: U+0002 and U+0003 stand around them."""
    text = str(escape(snippet)).replace("\x02", "<mark>").replace("\x03", "</mark>")
    return Markup(text)


def is_cjk(language: str | None, text: str) -> bool:
    """Whether an article is to be set as Chinese, Japanese or Korean."""
    if language:
        return language in CJK_LANGUAGES
    sample = text[:1000]
    return len(CJK.findall(sample)) > len(sample) / 4


def without_title(article: str, title: str | None) -> str:
    """An article without a first heading that only repeats the title above it."""
    first, _, rest = article.lstrip().partition("\n")
    return rest if title and first.startswith("# ") and first[2:].strip() == title.strip() else article


def language(code: str | None) -> str:
    """A language as HTML wants it; empty for what is none."""
    return code if code and LANGUAGE.fullmatch(code) else ""


FILTERS: dict[str, Callable[..., Any]] = {
    "day": day,
    "minute": minute,
    "ago": ago,
    "upcoming": upcoming,
    "plural": plural,
    "size": size,
    "marked": marked,
    "language": language,
}
