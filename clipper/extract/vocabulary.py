"""Words by which sites name the parts of a page, and words that stand in the parts that are no article.

None of them decides anything: each is one of the things that the trees of `forest` weigh.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["NAMES", "WORDS", "captioned", "chrome", "commented", "embedded", "named", "pictured", "said"]

# In class, id, role or itemprop.
NAMES = {
    "comment": r"comment|disqus|respond|reply|replies|kommentar|komment|fb-",
    "navigation": r"nav|menu|breadcrumb|crumb|toolbar|topbar|tabs?\b|pagination|pager|paging",
    "footer": r"foot|bottom|copyright|colophon|legal|imprint",
    "header": r"header|masthead|top\b|banner|branding|logo|hero",
    "side": r"side|aside|column-?(?:right|left|2|3)|right(?:col|bar)?|widget|rail|secondary|sub-?col",
    "related": r"relat|recommend|popular|more-|-more|trending|latest|recent|similar|suggest|hot|also|teaser|read-?next"
    r"|next|prev|upsell|readmore|archive",
    "share": r"shar(?:e|ing)|social|follow|twitter|facebook|weibo|addthis|sociab",
    "advertisement": r"\bads?\b|advert|sponsor|promo|outbrain|taboola|banner|commerc|ad-|-ad\b|gads|adsense",
    "meta": r"meta|byline|author|date|time\b|tag|categor|info|posted|credit|source|dateline|rubric|kicker",
    "form": r"newsletter|subscri|form|login|signin|sign-up|signup|register|search|cookie|consent|gdpr|donat|paywall"
    r"|captcha|poll",
    "modal": r"modal|popup|overlay|lightbox|hidden|hide|tooltip|dropdown|sr-only|visually|skip|print-only|noprint",
    "caption": r"caption|figure|image|photo|gallery|slide|carousel|media|video|credit|thumb",
    "content": r"content|article|post|entry|body|text|story|main|page|detail|blog|single|hentry|prose|markdown|rich"
    r"|wysiwyg|copy|zoom|artikel|beitrag|inhalt|nota|noticia",
    "article body": r"article-?_?(?:body|content|text|detail)|entry-?_?content|post-?_?(?:content|body|text|entry)"
    r"|story-?_?(?:body|content|text)|articlebody|js_content|content-?_?(?:body|text|article|detail|main)"
    r"|field-?-?name-?-?body|body-?_?(?:text|copy|content)|td-post-content|single-?_?content|blog-?content"
    r"|news-?(?:content|text|body|detail)|art-?(?:content|body|text)|maintext|textcontent|rich-?text|text-?body"
    r"|detail-?(?:content|body|text)|cms-?content|available-content|zoom\b",
    "title": r"title|headline|heading|subtitle|\bh1\b|excerpt|summary|lead|deck|standfirst|intro|abstract|teaser|dek\b",
    "product": r"product|price|cart|shop|buy|sku|rating|review|stars|spec",
    "forum": r"message|thread|topic|forum|qa\b|question|answer|quote|signature|user|profile|avatar|member|bio",
}

# In the text of a block.
WORDS = {
    "copyright": r"©|copyright|all rights reserved|alle rechte|版权所有|版權所有|ICP备|tous droits",
    "sharing": r"\b(?:share|tweet|facebook|twitter|whatsapp|linkedin|pinterest|e-?mail|print|teilen|drucken|follow us"
    r"|partager|instagram|telegram|rss)\b|分享|转发|收藏|点赞|微信|微博|打印",
    "comments": r"\b(?:comments?|reply|repl(?:y|ies)|kommentare?|antworten|commentaires?|leave a|log ?in|sign ?in"
    r"|register|anmelden|log out)\b|评论|留言|登录|注册|回复|发表",
    "related": r"\b(?:related|recommended|you may|you might|more (?:from|on|in|stories)|read more|read next|see also"
    r"|popular|trending|latest|recent posts?|most read|mehr zum|lesen sie|ähnliche|previous|next|weiterlesen"
    r"|continue reading|à lire|also read|don.t miss)\b|相关|推荐|热门|最新|上一篇|下一篇|更多|猜你|排行|延伸阅读|阅读原文",
    "meta": r"\b(?:posted|published|written|updated|by|von|filed under|tags?|categor(?:y|ies)|kategorien?|schlagw"
    r"|author|about the|min read|views?|photo|image|credit|bild|foto|getty|ap photo|source|quelle)\b"
    r"|作者|编辑|来源|时间|发布|标签|浏览|阅读|责任|记者|原标题|声明|转载|原文",
    "offers": r"\b(?:subscribe|newsletter|sign ?up|cookies?|privacy|terms|advertis\w+|anzeige|werbung|sponsored|download"
    r"|donate|support us|free trial|get started|add to cart|buy now|contact us?|abonnieren|datenschutz|impressum|agb"
    r"|click here|learn more|javascript|browser|datenschutzerklärung)\b|订阅|广告|扫码|二维码|关注|公众号|客户端|下载"
    r"|联系我们|免责|隐私|举报|投稿",
}

NAMED = tuple(re.compile(pattern, re.I) for pattern in NAMES.values())
ANY_NAME = re.compile("|".join(NAMES.values()), re.I)
SAID = tuple(re.compile(pattern, re.I) for pattern in WORDS.values())
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
PICTURED = re.compile(r"caption|figure|image|img|photo|pict?\b|gallery|media|thumb", re.I)
LOOKED_AT = 200  # characters at each end of a block


def named(names: str) -> int:
    """A bit for each entry of NAMES that the names of an element hold."""
    bits = 0
    for name in names.split():
        bits |= _bits_of(name)
    return bits


@lru_cache(maxsize=16_384)  # a site's names come again on every page, a framework's on every site
def _bits_of(name: str) -> int:
    if ANY_NAME.search(name) is None:
        return 0
    return sum(1 << n for n, pattern in enumerate(NAMED) if pattern.search(name))


def said(text: str) -> int:
    """A bit for each entry of WORDS at the ends of the text."""
    ends = text if len(text) < 2 * LOOKED_AT else f"{text[:LOOKED_AT]} {text[-LOOKED_AT:]}"
    return sum(1 << n for n, pattern in enumerate(SAID) if pattern.search(ends))


def chrome(names: str) -> bool:
    """Whether an element with these names and no text of the article is a part of the site."""
    return CHROME.search(names) is not None


def pictured(names: str) -> bool:
    """Whether an element with these names is a picture with what is said of it."""
    return PICTURED.search(names) is not None


@lru_cache(maxsize=4096)
def captioned(names: str) -> bool:
    """Whether an element with these names says what is on a picture."""
    return CAPTIONED.search(names) is not None


@lru_cache(maxsize=4096)
def commented(names: str) -> bool:
    """Whether an element with these names is what readers write."""
    return COMMENTED.search(names) is not None


@lru_cache(maxsize=4096)
def embedded(names: str) -> bool:
    """Whether an element with these names is a post of another site."""
    return EMBEDDED.search(names) is not None
