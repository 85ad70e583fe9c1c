"""YAML front matter, through a YAML library: any title reads back equal."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

__all__ = ["front_matter", "parse"]

FENCE = "---\n"


def front_matter(fields: Mapping[str, object]) -> str:
    """The fields between two lines of `---`; those that are None are left out."""
    known = {name: value for name, value in fields.items() if value not in (None, [], ())}
    text: str = yaml.dump(known, Dumper=DUMPER, allow_unicode=True, sort_keys=False, width=1_000_000)
    return FENCE + text + FENCE


def parse(document: str) -> tuple[dict[str, object], str]:
    """The fields and the text of a document that `front_matter` begins."""
    if not document.startswith(FENCE):
        return {}, document
    head, _, text = document[len(FENCE) :].partition("\n" + FENCE)
    return yaml.load(head, Loader=LOADER) or {}, text


DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
