"""What classes, identifiers and addresses promise of an element."""

from __future__ import annotations

import pytest
from lxml import html

from clipper.extract.metadata.attributes import BUILT, INDEX, LINKS, SIGN, WHOLE, Kind, kind_of


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ('<p class="post-author">', Kind.AUTHOR | Kind.DATE),
        ('<p class="Post-Editor">', Kind.AUTHOR),
        ('<p class="editorial">', 0),
        ('<p id="datepicker">', 0),
        ('<p class="entry-date">', Kind.DATE | Kind.SURE),
        ('<p class="x-datum-2">', Kind.DATE),
        ('<p class="metadata">', 0),  # "meta" ends a word, and "data" is one
        ('<p class="news_title">', Kind.TITLE),
        ('<p class="titles">', 0),
        ('<p class="entry-footer">', 0),
        ('<p class="page-footer">', Kind.APART),
        ('<p class="hot">', Kind.APART),
        ('<p class="hotel">', 0),
        ('<p class="comment-list">', Kind.COMMENT | Kind.APART),
        ('<p class="ly">', Kind.SOURCE),
        ('<p class="early">', 0),
        ('<p class="author vcard">', Kind.AUTHOR | Kind.DATE | Kind.CARD | Kind.SURE),
        ('<p class="wp-block-group-sidebar">', 0),  # page builders name everything so
        ('<p class="widget Blog">', 0),
        ('<p itemprop="dateModified">', Kind.MODIFIED | Kind.SURE),
        ('<a rel="author" href="/x">', Kind.AUTHOR | Kind.SURE),
        ('<a href="/authors/ida-holm">', Kind.AUTHOR | Kind.LINK),
        ('<a href="/books-authors/index">', 0),
        ('<a href="/category/letters">', Kind.CATEGORY | Kind.LINK),
        ("<p>", 0),
    ],
)
def test_what_an_element_promises(tag: str, kind: int) -> None:
    element = html.fragment_fromstring(tag)
    assert kind_of(dict(element.items()), element.tag) == kind


def test_no_stem_is_missed_by_the_first_look() -> None:
    stems = [stem for entries in INDEX.values() for stem, _, _ in entries]
    assert len(stems) > 100
    assert [stem for stem in (*stems, *WHOLE, *BUILT, "ly") if not SIGN.search(f"x{stem}x")] == []


def test_no_link_is_missed_by_the_first_look() -> None:
    people = (
        "author autor autoren autores autori autorin autora auteur redakteur redakteure redaktion writer journalist reporter contributor "
        "verfasser columnist staff people person persons byline firma periodista zuozhe"
    )
    places = "category categories categoria categorie tag tags topic topics rubrik section sections fenlei lanmu"
    for word in people.split():
        assert LINKS.search(f"?{word}=x")
        assert kind_of({"href": f"/{word}/x"}, "a") == Kind.AUTHOR | Kind.LINK
    for word in places.split():
        assert LINKS.search(f"/{word}/x")
        assert kind_of({"href": f"/{word}/x"}, "a") == Kind.CATEGORY | Kind.LINK
