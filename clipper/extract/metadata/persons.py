"""Names of people in a text: what of a byline names them, and whether a word can be a name at all."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from clipper.extract.metadata.chinese import is_chinese, possible
from clipper.extract.metadata.dates import months
from clipper.extract.metadata.survey import line

__all__ = ["BY", "COMPANY", "LONGEST", "LOWER", "MOST", "PERSON", "PREFIX", "capital", "given", "is_name", "people"]

LONGEST = 45  # characters of one name
MOST = 8  # people of one byline

# What stands before a name.
BY = (
    r"(?:(?:written|posted|published|created|submitted|reviewed|words|story|article|text|report(?:ed|ing)?)\s+(?:\w+\s+)?by|by|"
    r"(?:veröffentlicht|erstellt|geschrieben|verfasst|eingestellt|gepostet|publiziert)\s+(?:\w+\s+)?(?:von|durch)|(?:eine?\s+)?(?:artikel|beitrag|bericht|kommentar|text|gastbeitrag|interview|essay|analyse|kolumne|reportage)\s+von|von|"
    r"(?:publié|écrit|rédigé|posté)\s+par|par|(?:publicado|escrito|redactado)\s+por|por|(?:scritto|pubblicato)\s+da|di|"
    r"(?:skrevet|skriven|geschreven|door|av|af|door|kirjoittanut|autorem|napisał|pisze)|"
    r"(?:autor(?:in|en|innen|es|a|as)?|author|authors|auteurs?|autore|verfasser(?:in)?|redakteur(?:in)?|redaktion|text(?:e)?|texte|text und fotos?|"
    r"text & fotos?|words|reporter|writer|reviewer|journalist|contributor|автор|текст|autori|auctor|tekst|szerző|yazar|penulis)(?:/in|\(in\)|:in|\*in)?\s*[:：|]|"
    r"автор|текст)"
)
PREFIX = re.compile(rf"^\W*{BY}\s*[:：|]?\s+|^\W*{BY}\s*[:：]\s*", re.I)
# What stands behind it.
CUT = re.compile(
    r"\s+[-–—|·•●]{1,2}\s+|\s*[|·•●,;]?\s*\b(?:am|on|le|el|il|den|um|at|vom)\b(?=\s(?:\w+\.?,?\s){0,2}\d)|\s*[|·•●,;]?\s*\b(?:in der kategorie|in category|unter|zuletzt|"
    r"illustration(?:en)?|fotos?|bilder|symbolbild|symbolfoto|under|filed|tagged|photos?|photography|grafik|updated?|aktualisiert|published|posted|datum|date|veröffentlicht|publié|publicado|lesezeit|min read|for|senior|deputy|former|kommentare?|comments?)\b(?=\s|:|$)|\s*[(（\[<]|"
    r"\s*\d{1,2}[./:]\s?\d|\s*(?:19|20)\d\d|\s*,\s*(?=\d)|\s+\d|…|\s*/\s*(?=\d)|\s*[@＠]|,?\s*https?:",
    re.I,
)
AND = re.compile(
    r"\s*(?:[;；、]|\s/\s|\s\|\s|\b[Aa]nd\b|\bund\b|\bet\b|\by\b(?=\s[A-ZÁÉÍÓÚÑ])|\be\b(?=\s[A-Z])|\boch\b|\bog\b|\bi\b(?=\s[A-ZŁŚŻ])|&|＆|,)\s*"
)
NOT_A_NAME = re.compile(
    r"^(?:by|von|par|por|artikel von|zitat von|pressemitteilung von|red|stand|fotos?|bild(?:er)?|photos?|images?|quelle|source|credits?|illustration|grafik|video|ca|edit|datum|date|seo|kategorie|category|tags?)\b|^\W*\d|https?:|www\.|\.(?:com|org|net|de|cn)\b(?!.*\s)|^(?:admin(?:istrator)?|editor|root|staff|user|webmaster|guest|gast|unknown|anonymous|anonym|anónimo|name|author|"
    r"autor|redakteur|wordpressadmin|default|test|none|null|undefined|n/?a|share|follow|teilen|view all posts|more|mehr|about|über|profile|profil|kommentare?|comments?|"
    r"login|log in|sign in|subscribe|newsletter|facebook|twitter|menu|home|print|e-?mail|pr|werbung|anzeige|image|bild|foto|photo|getty images?|"
    r"today|yesterday|heute|gestern|vorgestern|hier|aujourd['’]hui|ayer|hoy|ieri|oggi|ontem|hoje|"
    r"小编|佚名|本站|网络|原创|匿名|未知|作者|管理员|转载|互联网|责任编辑|编辑|来源|不详)$|^\d+$|[{}<>=\\]|"
    r"\b(?:zurück|weiterlesen|read more|kontakt|impressum|datenschutz|cookies?|newsletter|abonnieren|followers?|beiträge|posts|artikel anzeigen|all articles)\b",
    re.I,
)
WEEKDAY = re.compile(
    r"^(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[.,]{0,2}$|^(?:mon|tues|wednes|thurs|fri|satur|sun)day,?$|^(?:mon|diens|mitt|donners|frei|sams|sonn)(?:tag|woch),?$",
    re.I,
)
LINKED = re.compile(
    r"^(?:view all posts by|alle beiträge von|zeige alle beiträge von|posts by|beiträge von|articles by|artikel von|more from|mehr von|photo of|foto von|bild von|portrait of|profile picture of|avatar of|profilbild von)\s+",
    re.I,
)
OFFICE = re.compile(
    r"^[A-Z]{2,5}$|[Rr]edaktion|\bteam\b|^(?:CNN|BBC|NPR)\b|\bPh\.?D\b|[Ss]taff|[Ee]ditor|[Kk]orrespondent|[Cc]orrespondent|[Rr]eporter|[Cc]hefred|[Ff]reie Journalist|^Contributor$",
    0,
)
PERSON = re.compile(
    r"^[^\W\d_][\w’'.-]+(?: [^\W\d_]\.?)?(?: (?:von|van|de|der|zu|la|di))* [^\W\d_][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]*[a-zß-ÿ][\w’'-]*)?$"
)
COMPANY = re.compile(
    r"press|redaktion|magazin|\bnews|team|verlag|zeitung|blog|media|online|gmbh|\bag\b|e\.\s?v\.|\binc\b|llc|ltd|group|agen[ct]|verband|verein|bund|stiftung|"
    r"foundation|institut|shop|store|company|\btv\b|radio|society|university|deutschland|journal|times|daily|post\b|\.\w{2,3}\b|\bthe\b|^die\b|^das\b|^der\b",
    re.I,
)
LOWER = re.compile(
    r"^(?:von|van|de|der|den|del|della|di|da|dos|das|du|la|le|el|al|bin|ibn|zu|zum|und|y|e|ten|ter|af|av|dr|st|jr|mc|ap|o|d|os|do|san|vom|te|op|'t)$"
)


def people(text: str) -> tuple[str, ...]:
    """The names in a byline; none if it is no byline."""
    text = line(text)
    for _ in range(3):
        shorter = LINKED.sub("", PREFIX.sub("", text)).strip(" \u00a0:：|·•–—-/,;")
        if shorter == text:
            break
        text = shorter
    if match := CUT.search(text):
        text = text[: match.start()]
        words = text.split()
        while len(words) > 1 and (words[-1].lower().rstrip(".,") in months() or WEEKDAY.match(words[-1])):
            words.pop()
        text = " ".join(words)
    found: list[str] = []
    for part in AND.split(text):
        name = PREFIX.sub("", part).strip(" .\u00a0:：|·•–—-/,;*\"'“”„")
        if not name:
            continue
        if not is_name(name):
            break
        if name not in found:
            found.append(name)
    offices = [name for name in found if OFFICE.search(name)]
    if offices and len(offices) < len(found):
        found = [name for name in found if name not in offices]
    return tuple(found[:MOST])


def is_name(text: str) -> bool:
    """Whether it can be a person's or an editorial office's name."""
    if not 2 <= len(text) <= LONGEST or NOT_A_NAME.search(text):
        return False
    words = text.split()
    if len(words) == 1 and (text.lower().rstrip(".") in months() or WEEKDAY.match(text)):
        return False
    if is_chinese(text) and not possible(text):
        return False
    if len(words) > 6 or not any(c.isalpha() for c in text):
        return False
    plain = [word for word in words if word[:1].islower() and not LOWER.match(word.rstrip("."))]
    long = [word for word in words if len(word.rstrip(".")) > 1 and not LOWER.match(word.rstrip("."))]
    return len(plain) < 2 and not (plain and len(long) > 3)


@cache
def given() -> frozenset[str]:
    """Frequent given names."""
    data = tomllib.loads((files("clipper.extract.metadata") / "given.toml").read_text("utf-8"))
    return frozenset(data["names"].split())


def capital(found: tuple[str, ...]) -> bool:
    """Whether each is written as names are: in a line of text, "by" stands before much else."""
    return all(
        len(words := name.split()) == 1
        or all(word[0].isupper() or LOWER.match(word.rstrip(".")) or not word[0].isalpha() for word in words)
        for name in found
    )
