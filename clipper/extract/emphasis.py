"""Which runs bold, italic and struck text may cover so that CommonMark reads them back.

A closing `**` after punctuation counts only before white space or punctuation (CommonMark 6.2), so
`**重要。**后` shows its asterisks. Text without spaces between words meets that at every turn. Here
the punctuation at such an edge leaves the emphasis: `**重要**。后`. Nothing else of it can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence

from clipper.extract.document import Kind, Link, Marks, Run, stretch
from clipper.extract.escapes import is_punctuation, is_space

EMPHASIS = {"strong": "**", "em": "*", "del": "~~"}


def settled(runs: Sequence[Run]) -> list[Run]:
    """The runs with every emphasis ending where it can be read, none twice, none around nothing."""
    out = [run if run.kind is not Kind.TEXT else _known(run) for run in runs]
    for mark in EMPHASIS:
        if any(mark in run.marks for run in out):
            out = _settle(out, mark)
    return out


def _known(run: Run) -> Run:
    return run


def _settle(runs: list[Run], mark: str) -> list[Run]:
    out: list[Run] = []
    start = 0
    while start < len(runs):
        if mark not in runs[start].marks:
            out.append(runs[start])
            start += 1
            continue
        stop = start + 1
        while stop < len(runs) and mark in runs[stop].marks:
            stop += 1
        before = _last(out)
        after = _first(runs[stop]) if stop < len(runs) else ""
        out.extend(_trimmed(runs[start:stop], mark, before, after))
        start = stop
    return out


def _trimmed(runs: list[Run], mark: str, before: str, after: str) -> list[Run]:
    """The runs under one emphasis, without it where its edges could not be read."""
    head: list[Run] = []
    tail: list[Run] = []
    while runs and (size := _excess(runs[0], before, front=True)):
        head.append(_without(_part(runs[0], 0, size), mark))
        before = _last(head)
        runs = _rest(runs, 0, size)
    while runs and (size := _excess(runs[-1], after, front=False)):
        last = runs[-1]
        cut = len(last.text) - size
        tail.insert(0, _without(_part(last, cut, None), mark))
        after = _first(tail[0])
        runs = _rest(runs, -1, cut)
    return [*head, *runs, *tail]


def _rest(runs: list[Run], index: int, cut: int) -> list[Run]:
    """The runs after text was cut from the first (index 0) or the last (index -1)."""
    run = runs[index]
    if index == 0:
        left = [] if run.kind is not Kind.TEXT or cut >= len(run.text) else [_part(run, cut, None)]
        return left + runs[1:]
    left = [] if run.kind is not Kind.TEXT or cut <= 0 else [_part(run, 0, cut)]
    return runs[:-1] + left


def _excess(run: Run, outside: str, *, front: bool) -> int:
    """How many characters at the run's edge cannot stand inside the emphasis; all for no text."""
    if run.kind is Kind.BREAK:
        return 1
    text = run.text
    if run.kind is not Kind.TEXT or "code" in run.marks or _link(run):
        return 0 if is_space(outside) or is_punctuation(outside) else max(len(text), 1)
    size = len(text) - len(text.lstrip() if front else text.rstrip())
    if size:
        return size
    if is_space(outside) or is_punctuation(outside):
        return 0
    edge = text[0] if front else text[-1]
    return 1 if is_punctuation(edge) else 0


def _link(run: Run) -> bool:
    return any(isinstance(mark, Link) for mark in run.marks)


def _part(run: Run, start: int, stop: int | None) -> Run:
    if run.kind is not Kind.TEXT:
        return run
    return Run(run.text[start:stop], run.marks)


def _without(run: Run, mark: str) -> Run:
    marks: Marks = tuple(m for m in run.marks if m != mark)
    return Run(run.text, marks, run.kind, run.url, run.title, run.display)


def _last(runs: Sequence[Run]) -> str:
    return _edge(runs[-1], front=False) if runs else ""


def _first(run: Run) -> str:
    return _edge(run, front=True)


def _edge(run: Run, *, front: bool) -> str:
    if run.kind is Kind.BREAK:
        return ""
    if run.kind is not Kind.TEXT or "code" in run.marks or _link(run):
        return "!"
    if {"sup", "sub"} & set(run.marks):
        return "<"
    return (run.text[:1] if front else run.text[-1:]) or "!"


__all__ = ["EMPHASIS", "settled", "stretch"]
