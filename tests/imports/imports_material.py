"""What the tests of imports share."""

from __future__ import annotations

from clipper.models import Capture, Extraction, Site, Verdict


class PlainReader:
    """Reads a page as its words; one without any is empty. Counts what it was asked."""

    def __init__(self) -> None:
        self.read_count = 0

    def read(self, capture: Capture, _site: Site | None = None) -> Extraction:
        self.read_count += 1
        text = capture.body.decode("utf-8", "replace").replace("<p>", "").replace("</p>", "").strip()
        verdict = Verdict.OK if text else Verdict.EMPTY
        return Extraction(verdict, title=text[:20], markdown=text, text=text, words=len(text.split()))
