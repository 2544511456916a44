"""What someone typed behind /search, read as words to find and filters, in either language."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from crm_store import customers, search, staff
from crm_store.errors import RefusedError
from crm_store.rules import tokens
from crm_store.rules.lifecycle import Kind, Status
from crm_store.rules.roles import Role
from crm_store.search import Question
from handlers.agent import naming
from handlers.context import Context
from handlers.texts import catalogue

Word = TypeVar("Word", bound=StrEnum)
FILTER = re.compile(r"(?<!\S)(?P<name>[^\W\d_]+)[:：=](?:[\"“](?P<quoted>[^\"”]*)[\"”]|(?P<bare>\S*))")
NAMES = {
    "from": "from", "客户": "from", "来自": "from",
    "status": "status", "状态": "status",
    "kind": "kind", "类型": "kind",
    "agent": "agent", "客服": "agent",
    "since": "since", "起": "since", "从": "since",
    "page": "page", "页": "page",
}  # fmt: skip
NOTES = frozenset({"notes", "备注"})
ME = frozenset({"me", "我"})
AGO = re.compile(r"(\d{1,4})\s*(d|w|m|天|日|周|星期|个月|月)")
DAYS = {"d": 1, "天": 1, "日": 1, "w": 7, "周": 7, "星期": 7, "m": 30, "个月": 30, "月": 30}
MOST = 50  # customers that one name may mean


@dataclass(frozen=True, slots=True)
class Asked:
    """One search as it was typed, and as it is meant."""

    typed: str
    words: str
    question: Question
    page: int


def read(ctx: Context, typed: str) -> Asked:
    """Read words and filters, or refuse with what is wrong about one of them."""
    given = [(found["name"].casefold(), found["quoted"] or found["bare"] or "") for found in _filters(typed)]
    words = _without(typed, _filters(typed))
    first, _, last = words.rpartition(" ")
    only_notes = last.casefold() in NOTES and bool(first)
    words = first.strip() if only_notes else words
    question, page = Question(terms=tokens.terms(words), only_notes=only_notes), 1
    for name, value in given:
        if NAMES[name] == "page":
            page = int(value) if value.isascii() and value.isdigit() and len(value) < 4 else 1
        else:
            question = _READ[NAMES[name]](ctx, question, value)
    if not question.terms:
        raise RefusedError("search_words")
    return Asked(
        _without(typed, [found for found in _filters(typed) if _is_page(found)]), words, question, page
    )


def _filters(typed: str) -> Sequence["re.Match[str]"]:
    return [found for found in FILTER.finditer(typed) if found["name"].casefold() in NAMES]


def _is_page(found: "re.Match[str]") -> bool:
    return NAMES[found["name"].casefold()] == "page"


def _without(typed: str, parts: Iterable["re.Match[str]"]) -> str:
    for found in parts:
        typed = typed.replace(found.group(), " ", 1)
    return " ".join(typed.split())


def _from(ctx: Context, question: Question, value: str) -> Question:
    meant = search.customers(ctx.session, tokens.terms(value), limit=MOST)
    if not meant:
        raise naming.unknown(value, parts(customers.names(ctx.session)), "search_customer")
    return replace(question, customers=[row_id for row_id, _ in meant])


def _agent(ctx: Context, question: Question, value: str) -> Question:
    if value.casefold() in ME:
        return replace(question, agent=ctx.staff.id)
    colleagues = staff.with_role(ctx.session, ctx.place.inbox_id, Role.AGENT)
    wanted = tokens.terms(value)
    found = [one.id for one in colleagues if wanted and tokens.find(one.name, wanted) is not None]
    if not found:
        raise naming.unknown(value, parts(one.name for one in colleagues), "search_agent")
    return replace(question, agent=found[0])


def parts(known: Iterable[str]) -> list[str]:
    """List names whole and, where they are of several words, each word by itself."""
    return list(dict.fromkeys(part for name in known for part in (name, *name.split())))


def _status(ctx: Context, question: Question, value: str) -> Question:
    return replace(question, status=_named(value, Status, "search_status"))


def _kind(ctx: Context, question: Question, value: str) -> Question:
    return replace(question, kind=_named(value, Kind, "search_kind"))


def _named(value: str, choices: type[Word], code: str) -> Word:
    names = {one.value: one for one in choices}
    for language in catalogue.LANGUAGES:
        names.update((catalogue.say(language, f"word.{one.value}").casefold(), one) for one in choices)
    found = names.get(value.strip().casefold())
    if found is None:
        raise naming.unknown(value, names, code)
    return found


def _since(ctx: Context, question: Question, value: str) -> Question:
    ago = AGO.fullmatch(value.strip().casefold())
    if ago is not None:
        return replace(question, since=ctx.now - timedelta(days=int(ago[1]) * DAYS[ago[2]]))
    try:
        day = datetime.strptime(value.strip(), "%Y-%m-%d").replace(tzinfo=ZoneInfo(ctx.desk.zone))
    except ValueError:
        raise RefusedError("search_since", word=value[: naming.SHOWN]) from None
    return replace(question, since=day)


_READ = {"from": _from, "status": _status, "kind": _kind, "agent": _agent, "since": _since}
