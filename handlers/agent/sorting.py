"""Sorting work: a ticket's tags, its priority, and what kind of thing it is."""

import re
import unicodedata

from crm_store import conversations, corrections, events, tags
from crm_store.corrections import Corrected
from crm_store.errors import RefusedError
from crm_store.models.ticket import Ticket
from crm_store.rules import priority as urgency
from crm_store.rules.lifecycle import Kind, Priority
from handlers.agent import boards, desk, naming, talk, topics
from handlers.context import Context
from handlers.router import UsageError
from scoring import recall
from scoring.match import suggest

LONGEST = 32
NAME = re.compile(r"[\w-]+")


def tag(ctx: Context, number: int, text: str | None) -> None:
    """Put tags on a ticket, or with a minus take them off; without a tag, show which there are."""
    ticket = desk.held(ctx, number)
    words = (text or "").split()
    for word in words:
        if word.startswith("-"):
            take_off(ctx, ticket, named(word[1:]))
        else:
            put(ctx, ticket, _known(ctx, word))
    boards.refresh(topics.bench(ctx), ticket)
    here, known = tags.of_ticket(ctx.session, ticket.id), tags.names(ctx.session)
    shown = ctx.say("tag.between").join(here) or ctx.say("tag.none")
    others = ctx.say("tag.between").join(name for name in known if name not in here)
    told = "tag.now" if words or not others else "tag.now_and_known"
    talk.tell(ctx, ctx.say(told, number=ticket.number, tags=shown, known=others), ticket=ticket.id)


def put(ctx: Context, ticket: Ticket, name: str) -> None:
    """Put a tag on a ticket."""
    if tags.put(ctx.session, ticket.id, name, by=ctx.by, at=ctx.now):
        events.record(ctx.session, ticket.id, kind="tagged", by=ctx.by, at=ctx.now, tag=name)


def take_off(ctx: Context, ticket: Ticket, name: str) -> None:
    """Take a tag off a ticket, or refuse because it is not there."""
    if not tags.take_off(ctx.session, ticket.id, name):
        raise RefusedError("tag_not_there", tag=name, number=ticket.number)
    events.record(ctx.session, ticket.id, kind="untagged", by=ctx.by, at=ctx.now, tag=name)


def named(word: str) -> str:
    """Return a tag as it is kept: folded, without a leading #."""
    name = unicodedata.normalize("NFKC", word).strip().lstrip("#+").casefold()
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise RefusedError("bad_tag", word=word[: naming.SHOWN], longest=LONGEST)
    return name


def _known(ctx: Context, word: str) -> str:
    """Return the tag a word names; a new one only if it is no slip of an old one, or begins with a plus."""
    name, known = named(word), tags.names(ctx.session)
    if word.startswith("+") or name in known:
        return name
    meant = suggest(name, known)
    if meant is not None:
        raise RefusedError("meant_tag", word=word[: naming.SHOWN], meant=meant)
    return name


def priority(ctx: Context, number: int, word: str) -> None:
    """Say how soon a ticket deserves an agent."""
    wanted = naming.choice(word, Priority, "priority")
    ticket = desk.held(ctx, number)
    if ticket.is_resolved:
        raise RefusedError("resolved", number=ticket.number, status=ticket.status)
    set_priority(ctx, ticket, wanted)
    shown = ctx.say(f"word.{wanted.value}")
    talk.tell(ctx, ctx.say("priority.now", number=ticket.number, priority=shown), ticket=ticket.id)


def set_priority(ctx: Context, ticket: Ticket, wanted: Priority) -> None:
    """Change a ticket's priority and write down who did."""
    if ticket.priority == wanted:
        return
    was, ticket.priority = ticket.priority, wanted.value
    ctx.session.flush()
    events.record(
        ctx.session, ticket.id, kind="priority_changed", by=ctx.by, at=ctx.now, was=was, to=wanted.value
    )
    boards.refresh(topics.bench(ctx), ticket)


def kind(ctx: Context, number: int, word: str) -> None:
    """Say what a ticket is: an inquiry, feedback or a complaint."""
    wanted = naming.choice(word, Kind, "kind")
    ticket = desk.held(ctx, number)
    if ticket.is_resolved:
        raise RefusedError("resolved", number=ticket.number, status=ticket.status)
    set_kind(ctx, ticket, wanted)
    shown = ctx.say(f"word.{wanted.value}")
    talk.tell(ctx, ctx.say("kind.now", number=ticket.number, kind=shown), ticket=ticket.id)


def set_kind(ctx: Context, ticket: Ticket, wanted: Kind) -> None:
    """Change what a ticket is, without a word to its customer, and the priority that came with the kind.

    What a member of staff says is remembered: the next message in nearly the same words is taken for that.
    """
    if ticket.kind == wanted:
        return
    was, before = Kind(ticket.kind), Priority(ticket.priority)
    is_too_low = wanted is Kind.COMPLAINT and before.rank < urgency.BASE[wanted].rank
    if before == urgency.BASE[was] or is_too_low:
        ticket.priority = urgency.BASE[wanted].value
    ticket.kind = wanted.value
    ctx.session.flush()
    events.record(
        ctx.session, ticket.id, kind="kind_changed", by=ctx.by, at=ctx.now, was=was.value, to=wanted.value,
        priority=ticket.priority,
    )  # fmt: skip
    text = conversations.first_words(ctx.session, ticket.id) or ticket.subject
    if ctx.sender.staff is not None and recall.key(text):
        corrections.keep(ctx.session, Corrected(recall.key(text), text, was, wanted), by=ctx.by, at=ctx.now)
    boards.refresh(topics.bench(ctx), ticket)


def tag_words(text: str) -> list[str]:
    """Return the tags that a macro's step names, or refuse a step that names none."""
    found = [named(word) for word in text.split()]
    if not found:
        raise UsageError("tag")
    return found
