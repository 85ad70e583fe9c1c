"""What belongs to an article besides its text: contents, sources, notes, headings, the rest of a list."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from clipper.extract import extract
from clipper.models import Capture

SUBJECTS = ("the tide", "the lamp", "the letters", "the storm", "the boat", "the harbour", "the winter", "the log")


def told(subject: str, marks: str = "") -> str:
    return "".join(
        f"<p>The keeper wrote about {subject} in her log that evening, and {n + 2} people from the village, who knew "
        f"her well, read what she had said about it before the week was over{marks}.</p>"
        for n in range(3)
    )


def markdown(article: str) -> str:
    links = "".join(f'<li><a href="/{n}">Story {n} of the paper</a></li>' for n in range(9))
    page = (
        "<!doctype html><html lang=en><title>A keeper's log</title><body>"
        f"<div class=nav><ul>{links}</ul></div><main><h1>A keeper's log</h1>{article}</main>"
        f'<div class="related"><h3>Related</h3><ul>{links}</ul></div></body></html>'
    )
    url = "https://paper.example/log"
    moment = datetime(2026, 10, 2, tzinfo=UTC)
    found = extract(Capture(url=url, final_url=url, status=200, headers=(), body=page.encode(), fetched_at=moment))
    assert "Story 3" not in found.markdown
    return found.markdown


SECTIONS = "".join(f'<h2 id="s{n}">Of {subject}</h2>{told(subject)}' for n, subject in enumerate(SUBJECTS))


def test_a_table_of_contents_within_the_text_is_kept() -> None:
    contents = "".join(f'<li><a href="#s{n}">Of {subject}</a></li>' for n, subject in enumerate(SUBJECTS))
    found = markdown(f"{told('the island')}<div class=toc><h2>Contents</h2><ol>{contents}</ol></div>{SECTIONS}")
    assert "## Contents\n\n1. [Of the tide](https://paper.example/log#s0)\n2. [Of the lamp]" in found


@pytest.mark.parametrize("heading", ["<h2>Sources</h2>", "<p><b>References:</b></p>", "<h3>参考链接</h3>"])
def test_sources_under_their_heading_are_kept(heading: str) -> None:
    sources = "".join(f'<li><a href="https://lib.example/{n}">https://lib.example/{n}</a></li>' for n in range(4))
    found = markdown(f"<div>{SECTIONS}{heading}<ul>{sources}</ul></div>")
    assert "- [https://lib.example/3](https://lib.example/3)" in found
    assert heading[4:].split("<")[0].strip("b>:") in found


@pytest.mark.parametrize("outside", [False, True])
def test_notes_that_the_text_points_to_are_kept(outside: bool) -> None:
    marks = "".join(f'<sup><a href="#note-{n}" id="ref-{n}">[{n}]</a></sup>' for n in (1, 2, 3))
    notes = "".join(
        f'<li id="note-{n}"><a href="#ref-{n}">^</a> <a href="https://lib.example/{n}">Lighthouses, {n}</a>, p. 3.</li>'
        for n in (1, 2, 3)
    )
    text = f"{SECTIONS}{told('the fog', marks)}"
    listed = f"<div class=reflist><ol>{notes}</ol></div>"
    found = markdown(f"<div>{text}</div>{listed}" if outside else f"<div>{text}{listed}</div>")
    assert "2. ^ [Lighthouses, 2](https://lib.example/2), p. 3." in found


def test_the_rest_of_a_list_that_is_mostly_kept_is_kept() -> None:
    items = [
        f"<li>The {subject.split()[1]} that the keeper saw on day {n}, and what she did about it.</li>"
        for n, subject in enumerate(SUBJECTS)
    ]
    items += [
        '<li><a href="https://maps.example/">Map</a></li>',
        '<li><a href="https://charts.example/">Chart</a></li>',
    ]
    found = markdown(f"<div>{told('the island')}<h2>What she saw</h2><ul>{''.join(items)}</ul></div>")
    assert "- [Map](https://maps.example/)" in found


def test_a_heading_at_the_end_of_a_container_heads_the_next() -> None:
    parts = "".join(
        f"<div><div>{told(subject)}<h3>{following.split()[1]}</h3></div></div><div class=ad>Ad</div>"
        for subject, following in pairwise(SUBJECTS)
    )
    found = markdown(f"{parts}<div><div>{told(SUBJECTS[-1])}</div></div>")
    assert "### lamp" in found
    assert "### log" in found


def test_a_row_with_a_list_in_it_belongs_to_its_table_of_facts() -> None:
    facts = "".join(
        f"<tr><th>{name}</th><td>{value} as the harbour office has it in its yearly report</td></tr>"
        for name, value in (("Height", "42 m"), ("Built", "1871"), ("Range", "18 miles"), ("Lamp", "oil, later gas"))
    )
    keepers = "".join(f"<li><a href='/keepers/{n}'>{name}</a></li>" for n, name in enumerate(("Ines", "Mora", "Tove")))
    row = f"<tr><th>Keepers</th><td><div><ul>{keepers}<li>none since</li></ul></div></td></tr>"
    found = markdown(f"<div><table>{facts}{row}</table>{SECTIONS}</div>")
    assert "| Height | 42 m as the harbour office" in found
    line = next(line for line in found.split("\n") if "Keepers" in line)
    assert line.startswith("| Keepers | • [Ines]")
    assert "• [Tove]" in line
    assert "none since" in line
