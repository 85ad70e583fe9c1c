"""Charts as SVG, made here: with axes, a title, a text that says the same, and no script.

Colours come from classes, so that they follow the reader's light or dark; each series has a texture of its own too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

__all__ = ["Bar", "Chart", "bars", "columns"]

WIDTH, HEIGHT = 440, 190  # a phone shows it at .8 of its size, a screen at 1.2
LEFT, RIGHT, TOP, BOTTOM = 52, 6, 12, 28
STEPS = (1, 2, 2.5, 5, 10)
LABELS_AT_MOST = 5
ROW = 26  # height of a lying bar
NAMES = 150  # width of the names beside lying bars


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and what it says in words."""

    svg: Markup
    title: str
    words: str  # the text alternative
    legend: list[tuple[str, str]]  # (class, name)
    head: list[str]  # the same numbers as a table
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Bar:
    """One lying bar."""

    name: str
    value: float
    shown: str


def columns(
    name: str,
    title: str,
    days: Sequence[str],
    series: Mapping[str, tuple[str, Sequence[float]]],
    *,
    unit: str,
    told: Callable[[float], str] = lambda number: f"{number:,.0f}",
) -> Chart:
    """Stacked columns over days. `series` are named by their class: (what it is called, a number for each day)."""
    totals = [sum(values[n] for _, values in series.values()) for n in range(len(days))]
    top, step = _scale(max(totals, default=0))
    high = HEIGHT - TOP - BOTTOM
    wide = (WIDTH - LEFT - RIGHT) / max(1, len(days))
    parts = [_axis(top, step, high, told)]
    for n, at in enumerate(days):
        y = float(TOP + high)
        for kind, (_, values) in series.items():
            tall = high * values[n] / top
            y -= tall
            if values[n]:
                parts.append(_rect(kind, LEFT + n * wide + wide * 0.1, y, wide * 0.8, tall))
        if n % max(1, -(-len(days) // LABELS_AT_MOST)) == 0:
            parts.append(_text(LEFT + (n + 0.5) * wide, HEIGHT - 10, at[5:], "middle"))
    words = _words(title, unit, days, totals, {label: sum(values) for label, values in series.values()}, told)
    rows = [[at, *(told(values[n]) for _, values in series.values())] for n, at in enumerate(days) if totals[n]]
    head = ["Day", *(label for label, _ in series.values())]
    legend = [(kind, label) for kind, (label, _) in series.items()] if len(series) > 1 else []
    return Chart(_svg(name, title, words, HEIGHT, parts), title, words, legend, head, rows)


def bars(name: str, title: str, found: Sequence[Bar], *, unit: str, kind: str = "one") -> Chart:
    """Lying bars, the longest first."""
    longest = max((bar.value for bar in found), default=0) or 1
    room = WIDTH - NAMES - 64
    parts = []
    for n, bar in enumerate(found):
        y = TOP + n * ROW
        said = bar.name if len(bar.name) <= 21 else f"{bar.name[:20]}…"
        parts.append(_text(NAMES - 8, y + 15, said, "end"))
        wide = max(1.0, room * bar.value / longest)
        parts.append(_rect(kind, NAMES, y + 3, wide, ROW - 8))
        parts.append(_text(NAMES + wide + 6, y + 15, bar.shown, "start"))
    height = TOP + ROW * len(found) + 6
    parts.append(Markup('<path class="axis" d="M{} {}V{}"/>').format(NAMES, TOP, height - 4))
    words = f"{title}: " + ("; ".join(f"{bar.name} {bar.shown}" for bar in found) or "nothing") + "."
    rows = [[bar.name, bar.shown] for bar in found]
    return Chart(_svg(name, title, words, height, parts), title, words, [], [title, unit], rows)


def _scale(most: float) -> tuple[float, float]:
    """The top of an axis and its step: round numbers, three to five steps."""
    if most <= 0:
        return 1, 1
    size = 1.0
    while size * 10 <= most / 2:
        size *= 10
    while size > most:
        size /= 10
    step = next((size * factor for factor in STEPS if size * factor * 4 >= most), size * 10)
    if most >= 1:
        step = max(1, step)
    steps = int(-(-most // step))
    return steps * step, step


def _axis(top: float, step: float, high: float, told: Callable[[float], str]) -> Markup:
    parts = []
    for n in range(round(top / step) + 1):
        y = TOP + high - high * n * step / top
        parts.append(
            Markup('<path class="{}" d="M{} {}H{}"/>').format("grid" if n else "axis", LEFT, _n(y), WIDTH - RIGHT)
        )
        parts.append(_text(LEFT - 6, y + 4, told(n * step), "end"))
    return Markup("").join(parts)


def _svg(name: str, title: str, words: str, height: float, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{n}-title {n}-words">'
        '<title id="{n}-title">{}</title><desc id="{n}-words">{}</desc>{}</svg>'
    ).format(WIDTH, _n(height), title, words, Markup("").join(parts), n=name)


def _rect(kind: str, x: float, y: float, wide: float, tall: float) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        kind, _n(x), _n(y), _n(wide), _n(tall)
    )


def _text(x: float, y: float, said: str, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(_n(x), _n(y), anchor, said)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _words(
    title: str,
    unit: str,
    days: Sequence[str],
    totals: Sequence[float],
    sums: dict[str, float],
    told: Callable[[float], str],
) -> str:
    """What a chart says, in a sentence or two."""
    if not any(totals):
        return f"{title}: nothing from {days[0]} to {days[-1]}." if days else f"{title}: nothing."
    most = max(range(len(days)), key=lambda n: totals[n])
    split = ", ".join(f"{label} {told(number)}" for label, number in sums.items())
    return (
        f"{title}, {days[0]} to {days[-1]}: {told(sum(totals))} {unit} ({split}); most on {days[most]},"
        f" {told(totals[most])}."
    )
