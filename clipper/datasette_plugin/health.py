"""`/-/clips/health`: how every source is doing; what is wrong stands on top."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from clipper.datasette_plugin import charts, words
from clipper.datasette_plugin.door import enter
from clipper.datasette_plugin.pages import as_json
from clipper.datasette_plugin.state import State, state

__all__ = ["health"]

SPANS = (7, 30, 90)
KINDS = {
    "found": "new",
    "changed": "changed",
    "same": "unchanged",
    "failed": "failed",
}
VERDICTS = {"good": "read", "blocked": "blocked", "gone": "gone", "failing": "failing"}


async def health(datasette: Any, request: Any) -> Any:
    """Sources, hosts, what is wrong with them, and charts of the last days."""
    door = await enter(datasette, request)
    given = request.args.get("days") or ""
    span = int(given) if given in {str(n) for n in SPANS} else SPANS[1]
    found: State = await door.read(state, span, datetime.now(UTC))
    if as_json(request):
        return door.json(asdict(found))
    return await door.page("clipper_health.html", request, it=found, span=span, spans=SPANS, charts=_charts(found))


def _charts(found: State) -> list[charts.Chart]:
    """Checks a day, versions found, failures by kind, bytes, and what hosts take."""
    days = [day.day for day in found.days]
    outcomes, verdicts = (
        {kind: (label, [getattr(day, kind) for day in found.days]) for kind, label in named.items()}
        for named in (KINDS, VERDICTS)
    )
    versions = {kind: outcomes[kind] for kind in ("found", "changed")}
    most = max((day.bytes for day in found.days), default=0)
    return [
        charts.columns("checks", "Clips a day", days, outcomes, unit="attempts to fetch"),
        charts.columns("verdicts", "Verdicts a day", days, verdicts, unit="attempts"),
        charts.columns("versions", "Versions found a day", days, versions, unit="versions"),
        charts.bars(
            "failures", "Failures by kind", [charts.Bar(kind, n, f"{n:,}") for kind, n in found.kinds], unit="failures",
            kind="failed",
        ),
        charts.columns(
            "bytes", "Bytes fetched a day", days, {"one": ("bytes", [day.bytes for day in found.days])}, unit="fetched",
            told=words.size if most else lambda number: f"{number:.0f} B",
        ),
        charts.bars(
            "storage", found.storage.title,
            [charts.Bar(host, n, words.size(n)) for host, n in found.storage.hosts], unit="stored",
        ),
    ]  # fmt: skip
