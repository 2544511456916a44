"""Words that ask for the same in other words: what a comparison of questions should not stumble over.

Each line gives words that customers use for one another; the first stands for all of them. Add a line where
two people would ask the same question, not where one article needs it.
"""

import re
from collections.abc import Mapping

SAME_ZH = """
    怎么 如何 怎样 怎么样 咋样 咋 要怎么 该怎么 应该怎么 怎麽
    为什么 为啥 为何 干嘛 干吗 因为什么 怎么会
    能 可不可以 能不能 可以不可以 是否可以 是否能 能够 能否 可否 可以
    哪里 哪儿 在哪儿 在哪里 在哪 何处
    没 没有 未
    不能 无法 没法 没办法 不可以 不了
    多久 多长时间 多少时间 几天
    什么时候 啥时候 何时 几时 几点
    是不是 是否
    什么 啥
    现在 目前 如今
    我 俺 咱 本人
    钱 金额 款
    多少钱 什么价 价钱
    手机号 手机号码
"""
SAME_EN = """
    buy purchase bought purchased purchases purchasing buying
    get obtain receive got received gotten getting receiving
    send sent sending ship shipped shipping
    pay paid paying payment payments
    find locate found finding locating
    help assist assistance
    cancel terminate cancelled canceled cancelling cancellation
    change modify alter edit update switch changed changing updating
    fix repair solve resolve mend
    problem issue trouble problems issues
    wrong incorrect incorrectly mistake error
    lost lose missing misplaced losing
    stolen steal stole theft
    broken broke damaged faulty defective
    price cost fee charge fees charges costs charged prices
    money cash funds
    need require needed required needs requires
    want like wish wanna
    can able possible allowed permitted could may
    see view check look
    begin start started starting
    phone mobile cell smartphone
    delete remove erase deleted
    decline reject declined rejected denied refused
    arrive come arrived arriving coming deliver delivered delivery
    wait waiting waited
    late delayed delay slow
    verify confirm verification confirmation prove
    abroad overseas foreign countries country
    refund refunded reimburse reimbursement
    transfer transferred transferring transfers
    withdraw withdrawal withdrew withdrawing withdrawals
    unknown unrecognized unrecognised unfamiliar
    work function works working worked
    use using used
    forgot forget forgotten
    twice double duplicate duplicated
    raise increase higher
    lower reduce decrease
    book reserve reservation booking
    flight plane
    sick ill
    exchange convert conversion
    link connect connected linked
    cannot cant unable wont
    order ordered ordering orders
    return returned returning returns
"""
# Characters that are in most Chinese questions and tell little about which one it is.
COMMON_ZH = frozenset(
    "的了吗呢啊吧么呀我你您他们是在有为什怎样可以能会不请问想要个一这那就也还都很到把给去上下里用时候"
)
COMMON_SHARE = 0.6  # how much such a character counts
ENDINGS = ("ings", "ing", "edly", "ed", "ies", "es", "s", "ly")


def _first_of_each(lines: str) -> Mapping[str, str]:
    """Return word → the word that stands for it."""
    groups = [line.split() for line in lines.splitlines()]
    return {word: group[0] for group in groups if group for word in group}


_ZH, _EN = _first_of_each(SAME_ZH), _first_of_each(SAME_EN)
_ZH_PHRASES = re.compile("|".join(sorted(map(re.escape, _ZH), key=len, reverse=True)))


def unify(text: str) -> str:
    """Return a normalised Chinese text with the first of equal wordings."""
    return _ZH_PHRASES.sub(lambda found: _ZH[found[0]], text)


def root(word: str) -> str:
    """Return the English word that stands for another, or the word without a common ending."""
    found = _EN.get(word)
    if found is not None:
        return found
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
