"""Ways to smuggle a script past a filter, one a line, after OWASP's Filter Evasion Cheat Sheet; each would call alert.

Where the sheet loads something from elsewhere, so does this, from evil.example: nobody may ask for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = ["VECTORS", "page"]

VECTORS = tuple(Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines())


def page(vectors: Iterable[str] = VECTORS) -> str:
    """A page with all of them."""
    return "<!doctype html><html><head><title>tricks</title></head><body>\n" + "\n".join(vectors) + "\n</body></html>"
