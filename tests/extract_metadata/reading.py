"""Pages put together for the tests of metadata."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from clipper.extract.metadata import Metadata, metadata
from clipper.extract.page import parse

NOW = datetime(2026, 10, 2, 23, 30, tzinfo=UTC)  # 3 October in China
URL = "https://www.island-news.example/culture/lighthouse"
STORY = [
    "The keeper wrote a letter every evening, and the boat took them over the water once a week.",
    "Nobody on the mainland knew how many there were until the old archive was opened last winter.",
    "They are now on show in the town hall, in the order in which they were written at the lamp.",
]
GERMAN_STORY = [
    "Die Wärterin schrieb jeden Abend einen Brief, und das Boot nahm sie einmal in der Woche mit über das Wasser.",
    "Niemand auf dem Festland wusste, wie viele es waren, bis im letzten Winter das alte Archiv geöffnet wurde.",
    "Sie sind jetzt im Rathaus zu sehen, und zwar in der Reihenfolge, in der sie unter der Lampe geschrieben wurden.",
]
CHINESE_STORY = [
    "看守人每天晚上都写一封信，小船每周一次把这些信带过海峡，交给对岸小镇的邮局。",
    "直到去年冬天旧档案馆重新开放，人们才知道这些信一共有多少封，又寄给了哪些人。",
    "现在这些信按照写作的先后次序陈列在镇公所里，参观的人可以坐下来慢慢地读完。",
]


def read(body: str, *, head: str = "", lang: str = "en", story: list[str] | None = None, url: str = URL) -> Metadata:
    """The metadata of a page; `STORY` in the body stands for the article's paragraphs."""
    paragraphs = STORY if story is None else story
    body = body.replace("STORY", "".join(f"<p>{text}</p>" for text in paragraphs))
    root = parse(f'<!doctype html><html lang="{lang}"><head>{head}</head><body>{body}</body></html>')
    assert root is not None
    return metadata(root, base=url, text=re.sub("<[^>]*>", "", "\n\n".join(paragraphs)), now=NOW, url=url)


def linked(data: str) -> str:
    """A script of JSON-LD."""
    return f'<script type="application/ld+json">{data}</script>'
