"""Closing for good: one ticket or many, without asking their customers anything."""

import re
from datetime import timedelta

from crm_store import events, snapshots, undo
from crm_store.errors import RefusedError
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind, Status
from handlers import asking
from handlers.agent import boards, desk, talk, topics
from handlers.context import Context
from handlers.router import UsageError

MOST = 50
NUMBERS = re.compile(r"((?:#?\d{1,15}[\s,，、]*)*)(.*)", re.DOTALL)
REASON = "by_staff"
REGRET = timedelta(hours=24)  # how long closing can be taken back


def close(ctx: Context, text: str | None) -> None:
    """Close the tickets named, or the one this place is about; all of them or none."""
    numbers, words = _read(ctx, text or "")
    found = {ticket.id: ticket for ticket in (desk.held(ctx, number) for number in numbers)}
    before = [snapshots.take(ctx.session, ticket) for ticket in found.values()]
    closed = [_close(ctx, ticket, words) for ticket in found.values()]
    subject = "ticket:" + ", ".join(f"#{ticket.number}" for ticket in closed)
    undo.remember(
        ctx.session, kind="close", by=ctx.by, at=ctx.now, window=REGRET, subject=subject,
        before={"tickets": before},
    )  # fmt: skip
    if len(closed) == 1:
        talk.tell(ctx, ctx.say("close.one", number=closed[0].number), ticket=closed[0].id)
        return
    shown = ctx.say("tag.between").join(f"#{ticket.number}" for ticket in closed)
    ctx.reply("close.many", count=len(closed), numbers=shown)


def end(ctx: Context, ticket: Ticket, *, reason: str, words: str = "") -> None:
    """Resolve a ticket if it is not, close it, and ask nothing about it."""
    told = {"words": words} if words else {}
    if not ticket.is_resolved:
        ticket.resolve(ctx.now)
        events.record(ctx.session, ticket.id, kind="resolved", by=ctx.by, at=ctx.now, reason=reason, **told)
    asking.cancel(ctx, ticket.id, reason="closed")
    ticket.close(ctx.now)
    events.record(ctx.session, ticket.id, kind="closed", by=ctx.by, at=ctx.now, reason=reason, **told)
    boards.mark_taken(topics.bench(ctx), ticket)
    boards.refresh(topics.bench(ctx), ticket)
    topics.close(topics.bench(ctx), ticket.id)


def _close(ctx: Context, ticket: Ticket, words: str) -> Ticket:
    if ticket.status in {Status.CLOSED, Status.MERGED}:
        raise RefusedError("closed_already", number=ticket.number, status=ticket.status)
    desk.check_owner(ctx, ticket, otherwise="not_yours")
    if ticket.kind == Kind.COMPLAINT and not ticket.is_resolved:
        raise RefusedError("close_complaint", number=ticket.number)
    end(ctx, ticket, reason=REASON, words=words)
    return ticket


def _read(ctx: Context, text: str) -> tuple[list[int], str]:
    found = NUMBERS.fullmatch(text.strip())
    written, words = found.groups() if found else ("", text)
    numbers = list(dict.fromkeys(int(digits) for digits in re.findall(r"\d+", written)))
    if not numbers:
        here = ctx.ticket_here()
        if here is None:
            raise UsageError("close")
        numbers = [here]
    if len(numbers) > MOST:
        raise RefusedError("close_too_many", count=len(numbers), most=MOST)
    return numbers, words.strip()
