"""No suggested facets on archives: each suggestion groups a whole table by a column.

Of a page of 100,000 versions (665 ms) the suggestions took 637, of one of 250,000 (3.9 s) all but .3 s. Facets
that help are set by `settings`, with indexes under them; any other is one click away in a column's menu.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

__all__ = ["unsuggested"]


def unsuggested(is_archive: Callable[[Any, str], bool]) -> Generator[None, Any, None]:
    """A wrapper around the hook `register_facet_classes`: the same classes, silent where `is_archive`."""
    outcome = yield
    outcome.force_result([[_silent(kind, is_archive) for kind in kinds] for kinds in outcome.get_result()])


def _silent(kind: type[Any], is_archive: Callable[[Any, str], bool]) -> type[Any]:
    async def suggest(self: Any) -> list[dict[str, Any]]:
        if is_archive(self.ds, self.database):
            return []
        suggested: list[dict[str, Any]] = await kind.suggest(self)
        return suggested

    return type(kind.__name__, (kind,), {"suggest": suggest})
