"""What an archive learns of a host is left out of the host's next pages; an article never is."""

from __future__ import annotations

from hashlib import sha256

import pytest

from clipper.archive import learning
from clipper.models import Extraction, Observed, Outcome, Verdict
from clipper.urls import url_key
from tests.extract_site.site_material import Shelf, capture, page, paragraphs, sentences, shelf

BASE = "https://harbour.example"


def filled(case: Shelf, count: int, article: str = "{0}") -> None:
    for number in range(count):
        case.file(f"{BASE}/{number}", page(number, article.format(paragraphs(f"story {number}"))))


def test_the_frame_of_a_site_is_left_out_from_the_fourth_page_on() -> None:
    with shelf() as case:
        filled(case, 3)
        found = case.read(f"{BASE}/9", page(9, paragraphs("story 9")))
        assert found.text.split("\n") == sentences("story 9")


def test_titles_of_other_articles_go_though_no_two_pages_have_them_in_common() -> None:
    with shelf() as case:
        filled(case, 6)
        found = case.read(f"{BASE}/70", page(70, paragraphs("story 70")))
        assert "You might also like" not in found.text
        assert "said" not in found.text


@pytest.mark.parametrize(
    ("html", "verdict", "reason"),
    [
        ("<title>Story 9</title><div id=app></div><script src=/app.js></script>", Verdict.SCRIPT_SHELL, "its scripts were to draw the article, and did not"),
        ("<p>", Verdict.EMPTY, "there is no text on it"),
        ("<a href=/></a>", Verdict.EMPTY, "there is no text on it"),
    ],
)  # fmt: skip
def test_a_page_without_a_word_is_judged_as_on_a_host_that_nobody_knows(
    html: str, verdict: Verdict, reason: str
) -> None:
    with shelf() as case:
        filled(case, 4)
        found = case.read(f"{BASE}/9", html)
        assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    "said", ["https://harbour .example/a", "https://[::/", "https://har<b>bour.example/a", "/\ufffd//", "//"]
)
def test_a_canonical_address_that_is_none_makes_no_copy(said: str) -> None:
    with shelf() as case:
        filled(case, 4)
        own = page(9, paragraphs("story 9")).replace("</head>", f'<link rel="canonical" href="{said}"></head>')
        found = case.read(f"{BASE}/9", own)
        assert (found.verdict, found.text.split("\n")) == (Verdict.OK, sentences("story 9"))


def test_two_pages_are_too_few_to_know_a_site_by() -> None:
    with shelf() as case:
        filled(case, 2)
        assert case.archive.site("harbour.example").blocks == ()


def test_a_series_keeps_its_lead_and_its_disclaimer() -> None:
    lead = (
        "<h2>Letters from the quay</h2><p>This is a series about letters that were never sent, and who kept them.</p>"
    )
    middle = "<p>Names were changed, because some of the writers are still alive and read this.</p>"
    last = "<p>None of this is legal advice, and the ferry company did not pay for any of it.</p>"
    with shelf() as case:
        for number in range(12):
            first, second = (paragraphs(f"{number} {part}", 4) for part in ("first", "second"))
            case.file(f"{BASE}/{number}", page(number, f"{lead}{first}{middle}{second}{last}"))
        found = case.read(f"{BASE}/99", page(99, f"{lead}{paragraphs('a', 4)}{middle}{paragraphs('b', 4)}{last}"))
        text = found.text
        for kept in ("never sent", "still alive", "legal advice", *sentences("a", 4), *sentences("b", 4)):
            assert kept in text
        assert "printed on paper" not in text


def test_headings_that_every_article_has_stay() -> None:
    body = "{0}<h2>What happened</h2>{1}<h2>What it means</h2>{0}"
    with shelf() as case:
        for number in range(8):
            article = body.format(paragraphs(f"{number} a", 3), paragraphs(f"{number} b", 3))
            case.file(f"{BASE}/{number}", page(number, article))
        found = case.read(f"{BASE}/50", page(50, body.format(paragraphs("x", 3), paragraphs("y", 3))))
        assert "## What happened" in found.markdown
        assert "## What it means" in found.markdown


def test_an_article_in_two_parts_keeps_both() -> None:
    promo = "</div><div><p>Subscribe to the paper, which comes with every second ferry.</p></div><div>"
    with shelf() as case:
        for number in range(8):
            article = paragraphs(f"{number} a", 5) + promo + paragraphs(f"{number} b", 5)
            case.file(f"{BASE}/{number}", page(number, article))
        found = case.read(f"{BASE}/50", page(50, paragraphs("x", 5) + promo + paragraphs("y", 5)))
        assert all(sentence in found.text for sentence in sentences("x", 5) + sentences("y", 5))


def test_a_text_of_which_little_changes_from_page_to_page_stays_whole() -> None:
    terms = paragraphs("terms", 20)
    with shelf() as case:
        for number in range(8):
            case.file(
                f"{BASE}/terms/{number}", page(number, f"{terms}<p>Valid from day {number}, the clerk says so.</p>")
            )
        changed = f"{terms}{paragraphs('news', 3)}"
        cold = case.read("https://elsewhere.example/terms", page(9, changed))
        found = case.read(f"{BASE}/terms/9", page(9, changed))
        assert all(sentence in found.text for sentence in sentences("terms", 20) if sentence in cold.text)


def test_a_page_that_is_fetched_every_day_teaches_once() -> None:
    with shelf() as case:
        for day in range(6):
            case.file(f"{BASE}/0", page(0, paragraphs(f"day {day}")))
        site = case.archive.site("harbour.example", every=True)
        assert site.pages == 1
        assert site.blocks == ()  # no line is known of a second page


def test_a_page_does_not_count_as_one_of_the_others() -> None:
    with shelf() as case:
        filled(case, 3)
        same = page(2, paragraphs("story 2"))
        assert case.read(f"{BASE}/2", same).text == case.read("https://elsewhere.example/2", same).text


def test_the_same_text_under_a_fourth_address_is_no_article() -> None:
    sorry = page(0, "<p>The page is being painted, and will be dry by Monday, the painter says so.</p>")
    with shelf() as case:
        outcomes = [case.file(f"{BASE}/{name}", sorry).outcome for name in "abc"]
        assert outcomes == [Outcome.NEW] * 3
        found = case.read(f"{BASE}/d", sorry)
        assert found.verdict is Verdict.CHROME_ONLY
        assert case.file(f"{BASE}/d", sorry).outcome is Outcome.UNUSABLE
        assert case.read(f"{BASE}/a", page(0, paragraphs("dry"))).verdict is Verdict.OK


def test_one_article_under_many_addresses_says_so_and_stays_one() -> None:
    html = f'<link rel="canonical" href="{BASE}/story">' + page(0, paragraphs("story"))
    with shelf() as case:
        for name in "abcd":
            assert case.file(f"{BASE}/story/{name}", html).outcome is Outcome.NEW


def test_a_page_with_nothing_of_its_own_is_no_article() -> None:
    with shelf() as case:
        filled(case, 6)
        found = case.read(f"{BASE}/80", page(5, ""))
        assert found.verdict is Verdict.CHROME_ONLY


def test_a_host_is_forgotten_on_request_and_learned_again() -> None:
    with shelf() as case:
        filled(case, 4)
        assert case.archive.reset_site("harbour.example") > 0
        assert case.archive.site("harbour.example", every=True).blocks == ()
        case.file(f"{BASE}/0", page(0, paragraphs("a new text")))
        assert case.archive.site("harbour.example").pages == 1


def test_lines_of_one_page_are_forgotten_after_thirty_others() -> None:
    with shelf() as case:
        filled(case, 45)
        site = case.archive.site("harbour.example", every=True)
        first = sentences("story 0")[0][:80]
        assert first not in {block.sample for block in site.blocks}
        assert case.archive.connection.execute("SELECT min(turn), max(turn) FROM site_lone_lines").fetchone() == (
            11,
            45,
        )
        assert any(block.sample == "Share this with somebody who reads." and block.pages == 45 for block in site.blocks)


def test_what_held_ten_articles_holds_the_eleventh() -> None:
    """Reviews that are longer than the article do not pass for it."""
    with shelf() as case:
        for number in range(10):
            article = (
                f'<section class="story-{number}"><div class="body">{paragraphs(f"t {number}", 8)}</div></section>'
            )
            case.file(f"{BASE}/{number}", page(number, article))
        path, pages = case.archive.site("harbour.example").containers[0]
        assert path.startswith("div.body < section.story-0")
        assert pages >= 7  # a page of a host that nothing is known of may be read with more around it
        short = f'<section class="story-10"><div class="body">{paragraphs("short", 5)}</div></section>'
        reviews = f"<div><h4>Letters</h4>{paragraphs('letters', 7)}</div>"
        found = case.read(f"{BASE}/10", page(10, short, comments=reviews))
        assert all(sentence in found.text for sentence in sentences("short", 5))
        assert not any(sentence in found.text for sentence in sentences("letters", 7))


def test_two_ports_of_a_machine_are_two_sites() -> None:
    sorry = page(0, "<p>The page is being painted, and will be dry by Monday, the painter says so.</p>")
    with shelf() as case:
        outcomes = [case.file(f"http://127.0.0.1:{port}/", sorry).outcome for port in range(8001, 8006)]
        assert outcomes == [Outcome.NEW] * 5


def test_reports_that_differ_in_their_numbers_alone_are_articles() -> None:
    with shelf() as case:
        for number in range(8):
            told = "".join(
                f"<p>At gauge {n} the water stood {number * 7 + n} cm high, and nobody was called.</p>"
                for n in range(9)
            )
            cells = (
                "<table>" + "".join(f"<tr><td>{n}</td><td>{number * 3 + n}</td></tr>" for n in range(9)) + "</table>"
            )
            assert case.file(f"{BASE}/gauge/{number}", page(number, told)).outcome is Outcome.NEW
            assert case.file(f"{BASE}/cells/{number}", page(number, cells)).outcome is Outcome.NEW
        assert "stood 51 cm" in case.read(f"{BASE}/gauge/99", page(99, told)).text


def taught(case: Shelf, number: int, lines: list[str], path: str = "div.text") -> None:
    """File a page that has those lines; its bytes are nothing."""
    url = f"{BASE}/{number}"
    named = tuple((sha256(line.encode()).hexdigest()[:16], "below", line) for line in lines)
    observed = Observed("harbour.example", named, path)
    read = Extraction(Verdict.OK, text=f"Text {number}.", markdown=f"Text {number}.", words=2, observed=observed)
    case.minute += 1
    case.archive.record(capture(url, f"<p>Text {number}.", minute=case.minute), read, url_key=url_key(url))


def test_what_is_known_of_a_host_stays_as_large_as_it_is() -> None:
    """Each title stands in the related lists of eight pages and never again, and each page has a container of its own."""
    sizes = []
    with shelf() as case:
        for number in range(900):
            related = [f"title {n}" for n in range(number, number + 8)]
            taught(case, number, ["frame", *(["old frame"] if number < 20 else []), *related], f"div.css-{number:x}")
            if number % 100 == 99:
                sizes.append(len(case.archive.site("harbour.example", every=True).blocks))
        known = {block.sample: block.pages for block in case.archive.site("harbour.example").blocks}
        (names,) = case.archive.site("harbour.example").containers[:1]
    assert known["frame"] == 900
    assert "old frame" not in known
    assert sizes[-1] <= sizes[3]
    assert sizes[-1] < 300
    assert names[1] == 1


def test_no_host_takes_more_lines_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "MOST_KEPT", 50)
    with shelf() as case:
        for number in range(20):
            taught(case, number, [f"line {(number + 1) // 2} {n}" for n in range(30)] + ["frame"])
        kept = [block.sample for block in case.archive.site("harbour.example", every=True).blocks]
    assert len(kept) == 50
    assert "frame" in kept
    assert "line 9 3" in kept
