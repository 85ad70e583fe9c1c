"""Sites of several builds, read after three, five, ten and more pages of theirs: the frame goes, the body stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.extract_site.site_material import shelf
from tests.extract_site.templates import BUILDS, Built, news

KNOWN = {"templates": 10, "portal": 10}  # pages from which a build is known, where not after five
HOST = "https://harbour.example"


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.__name__)
def test_nothing_of_a_body_is_lost_and_in_the_end_the_frame_is_gone(build: Callable[[int], Built]) -> None:
    with shelf() as case:
        for number in range(30):
            html, body, frame = build(number)
            if number in (3, 5, 10, 11, 15, 16, 20, 25, 29):
                cold = case.read(f"https://elsewhere.example/{number}", html)
                found = case.read(f"{HOST}/{number}", html)
                assert [text for text in body if text in cold.text and text not in found.text] == [], number
                assert [text for text in frame if text in found.text and text not in cold.text] == [], number
                # Of two builds on a host each has half of the pages; a new frame is new for three.
                if number >= KNOWN.get(build.__name__, 5) and not (number < 15 and build.__name__ == "changing"):
                    assert [text for text in frame if text in found.text] == [], number
            case.file(f"{HOST}/{number}", html)
        assert [text for text in body if text not in found.text] == []
        assert [text for text in frame if text in found.text] == []


def test_other_addresses_of_the_same_articles_take_nothing_of_them_away() -> None:
    """A page, its AMP variant that names it, and its print view, of twelve articles."""
    with shelf() as case:
        for number in range(12):
            html, body, frame = news(number)
            link = f'<link rel="canonical" href="{HOST}/n/{number}"></head>'
            amp = html.replace('class="content"', 'class="amp-body"').replace("</head>", link)
            for path, shown in ((f"n/{number}", html), (f"amp/n/{number}", amp), (f"print/{number}", html)):
                found = case.read(f"{HOST}/{path}", shown)
                assert found.verdict.good
                assert [text for text in body if text not in found.text] == [], path
                if number >= 3:
                    assert [text for text in frame if text in found.text] == [], path
                case.file(f"{HOST}/{path}", shown)
