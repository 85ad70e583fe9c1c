"""Dates as feeds write them."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

__all__ = ["moment"]

DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")


def moment(text: str | None) -> str | None:
    """A date as ISO 8601 with its own offset; None if it is of neither usual kind."""
    if not text:
        return None
    if day := DAY.match(text.strip()):
        text = f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text.strip())
        except ValueError:
            continue
        return found.isoformat() if len(text) > len("2024-07-18") else found.date().isoformat()
    return None
