"""Atom (RFC 4287), written: text and HTML of pages stand in it as text, whatever is in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

__all__ = ["atom", "atom_entry"]

# XML 1.0 has no way to write these, and asks not to use those of C1.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def atom(
    *,
    name: str,
    title: str,
    updated: str,
    entries: Iterable[str],
    author: str | None = None,
    own: str | None = None,
    home: str | None = None,
) -> str:
    """A feed: `name` is its id, `updated` a time of RFC 3339, `own` and `home` the addresses of itself and its page."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{_text(name)}</id><title>{_text(title)}</title><updated>{updated}</updated>",
    ]
    if author:
        lines.append(_author(author))
    if own:
        lines.append(f'<link rel="self" href="{_text(own)}"/>')
    if home:
        lines.append(f'<link rel="alternate" type="text/html" href="{_text(home)}"/>')
    return "\n".join([*lines, *entries, "</feed>", ""])


def atom_entry(
    *, name: str, title: str, link: str, updated: str, html: str, author: str | None = None, summary: str | None = None
) -> str:
    """An entry: `name` is its id, `html` its content."""
    return (
        f'<entry><id>{_text(name)}</id><title>{_text(title)}</title><link href="{_text(link)}"/>'
        f"<updated>{updated}</updated>{_author(author) if author else ''}"
        + (f"<summary>{_text(summary)}</summary>" if summary else "")
        + f'<content type="html">{_text(html)}</content></entry>'
    )


def _author(name: str) -> str:
    return f"<author><name>{_text(name)}</name></author>"


def _text(text: str) -> str:
    return escape(NOT_XML.sub("\ufffd", text))
