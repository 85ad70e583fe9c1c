"""Chinese names: whether a text has any Chinese characters, and whether they can name a person."""

from __future__ import annotations

import re

__all__ = ["HAN", "NOT_A_NAME", "NOT_A_PERSON", "is_chinese", "is_person", "possible"]

HAN = re.compile("[\u4e00-\u9fff]")
NOT_A_PERSON = re.compile(
    r"[的了是在有与就都而及着或被把这那我你他她们]|公司|中心|大学|学院|部门|委员|集团|研究|新闻|日报|晚报|时报|网$|报$|社$|台$|频道|网络|综合"
)
NOT_A_NAME = re.compile(
    r"编辑|管理|文章|本报|小编|佚名|本站|原创|匿名|未知|作者|管理员|转载|互联|来源|不详|首页|登录|注册|评论|导航|分享|打印|关闭|图片|视频|专题|更多|报道|观点|正文|订阅|收藏|摄影|日电|获悉|公告|统计|档案|相册|主页|博客$|关注|回复|楼主|了解|专访|表示|"
    r"size|color|^\W|=",
    re.I,
)


def is_chinese(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return not text.isascii() and HAN.search(text) is not None


def is_person(name: str) -> bool:
    """Whether it can be a person's name, and not a paper's or an office's."""
    return possible(name) and not NOT_A_PERSON.search(name)


def possible(name: str) -> bool:
    """Whether a name in Chinese characters, or a nickname with some, can be a person's."""
    if NOT_A_NAME.search(name) or not 2 <= len(name) <= 20:
        return False
    return len(HAN.findall(name)) <= 8
