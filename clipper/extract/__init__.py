"""What is the article: a capture in, an extraction out.

The door to trafilatura, lxml and selectolax; importing the room loads none of them. `extract`
reads in this process, `Reader` in a worker that hostile pages may kill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clipper.extract.worker import Reader

if TYPE_CHECKING:
    from clipper.models import Capture, Extraction

__all__ = ["Reader", "extract"]


def extract(capture: Capture) -> Extraction:
    """Read one capture in this process. What the page is, the verdict says; nothing is raised."""
    from clipper.extract.article import read

    return read(capture)
