"""Runs of text made tidy: white space as a browser shows it, paragraphs where two breaks stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from clipper.extract.document import Kind, Marks, Run
from clipper.extract.patterns import compiled

# C0, C1, zero-width space, soft hyphen, word joiner, byte order mark, direction overrides, and the
# code points that are no characters. Joiners (U+200C, U+200D) stay: Persian and emoji need them. So do two
# word joiners (or what they were once, byte order marks) that hold a separator to its neighbours: Wikipedia
# sets them around the bar between coordinates. Elsewhere they are within words, which could not be found then.
_HELD = "[\u2060\ufeff] [/|·•–—×] [\u2060\ufeff]"
_NEVER = re.compile(
    f"({_HELD})|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\u202d\u202e\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_SPACE = re.compile(r"[ \t\n\r\x0b\f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]+")
_WIDE = "\u2e80-\u2fdf\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60"
# A line break in the source between two wide characters is no space (CSS Text 3, 4.1.3).
_WIDE_BREAK = rf"(?<=[{_WIDE}])[ \t\r]*\n[ \t\r\n]*(?=[{_WIDE}])"
_EDGE = " \u3000"


def clean(text: str) -> str:
    """Text without control characters; white space as it was."""
    return text if text.isprintable() else _NEVER.sub(r"\1", text)


def flat(text: str) -> str:
    """One line, single spaces, no control characters."""
    return _SPACE.sub(" ", clean(text)).strip(_EDGE)


def collapse(text: str) -> str:
    """White space folded as in a paragraph; one space may stay at either end."""
    if text.isprintable():  # so there is no white space but the usual space
        return _SPACE.sub(" ", text) if "  " in text else text
    text = clean(text)
    if "\n" in text and not text.isascii() and max(text) >= "\u2e80":
        text = compiled(_WIDE_BREAK).sub("", text)
    if "\u3000" in text or not text:  # which stays as it is
        return _SPACE.sub(" ", text)
    # In a fifth of the time that the expression takes.
    words = " ".join(text.split())
    if not words:
        return " "
    return f"{' ' * text[0].isspace()}{words}{' ' * text[-1].isspace()}"


def paragraphs(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """The runs in tidy paragraphs: split at two breaks in a row, trimmed, neighbours joined."""
    if len(runs) == 1 and runs[0].kind is Kind.TEXT:  # most are so
        if text := runs[0].text.strip(_EDGE):
            yield [Run(text, runs[0].marks)]
        return
    current: list[Run] = []
    for run in _collapsed(runs):
        if run.kind is Kind.BREAK:
            _trim_end(current)
            if not current:
                continue
            if current[-1].kind is Kind.BREAK:
                current.pop()
                yield current
                current = []
                continue
        elif run.kind is Kind.TEXT and (not current or current[-1].kind is Kind.BREAK):
            run.text = run.text.lstrip(_EDGE)
            if not run.text:
                continue
        current.append(run)
    _trim_end(current)
    while current and current[-1].kind is Kind.BREAK:
        current.pop()
        _trim_end(current)
    if current:
        yield current


def _trim_end(runs: list[Run]) -> None:
    while runs and runs[-1].kind is Kind.TEXT:
        runs[-1].text = runs[-1].text.rstrip(_EDGE)
        if runs[-1].text:
            return
        runs.pop()


def _collapsed(runs: Iterable[Run]) -> Iterator[Run]:
    """Runs with white space folded across their borders; neighbours of equal marks as one."""
    last: Run | None = None
    for run in runs:
        if run.kind is not Kind.TEXT:
            if last:
                yield last
                last = None
            yield run
            continue
        text = run.text
        if last is None:
            last = Run(text, run.marks)
        elif last.marks == run.marks:
            last.text = joined(last.text, text)
        else:
            if last.text.endswith(" "):
                text = text.removeprefix(" ")
            if not text:
                continue
            yield last
            last = Run(text, run.marks)
    if last:
        yield last


def joined(left: str, right: str) -> str:
    """Two pieces of folded text as one, with one space at most between them."""
    return left + (right.removeprefix(" ") if left.endswith(" ") else right)


def add(marks: Marks, mark: str) -> Marks:
    """The marks with one more; inside code nothing but a link is told apart."""
    return marks if mark in marks or "code" in marks else (*marks, mark)
