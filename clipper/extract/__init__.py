"""What is the article: a capture in, an extraction out.

The door to trafilatura, lxml and selectolax; importing the room loads none of them. `extract`
reads in this process, `Reader` in a worker that hostile pages may kill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clipper.extract.worker import Reader

if TYPE_CHECKING:
    from clipper.models import Capture, Extraction, Site, SiteRules, Verdict

__all__ = ["Reader", "extract", "judge_markdown"]


def extract(capture: Capture, site: Site | None = None, rules: SiteRules | None = None) -> Extraction:
    """Read one capture in this process; `site` is what is known of its host, `rules` which site rules count,
    by default those that ship.

    What the page is, the verdict says; nothing is raised.
    """
    from clipper.extract.article import EVERY_RULE, read

    return read(capture, site, rules or EVERY_RULE, html=True)


def judge_markdown(markdown: str) -> tuple[Verdict, str]:
    """The verdict, and its reason, on a page of which only somebody's Markdown is left."""
    from clipper.extract.facts import facts_of_markdown
    from clipper.extract.verdict import judge

    facts = facts_of_markdown(markdown)
    return judge(facts, words=facts.own)
