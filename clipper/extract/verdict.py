"""What a capture is before anything counts as a clip: an article, or one of the ways to have none.

Signatures are data (signatures.toml): an exact phrase, and the size of page it holds for. Where no
signature speaks, the page's build does: a refresh and no text, a field for a password and no text,
scripts and no text. Bare keywords misfire: 您还未登录 stands in the footer of 533 good pages.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from clipper.extract.facts import MOST, Facts, folded
from clipper.models import Verdict

if TYPE_CHECKING:
    from clipper.extract.learned import Known

__all__ = ["Signature", "judge", "signatures"]

THIN = 60  # words, a CJK character one each, below which an article is thin
SHELL = 80  # words below which a page of scripts is a shell
NOTE = 12  # words in sentences that make a page with a counter or two a short note and no shell
COUNTERS = 2  # scripts
STUB = 40  # words outside links that a page may have which only sends its readers on
FORM = 80  # and one that only asks for a password
MENUS = 45  # and one that has nothing but a few menus
FEW = 75  # their words, links included: more may hold an article of pictures or headlines, or a table of them
TEASER = 80  # words that a page shows whose own data say that the rest is paid for
TITLE = 12  # words, in no sentence, that do not make a page differ from the others of its host
UNDRAWN = (Verdict.CHROME_ONLY, Verdict.SCRIPT_SHELL)  # what a rule that finds the article refutes
LINE = 300  # characters of a line that a phrase can be the point of
# In a title or a heading, at the start of it or of a part of it.
MISSING = re.compile(
    r"(?:^|[-–—|·:_]\s*)(?:(?:error|fehler|erreur|http)\W*)?404(?:\b|错误|页面)"
    r"|(?:^|[-–—|·:]\s)(?:sorry,? )?(?:the |this |your )?(?:page|content|article|post|document)(?: you requested| requested)?(?: was| is)?(?: not found|(?: could|can)(?:not|n.t| not) be found| (?:does not|doesn.t) exist)"
    r"|^(?:die )?seite (?:wurde |konnte )?nicht gefunden|^page (?:non trouvée|introuvable)|^página (?:no|não) encontrada|^pagina non trovata|^страница не найдена"
    r"|^(?:该|此|您访问的|你访问的|抱歉，|对不起，)*(?:页面|网页|文章|内容|帖子)(?:不存在|未找到|找不到|没有找到|走丢|不见)|^(?:找不到|没有找到|未找到|无法找到)(?:该|此|相关)?(?:页面|网页|文章)"
)


@dataclass(frozen=True, slots=True)
class Signature:
    """A phrase that makes a page with at most `at_most` words outside links what `verdict` says."""

    verdict: Verdict
    where: str  # text | title | markup
    phrase: str
    at_most: int
    host: str | None = None  # where it was read

    def fits(self, facts: Facts, spoken: str, more: str) -> bool:
        """Whether the page says it, and little else; `spoken` are its short lines, `more` what else tells a script shell."""
        if facts.own > self.at_most:
            return False
        if self.where == "title":
            return facts.title.startswith(self.phrase)
        if self.where == "markup":
            return self.phrase in facts.markup
        said = (spoken, more) if self.verdict is Verdict.SCRIPT_SHELL else (spoken,)
        return any(spelling in text for text in said for spelling in _spellings(self.phrase))


@cache
def signatures() -> tuple[Signature, ...]:
    """Those that ship with clipper."""
    data = tomllib.loads(Path(__file__).with_name("signatures.toml").read_text("utf-8"))
    return tuple(
        Signature(Verdict(name), where, folded(phrase), table["at_most"], table.get("host"))
        for name, tables in data.items()
        for table in tables
        for where in ("text", "title", "markup")
        for phrase in table.get(where, ())
    )


def judge(
    facts: Facts,
    *,
    words: int,
    about: Known | None = None,
    ruled: bool = False,
    known: Iterable[Signature] | None = None,
) -> tuple[Verdict, str]:
    """The verdict on a page and its reason.

    `words` are those of its article, `ruled` says that a site rule found that, `about` what of the
    page its host has everywhere; `known` are the signatures, those that ship by default.
    """
    if ruled and words >= THIN:
        return Verdict.OK, ""
    spoken, more = _short(facts.lines), _short((facts.title, *facts.aside))
    for signature in () if facts.own > MOST else signatures() if known is None else known:
        if signature.fits(facts, spoken, more) and not (ruled and signature.verdict in UNDRAWN):
            return signature.verdict, f"it says “{signature.phrase}”"
    if ruled:
        return Verdict.THIN, f"{words} words"
    if about is not None and facts.words and not about.copied and not about.fresh and about.words < TITLE:
        return Verdict.CHROME_ONLY, "it says nothing that other pages of its host do not say"
    return _by_build(facts, words) or _by_size(facts, words)


def _by_build(facts: Facts, words: int) -> tuple[Verdict, str] | None:
    """What the build of a page says whose words say nothing."""
    if facts.shut and words < TEASER:
        return Verdict.PAYWALL, "its own data say that it is not free"
    if words >= THIN and facts.prose >= THIN:
        return None
    if facts.refresh and facts.own <= STUB:
        return Verdict.REDIRECT_STUB, f"it sends readers to {facts.refresh[:200]}"
    if facts.moves and facts.own <= STUB // 4 and not facts.images:
        return Verdict.REDIRECT_STUB, "its script sends readers elsewhere"
    if facts.hollow and facts.scripts:
        return Verdict.SCRIPT_SHELL, "its scripts were to draw the article, and did not"
    if facts.password and facts.own <= FORM:
        return Verdict.LOGIN, "it asks for a password and says nothing else"
    if facts.own <= FORM and any(MISSING.search(line) for line in (facts.title, *facts.headings)):
        return Verdict.SOFT_404, "its heading says that there is no such page"
    return None


def _by_size(facts: Facts, words: int) -> tuple[Verdict, str]:
    if not facts.own and not facts.scripts and words < THIN:
        return Verdict.EMPTY, "there is no text on it"
    note = facts.prose >= NOTE and facts.scripts <= COUNTERS and facts.own >= facts.words - facts.own
    if facts.words < SHELL and facts.scripts and words < THIN and not note:
        return Verdict.SCRIPT_SHELL, f"{facts.scripts} scripts and {facts.words} words"
    if not words:
        return Verdict.EMPTY, "no article was found on it"
    if words < THIN and not facts.prose and facts.own <= MENUS and facts.own < facts.words <= FEW:
        return Verdict.CHROME_ONLY, f"{facts.words} words in menus, and no sentence"
    return (Verdict.THIN, f"{words} words") if words < THIN else (Verdict.OK, "")


def _short(lines: Sequence[str]) -> str:
    """Those of the lines that a phrase can be the point of; no phrase goes over the end of one."""
    return "\n".join(line for line in lines if len(line) <= LINE)


@cache
def _spellings(phrase: str) -> tuple[str, ...]:
    """The phrase, and what UTF-8 read as Latin-1 makes of it: whole archives hold pages like that."""
    if phrase.isascii():
        return (phrase,)
    return phrase, folded(phrase.encode("utf-8").decode("latin-1"))
