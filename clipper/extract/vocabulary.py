"""Words by which sites name the parts of a page, and words that stand in the parts that are no article.

None of them decides anything: each is one of the things that the trees of `forest` weigh.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from clipper.extract.patterns import WIDE_LEADS, any_of

__all__ = ["NAMES", "WORDS", "captioned", "chrome", "commented", "embedded", "named", "pictured", "said"]

# In class, id, role or itemprop; < and > are where a word has to begin and end.
NAMES = {
    "comment": "comment disqus respond reply replies kommentar komment fb-",
    "navigation": "nav menu crumb toolbar topbar tab> tabs> pagination pager paging",
    "footer": "foot bottom copyright colophon legal imprint",
    "header": "header masthead top> banner branding logo hero",
    "side": "side column-right column-left column-2 column-3 columnright columnleft column2 column3 right widget rail"
    " secondary subcol sub-col",
    "related": "relat recommend popular more- -more trending latest recent similar suggest hot also teaser read-next"
    " readnext next prev upsell readmore archive",
    "share": "share sharing social follow twitter facebook weibo addthis sociab",
    "advertisement": "<ad> <ads> advert sponsor promo outbrain taboola banner commerc ad- -ad> gads adsense",
    "meta": "meta byline author date time> tag categor info posted credit source rubric kicker",
    "form": "newsletter subscri form login signin sign-up signup register search cookie consent gdpr donat paywall"
    " captcha poll",
    "modal": "modal popup overlay lightbox hidden hide tooltip dropdown sr-only visually skip print-only noprint",
    "caption": "caption figure image photo gallery slide carousel media video credit thumb",
    "content": "content article post entry body text story main page detail blog single prose markdown rich wysiwyg"
    " copy zoom artikel beitrag inhalt nota noticia",
    "article body": "article?body article?content article?text article?detail entry?content post?content post?body post?text"
    " post?entry story?body story?content story?text js_content content?body content?text content?article content?detail"
    " content?main field-body fieldbody field-name-body field-namebody fieldname-body fieldnamebody body?text body?copy"
    " body?content td-post-content single?content blog?content news?content news?text news?body news?detail art?content"
    " art?body art?text maintext text?content rich?text text?body detail?content detail?body detail?text cms?content available-content"
    " zoom>",
    "title": "title headline heading <h1> excerpt summary lead deck standfirst intro abstract teaser dek>",
    "product": "product price cart shop buy sku rating review stars spec",
    "forum": "message thread topic forum qa> question answer quote signature user profile avatar member bio",
}  # ? stands for nothing, - or _

# In the text of a block.
WORDS = {
    "copyright": "©, copyright, all rights reserved, alle rechte, 版权所有, 版權所有, icp备, tous droits",
    "sharing": "share, tweet, facebook, twitter, whatsapp, linkedin, pinterest, email, e mail, print, teilen, drucken, follow us,"
    " partager, instagram, telegram, rss, 分享, 转发, 收藏, 点赞, 微信, 微博, 打印",
    "comments": "comment, comments, reply, replies, kommentar, kommentare, antworten, commentaire, commentaires, leave a, login,"
    " log in, signin, sign in, register, anmelden, log out, 评论, 留言, 登录, 注册, 回复, 发表",
    "related": "related, recommended, you may, you might, more from, more on, more in, more stories, read more, read next,"
    " see also, popular, trending, latest, recent post, recent posts, most read, mehr zum, lesen sie, ähnliche, previous, next,"
    " see more, watch now, weiterlesen, continue reading, à lire, also read, don t miss, 相关, 推荐, 热门, 最新, 上一篇, 下一篇, 更多, 猜你, 排行,"
    " 延伸阅读, 阅读原文",
    "meta": "posted, published, written, updated, by, von, filed under, tag, tags, category, categories, kategorie, kategorien,"
    " author, about the, min read, view, views, photo, image, credit, bild, foto, getty, ap photo, source, quelle,"
    " 作者, 编辑, 来源, 时间, 发布, 标签, 浏览, 阅读, 责任, 记者, 原标题, 声明, 转载, 原文",
    "offers": "subscribe, newsletter, signup, sign up, cookie, cookies, privacy, terms, advertise, advertisement, advertisements,"
    " advertised, advertiser, advertisers, advertising, anzeige, werbung, sponsored, download, donate, support us, free trial, get started,"
    " add to cart, buy now, contact us, abonnieren, datenschutz, impressum, agb, click here, learn more, javascript,"
    " browser, datenschutzerklärung, 订阅, 广告, 扫码, 二维码, 关注, 公众号, 客户端, 下载, 联系我们, 免责, 隐私, 举报, 投稿",
    "appeals": "support us, support our, donate, donation, contribution, become a member, membership, free to read, at no cost,"
    " our journalism, our work, sign up for, sign up to, newsletter, daily newsletter, your inbox, delivered to, get the latest,"
    " join us, subscribe to, subscribe now, subscribers, jetzt abonnieren, unterstützen sie, spenden, 打赏, 赞赏, 长按, 识别, 点击上方",
    "rights": "personal use, non commercial use, noncommercial use, reproduction, redistributed, redistribution, republished,"
    " without permission, reprints, licensing, this material may not, registered trademark, trademarks, disclaimer, nachdruck,"
    " 未经授权, 不得转载, 转载请, 侵权, 版权归, 著作权, 本文来自, 仅代表",
}

# Of an element without text of the article: what it is if it is called so.
CHROME = re.compile(
    r"shar(?:e|ing)|social|related|recommend|comment|newsletter|promo|sidebar|breadcrumb|pagination|subscri|advert"
    r"|sponsor|author-?(?:card|box|bio)|byline|tags?\b|meta\b|menu|toolbar|cookie|popup|modal|widget|\bhot\b|copyright",
    re.I,
)
# Stricter, for rules: readers' comments, what is said of a picture, posts of other sites set into a text.
COMMENTED = re.compile(
    r"\bcomments?\b|comment[-_]?(?:list|content|body|text|area|thread|author|item|wrap)|disqus|\breply\b|\breplies\b",
    re.I,
)
CAPTIONED = re.compile(r"\bcaption|caption\b|cutline|photo-?credit|imgtop|image-?credit", re.I)
EMBEDDED = re.compile(r"twitter-tweet|twitter-video|instagram-media|tiktok-embed|bluesky-embed", re.I)
# Words of which these expressions need one; looking for them first takes a tenth of the time.
CAPTIONED_WORDS = ("caption", "cutline", "credit", "imgtop")
COMMENTED_WORDS = ("comment", "disqus", "reply", "replies")
EMBEDDED_WORDS = ("twitter-", "instagram-media", "tiktok-embed", "bluesky-embed")
PICTURED = re.compile(r"caption|figure|image|img|photo|pict?\b|gallery|media|thumb", re.I)
LOOKED_AT = 200  # characters at each end of a block
CJK = "\u2e80"  # the first of the characters that are written without spaces between words
# What stands between words: ASCII as bytes, in half of the time, and the rest.
BETWEEN = b"!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~"
SPACED = bytes(b" "[0] if code in BETWEEN else code for code in range(256))
WIDE_BETWEEN = re.compile("[–—…“”„‘’«»‹›·•©®™¿¡，。、；：？！（）【】「」《》]")


@lru_cache(maxsize=8192)  # blocks that are alike are called alike
def named(names: str) -> int:
    """A bit for each entry of NAMES that the names of an element hold."""
    bits = 0
    for name in names.split():
        bits |= _bits_of(name)
    return bits


@lru_cache(maxsize=16_384)  # a site's names come again on every page, a framework's on every site
def _bits_of(name: str) -> int:
    """By the first three letters of each word that stands in it: 17 expressions took 30 times as long, 5 ms a page."""
    name, bits = name.lower(), 0
    by_start, begins = _by_start()
    found = begins.search(name)
    while found:
        place = found.start()
        for first in by_start.get(name[place : place + 3], ()):
            if name.startswith(first.text, place) and not bits & first.bit and first.bounded(name, place):
                bits |= first.bit
        found = begins.search(name, place + 1)
    return bits


class _Word(NamedTuple):
    """A word of NAMES, whether it has to begin and to end there, and the bit of its entry."""

    text: str
    begins: bool
    ends: bool
    bit: int

    def bounded(self, name: str, place: int) -> bool:
        """Whether it begins and ends where it has to, if it stands at this place of a name."""
        end = place + len(self.text)
        if self.begins and place and _is_letter(name[place - 1]):
            return False
        return not (self.ends and end < len(name) and _is_letter(name[end]))


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"


@cache
def _by_start() -> tuple[dict[str, list[_Word]], re.Pattern[str]]:
    """The words of NAMES by their first three letters, one of two letters with what may follow it; and what finds one."""
    found: dict[str, list[_Word]] = {}
    for number, words in enumerate(NAMES.values()):
        for text in words.split():
            for joint in ("", "-", "_") if "?" in text else ("",):
                plain = text.strip("<>").replace("?", joint)
                word = _Word(plain, text[0] == "<", text[-1] == ">", 1 << number)
                for start in [plain[:3]] if len(plain) > 2 else [plain + after for after in ("", *"-:./")]:
                    found.setdefault(start, []).append(word)
    return found, re.compile(any_of(sorted({word.text for words in found.values() for word in words})))


def said(text: str) -> int:
    """A bit for each entry of WORDS at the ends of the text."""
    ends = (text if len(text) < 2 * LOOKED_AT else f"{text[:LOOKED_AT]} {text[-LOOKED_AT:]}").lower()
    coded = ends.encode("utf-8", "surrogatepass")
    spaced = coded.translate(SPACED).decode("utf-8", "surrogatepass")
    known, bits = _lexicon(), 0
    if len(coded) != len(ends):
        spaced = WIDE_BETWEEN.sub(" ", spaced)
        wide = len(coded.translate(None, WIDE_LEADS)) != len(coded)
        for part, bit in known.parts if wide else known.signs:
            if part in ends:
                bits |= bit
    words = spaced.split()
    spaced = ""
    for word in known.words.keys() & words:
        bit, phrases = known.words[word]
        bits |= bit
        for phrase, bit in phrases:
            spaced = spaced or f" {' '.join(words)} "
            if phrase in spaced:
                bits |= bit
    return bits


class _Lexicon(NamedTuple):
    """The entries of WORDS: words with their bits and the phrases that begin with them, and what stands within words."""

    words: dict[str, tuple[int, list[tuple[str, int]]]]
    signs: list[tuple[str, int]]  # of the parts, those that are no Chinese
    parts: list[tuple[str, int]]


@cache
def _lexicon() -> _Lexicon:
    known = _Lexicon({}, [], [])
    for number, texts in enumerate(WORDS.values()):
        for text in texts.split(", "):
            if text == "©" or max(text) >= CJK:
                known.parts.append((text, 1 << number))
                if text == "©":
                    known.signs.append(known.parts[-1])
                continue
            first, _, more = text.partition(" ")
            bits, phrases = known.words.get(first, (0, []))
            if more:
                phrases.append((f" {text} ", 1 << number))
            known.words[first] = (bits if more else bits | 1 << number, phrases)
    return known


@lru_cache(maxsize=4096)
def chrome(names: str) -> bool:
    """Whether an element with these names and no text of the article is a part of the site."""
    return CHROME.search(names) is not None


def pictured(names: str) -> bool:
    """Whether an element with these names is a picture with what is said of it."""
    return PICTURED.search(names) is not None


def captioned(names: str) -> bool:
    """Whether an element with these names says what is on a picture."""
    return _holds(names, CAPTIONED_WORDS) and CAPTIONED.search(names) is not None


def commented(names: str) -> bool:
    """Whether an element with these names is what readers write."""
    return _holds(names, COMMENTED_WORDS) and COMMENTED.search(names) is not None


def embedded(names: str) -> bool:
    """Whether an element with these names is a post of another site."""
    return _holds(names, EMBEDDED_WORDS) and EMBEDDED.search(names) is not None


def _holds(names: str, words: tuple[str, ...]) -> bool:
    """Whether one of the words is in the names, or may be: case is not ASCII's alone."""
    lower = names.lower()
    return any(word in lower for word in words) or not names.isascii()
