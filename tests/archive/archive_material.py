"""Captures and readings for the archive's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from clipper.archive import Archive
from clipper.models import Capture, Extraction, Filed, Verdict

URL = "https://example.com/a"
KEY = "//example.com/a"
START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def capture(text: str = "first words", *, hour: float = 0, **more: Any) -> Capture:
    """What a server might have answered at that hour; no two hours give the same bytes."""
    values: dict[str, Any] = {
        "url": URL,
        "final_url": more.get("url", URL),
        "status": 200,
        "headers": (("Content-Type", "text/html; charset=utf-8"), ("ETag", f'"{hour}"')),
        "body": f"<html><h1>{text}</h1><i>{hour}</i></html>".encode(),
        "fetched_at": START + timedelta(hours=hour),
        "milliseconds": 12,
    }
    return Capture(**{**values, **more})


def extraction(text: str = "first words", *, title: str = "A title", verdict: Verdict = Verdict.OK) -> Extraction:
    """What an extractor might have read."""
    words = len(text.split())
    return Extraction(verdict=verdict, title=title, markdown=text, text=text, words=words)


def save(archive: Archive, text: str = "first words", *, hour: float = 0, key: str = KEY, **more: Any) -> Filed:
    """File an article that was read at that hour."""
    return archive.record(capture(text, hour=hour, **more), extraction(text), url_key=key)
