"""How a message is said beside what it says: pressing, angry, asking for an answer, about which themes.

The words are our own; each finding names the word it rests on. Nothing here is trained.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scoring.traditional import simplify

READ_AT_MOST = 600  # characters, as for the kind

_URGENT = (
    r"紧急|加急|急用|急着|着急|很急|马上|立刻|立即|尽快|赶快|火速|今天之内|来不及",
    r"urgent(?:ly)?|asap|as soon as possible|immediately|right (?:now|away)|emergency|at once"
    r"|today at the latest",
)
_ANGRY = (
    r"太差|差劲|垃圾|气死|气愤|愤怒|忍无可忍|骗子|欺骗|坑人|无语|离谱|岂有此理|曝光|(?<![0-9])12315(?![0-9])|消协|起诉|律师|退一赔三",
    r"unacceptable|outrageous|ridiculous|disgusting|furious|angry|fed up|scam|fraud|rip-?off|lawyer|sue you"
    r"|worst|never again|fuming",
)
_ASKS = re.compile(
    r"\?|吗\W*$|呢\W*$|怎么办|能不能|可不可以|是否|什么时候|请回复|回复我|给个答复|联系我"
    r"|\b(?:please (?:reply|answer|respond|call|let me know)|get back to me|let me know)\b"
)
_THEMES: Mapping[str, tuple[str, str]] = {
    "delivery": (
        r"快递|物流|配送|发货|送货|派送|包裹|到货|运费|签收",
        r"deliver\w*|shipp\w*|courier|parcels?|packages?|postage|tracking|arriv\w+",
    ),
    "refund": (
        r"退款|退货|退钱|换货|赔偿|售后",
        r"refunds?|returns?|returned|money back|exchange|compensat\w+",
    ),
    "payment": (
        r"付款|支付|扣款|重复扣|账单|发票|收费|刷卡",
        r"pay(?:ment|ments|ing)?|paid|charg\w+|bill(?:ed|ing|s)?|invoices?|credit card",
    ),
    "price": (
        r"价格|涨价|太贵|便宜|优惠|折扣|性价比|降价",
        r"prices?|pricing|expensive|cheap\w*|discounts?|costs?|coupons?|overpriced",
    ),
    "quality": (
        r"质量|坏了|破损|瑕疵|掉色|裂|漏水|不好用|做工|假货",
        r"quality|broken|broke|defective|damaged|faulty|crack\w*|leak\w*|fake|fell apart",
    ),
    "service": (
        r"客服|态度|服务|店员|员工|接待|不理人|没人管",
        r"services?|staff|support|rude|polite|friendly|helpful|attitude|agents?",
    ),
    "waiting": (
        r"等了|太慢|很慢|排队|拖延|没有回复|没人回|迟迟",
        r"wait\w*|slow\w*|queue\w*|delay\w*|no (?:answer|reply|response)|took (?:ages|forever|so long)",
    ),
    "app": (
        r"网站|页面|登录|闪退|卡顿|小程序|应用|软件|账号|密码|\bapp\b",
        r"apps?|websites?|web page|log ?in|passwords?|crash\w*|accounts?|bugs?|checkout",
    ),
    "packaging": (r"包装|盒子|外壳|胶带", r"packag(?:ing|ed)|wrapp\w+|box(?:es)?"),
    "stock": (r"缺货|没货|断货|补货|库存", r"out of stock|sold out|in stock|restock\w*|unavailable"),
}
_SIGNS = (("urgent_words", _URGENT), ("angry_words", _ANGRY))


@dataclass(frozen=True, slots=True)
class Tone:
    """What a text lets feel: codes with the word that tells them, whether it asks, and its themes."""

    signs: tuple[str, ...]
    asks: bool
    themes: tuple[str, ...]


THEMES: tuple[str, ...] = tuple(_THEMES)


def tone(text: str) -> Tone:
    """Read tone and themes off the beginning of a text; the themes come in the order they are named in."""
    folded = simplify(unicodedata.normalize("NFKC", text[:READ_AT_MOST]).casefold())
    signs = [f"{code}:{found}" for code, words in _SIGNS if (found := _first(words, folded)) is not None]
    themes = sorted(_places(folded), key=lambda named: named[1])
    return Tone(tuple(signs), _ASKS.search(folded) is not None, tuple(theme for theme, _ in themes))


def _first(words: Sequence[str], folded: str) -> str | None:
    found = _PATTERNS[tuple(words)].search(folded)
    return None if found is None else found[0]


def _places(folded: str) -> Iterator[tuple[str, int]]:
    for theme, words in _THEMES.items():
        found = _PATTERNS[words].search(folded)
        if found is not None:
            yield theme, found.start()


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Match Chinese words anywhere and English ones from edge to edge."""
    chinese, english = words
    return re.compile(rf"{chinese}|(?<![a-z])(?:{english})(?![a-z])")


_PATTERNS: Mapping[tuple[str, ...], re.Pattern[str]] = {
    words: _pattern(words) for words in (_URGENT, _ANGRY, *_THEMES.values())
}
