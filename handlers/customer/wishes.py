"""Plain words that mean a command: to speak to a person, to get no more offers, to drop what was begun."""

import re

from crm_store.rules import tokens
from scoring.traditional import simplify

_NOT_WORDS = re.compile(r"[\W_]+")
_PLEASE = "(?:请|麻烦|帮我|给我|我要|我想|要|能不能|可以)*"
HUMAN = re.compile(
    f"{_PLEASE}(?:转接?|找|接|换|联系)?(?:一下|个)?(?:人工|真人)(?:客服|服务|坐席)?(?:吗|吧|谢谢|一下)?"
    r"|(?:please )?(?:(?:i want to |i d like to |can i |let me )?(?:talk|speak|chat) (?:to|with) )?"
    r"(?:a |an )?(?:human|real person|person|live agent|human agent|operator)(?: please)?"
)
STOP = re.compile(
    "td|t|退订|取消订阅|(?:请)?(?:不要|别)再?(?:给我)?发(?:广告|优惠|推销|推广|营销)(?:信息|消息|短信)?了?"
    r"|unsubscribe(?: me)?(?: please)?|stop|opt out|(?:please )?(?:stop|no more) (?:sending (?:me )?)?"
    r"(?:offers|ads|adverts|promotions|spam)"
)
DROP = re.compile(
    "算了吧?|(?:那)?不用了|不必了|取消|没事了?|没什么|没有了?|不说了|不需要了"
    r"|never ?mind|forget it|cancel(?: it)?|nothing|no"
)


def is_human(text: str) -> bool:
    """Tell whether a text asks for a person and says nothing else."""
    return _is(HUMAN, text)


def is_stop(text: str) -> bool:
    """Tell whether a text asks for no more offers and says nothing else."""
    return _is(STOP, text)


def is_drop(text: str) -> bool:
    """Tell whether a text takes back what its writer was about to tell."""
    return _is(DROP, text)


def _is(wanted: re.Pattern[str], text: str) -> bool:
    words = _NOT_WORDS.sub(" ", simplify(tokens.fold(text))).strip()
    return wanted.fullmatch(words) is not None or wanted.fullmatch(words.replace(" ", "")) is not None
