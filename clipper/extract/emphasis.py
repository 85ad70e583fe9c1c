"""Which runs bold, italic and struck text may cover so that CommonMark reads them back.

A closing `**` after punctuation counts only before white space or punctuation (CommonMark 6.2), so
`**重要。**后` shows its asterisks. Text without spaces between words meets that at every turn. Here
the punctuation at such an edge leaves the emphasis: `**重要**。后`. Nothing else of it can be seen.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from clipper.extract.document import Kind, Link, Mark, Marks, Run
from clipper.extract.escapes import is_punctuation, is_space

EMPHASIS = {"strong": "**", "em": "*", "del": "~~"}
RAISED = frozenset(("sup", "sub"))  # written as HTML


def settled(runs: Sequence[Run]) -> list[Run]:
    """The runs with every emphasis ending where it can be read, and no mark around space alone."""
    out = list(runs)
    marks = {mark for run in out for mark in run.marks}
    # All links in one pass: a paragraph can have a hundred thousand of them.
    out = _settle(out, _link_of)
    for mark in marks:
        if mark not in EMPHASIS and mark != "code" and not isinstance(mark, Link):
            out = _settle(out, _only(mark))
    if not marks.isdisjoint(RAISED):
        out = [_plain(run) if _is_alone(out, i) else run for i, run in enumerate(out)]
    for mark in EMPHASIS:
        if mark in marks:
            out = _settle(out, _only(mark))
    if "em" in marks and "strong" in marks:
        out = _apart(out)
    return out


def _is_alone(runs: Sequence[Run], index: int) -> bool:
    """Whether a raised or lowered run is emphasised while a neighbour is not."""
    run = runs[index]
    if RAISED.isdisjoint(run.marks):
        return False
    sides = [*runs[max(index - 1, 0) : index], *runs[index + 1 : index + 2]]
    mine = {mark for mark in run.marks if mark in EMPHASIS}
    return len(sides) < 2 or any(mine - set(side.marks) for side in sides)


def _plain(run: Run) -> Run:
    for mark in EMPHASIS:
        run = without(run, mark)
    return run


def _apart(runs: list[Run]) -> list[Run]:
    """Italics taken off where they touch bold text without lying in it or around it.

    `**a***b*` is read one way between letters and another way between full stops.
    """
    out = list(runs)
    bold = _stretches(runs, "strong")
    for start, stop in _stretches(runs, "em"):
        first = bisect_left(bold, start, key=lambda stretch: stretch[1])
        for left, right in bold[first : first + 1 + stop - start]:
            around = start <= left and right <= stop
            within = left <= start and stop <= right
            if right >= start and left <= stop and not around and not within:
                out[start:stop] = [without(run, "em") for run in out[start:stop]]
    return out


def _stretches(runs: Sequence[Run], mark: str) -> list[tuple[int, int]]:
    edges = [i for i in range(len(runs) + 1) if _has(runs, i, mark) != _has(runs, i - 1, mark)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _has(runs: Sequence[Run], index: int, mark: str) -> bool:
    return 0 <= index < len(runs) and mark in runs[index].marks


def _link_of(run: Run) -> Mark | None:
    """The link that a run is in."""
    return next((mark for mark in run.marks if isinstance(mark, Link)), None)


def _only(mark: Mark) -> Callable[[Run], Mark | None]:
    """Finds that one mark in a run."""
    return lambda run: mark if mark in run.marks else None


def _settle(runs: list[Run], mark_of: Callable[[Run], Mark | None]) -> list[Run]:
    """Each stretch of runs under the mark that is asked for, trimmed at its edges."""
    out: list[Run] = []
    start = 0
    while start < len(runs):
        mark = mark_of(runs[start])
        if mark is None:
            out.append(runs[start])
            start += 1
            continue
        stop = start + 1
        while stop < len(runs) and mark in runs[stop].marks:
            stop += 1
        following = runs[stop] if stop < len(runs) else None
        out.extend(_Edges(mark, runs[start:stop], out[-1] if out else None, following).trimmed())
        start = stop
    return out


class _Edges:
    """The runs under one mark, and what stands before and after them."""

    def __init__(self, mark: Mark, runs: list[Run], before: Run | None, after: Run | None) -> None:
        self.mark = mark
        self.runs = runs
        self.counts = mark in EMPHASIS  # for other marks only white space leaves
        # Of the link that is around all of them only what stands in it is next to them.
        self.around = set(runs[0].marks).intersection(*(run.marks for run in runs[1:]))
        self.before = self._edge(before, front=False)
        self.after = self._edge(after, front=True)

    def trimmed(self) -> list[Run]:
        """The runs, those at the edges without the mark where it could not be read there."""
        head: list[Run] = []
        tail: list[Run] = []
        while self.runs and (size := self._excess(self.runs[0], self.before, front=True)):
            first = self.runs.pop(0)
            if first.kind is Kind.TEXT and size < len(first.text):
                self.runs.insert(0, Run(first.text[size:], first.marks))
                first = Run(first.text[:size], first.marks)
            head.append(without(first, self.mark))
            self.before = self._edge(head[-1], front=False)
        while self.runs and (size := self._excess(self.runs[-1], self.after, front=False)):
            last = self.runs.pop()
            if last.kind is Kind.TEXT and size < len(last.text):
                self.runs.append(Run(last.text[:-size], last.marks))
                last = Run(last.text[-size:], last.marks)
            tail.insert(0, without(last, self.mark))
            self.after = self._edge(tail[0], front=True)
        return [*head, *self.runs, *tail]

    def _excess(self, run: Run, outside: str, *, front: bool) -> int:
        """How many characters at the run's edge must leave; 0: the mark may end here."""
        if run.kind is Kind.BREAK or (self.counts and run.kind in (Kind.IMAGE, Kind.EMBED)):
            return 1  # a picture is never bold
        safe = not self.counts or is_space(outside) or is_punctuation(outside)
        if self._closed(run):
            return 0 if safe else max(len(run.text), 1)
        text = run.text
        space = len(text) - len(text.lstrip() if front else text.rstrip())
        if space or safe:
            return space
        return 1 if is_punctuation(text[0] if front else text[-1]) else 0

    def _edge(self, run: Run | None, *, front: bool) -> str:
        """The character of a neighbour that the mark would stand next to; "!" for any sign."""
        if run is None or run.kind is Kind.BREAK:
            return ""
        inside = not any(isinstance(m, Link) and m not in run.marks for m in self.around)
        if not inside or self._closed(run):
            return "!"
        return (run.text[:1] if front else run.text[-1:]) or "!"

    def _closed(self, run: Run) -> bool:
        """Whether a run is written with signs of its own around its text."""
        if run.kind is not Kind.TEXT or "code" in run.marks or not RAISED.isdisjoint(run.marks):
            return True
        return any(isinstance(m, Link) and m not in self.around for m in run.marks)


def without(run: Run, mark: Mark) -> Run:
    """The run under its other marks."""
    marks: Marks = tuple(m for m in run.marks if m != mark)
    return Run(run.text, marks, run.kind, run.url, run.title, run.display)
