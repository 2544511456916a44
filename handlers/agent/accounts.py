"""An event of a ticket's log in words: when, who, what, and the reasons that were recorded with it."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from crm_store import customers, events, staff
from crm_store.errors import NotFoundError
from crm_store.models.ticket import Event
from handlers.context import Context
from handlers.texts import catalogue

# What was said stands in the conversation; how a ticket began, and whether a remedy held, is told apart.
SILENT = frozenset({"opened", "heard", "thanked", "replied", "noted", "article_shown", "checked"})
# What a sentence may name, so that an older line of the log that lacks one of them can still be read.
FIELDS = (
    "to", "was", "reasons", "words", "tag", "macro", "until", "into", "source", "target", "step", "score",
    "episode", "what", "count", "by", "theme",
)  # fmt: skip
PEOPLE = frozenset({"to", "was", "owner", "by"})
BLANK = "–"


def of(ctx: Context, event: Event) -> Iterator[str]:
    """Word an event; what the conversation shows anyway has no words."""
    if event.kind in SILENT:
        return
    detail = events.detail(event)
    yield ctx.say(
        key(event.kind, str(detail.get("reason") or detail.get("what", ""))),
        **(
            dict.fromkeys(FIELDS, BLANK) | {name: _worded(ctx, name, value) for name, value in detail.items()}
        ),
        at=catalogue.moment(ctx.language, event.at, ctx.desk.zone),
        name=name(ctx, event.by),
    )
    if event.kind == "resolved" and detail.get("cause"):
        yield ctx.say("why.cause", cause=detail["cause"], remedy=detail.get("remedy", ""))


def key(kind: str, reason: str) -> str:
    """Return the sentence for an event: the one for its reason, if there is one."""
    particular = f"why.{kind}.{reason}"
    return particular if reason and catalogue.knows(particular) else f"why.{kind}"


def name(ctx: Context, by: str) -> str:
    """Name whoever an event says did it."""
    what, _, number = by.partition(":")
    try:
        if what == "staff":
            return staff.by_id(ctx.session, int(number)).name
        if what == "customer":
            return customers.by_id(ctx.session, int(number)).name
    except (NotFoundError, ValueError):
        return by
    return ctx.say("desk.bot")


def _worded(ctx: Context, field: str, value: object) -> str:
    if isinstance(value, list):
        found = [reason(ctx, str(code)) for code in cast("list[object]", value)]
        return ctx.say("why.between").join(found) or BLANK
    if isinstance(value, int) and not isinstance(value, bool) and field in PEOPLE:
        return name(ctx, f"staff:{value}")
    if value is None or value == "":
        return BLANK
    if field == "step" and catalogue.knows(f"lead.stage.{value}"):
        return ctx.say(f"lead.stage.{value}")
    return _known(ctx, str(value))


def reason(ctx: Context, code: str) -> str:
    """Word a reason such as `below_capacity` or `load:2/5`."""
    word, _, value = code.partition(":")
    for known in (f"why.reason.{code}", f"why.reason.{word}", f"why.priority.{code}", f"why.priority.{word}"):
        if catalogue.knows(known):
            return catalogue.say(ctx.language, known, value=value) if value else ctx.say(known)
    return code


def _known(ctx: Context, value: str) -> str:
    if catalogue.knows(f"word.{value}"):
        return ctx.say(f"word.{value}")
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return value if at.tzinfo is None else catalogue.moment(ctx.language, at, ctx.desk.zone)
