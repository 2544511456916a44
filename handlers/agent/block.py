"""Keeping a customer away from the desk for a while or for good, and what they wrote meanwhile."""

import re
from collections.abc import Sequence
from datetime import timedelta

from crm_store import blocks, customers, events, snapshots, tickets, undo
from crm_store.blocks import Held, Wish
from crm_store.errors import RefusedError
from crm_store.models.block import BarKind
from crm_store.models.conversation import Message
from crm_store.models.ticket import Ticket
from crm_store.models.undo import Undoable
from crm_store.store import wake
from handlers.agent import boards, cards, desk, offshoots, talk, topics
from handlers.context import Context
from handlers.ports import Button, OutboundMessage
from handlers.router import UsageError, number_of
from handlers.texts import catalogue

WINDOW = timedelta(hours=24)
USUAL = timedelta(hours=24)
LONGEST = timedelta(days=365)
SPAN = re.compile(r"(\d{1,5})\s*(m|min|minutes?|分钟|h|hours?|小时|d|days?|天)(?:\s+(.*))?", re.DOTALL)
UNITS = {"m": "minutes", "分": "minutes", "h": "hours", "小": "hours", "d": "days", "天": "days"}


def block(ctx: Context, number: int, text: str | None) -> None:
    """Keep a ticket's customer away from the desk until someone lets them in again."""
    ticket, name = _customer(ctx, number)
    wish = Wish(
        kind=BarKind.BLOCK, ticket_id=ticket.id, by=ctx.by, at=ctx.now, reason=(text or "").strip() or None
    )
    made = blocks.bar(ctx.session, ticket.customer_id, wish)
    entry = undo.remember(
        ctx.session, kind="block", by=ctx.by, at=ctx.now, window=WINDOW, subject=f"ticket:{ticket.id}",
        before={"bar": made.id},
    )  # fmt: skip
    _record(ctx, ticket, "blocked", words=wish.reason)
    undoing = Button(ctx.say("key.undo"), "undo", entry)
    told = ctx.say("block.done", number=ticket.number, name=name)
    talk.tell(ctx, told, ticket=ticket.id, buttons=[[undoing]])


def mute(ctx: Context, number: int, text: str | None) -> None:
    """Keep quiet about what a ticket's customer writes, for a while."""
    span, reason = _span((text or "").strip())
    ticket, name = _customer(ctx, number)
    until = ctx.now + span
    wish = Wish(kind=BarKind.MUTE, ticket_id=ticket.id, by=ctx.by, at=ctx.now, reason=reason, until=until)
    blocks.bar(ctx.session, ticket.customer_id, wish)
    _record(ctx, ticket, "muted", words=reason, until=until)
    when = catalogue.moment(ctx.language, until, ctx.desk.zone)
    ctx.reply("mute.done", number=ticket.number, name=name, until=when)


def unblock(ctx: Context, number: int) -> None:
    """Let a ticket's customer in again, blocked or muted."""
    ticket, name = _customer(ctx, number)
    lifted = blocks.lift(ctx.session, ticket.customer_id, by=ctx.by, now=ctx.now)
    if lifted is None:
        raise RefusedError("unblock_none", name=name)
    entry = undo.of_subject(ctx.session, kind="block", subject=f"ticket:{lifted.ticket_id}")
    if entry is not None and entry.undone is None and lifted.kind == BarKind.BLOCK:
        undo.mark(entry, by=ctx.by, now=ctx.now)
    _record(ctx, ticket, "unblocked")
    is_waiting = any(one.customer_id == ticket.customer_id for one in blocks.waiting(ctx.session))
    ctx.reply("block.lifted_held" if is_waiting else "block.lifted", number=ticket.number, name=name)


def reverse(ctx: Context, entry: Undoable) -> None:
    """Take back the block of an entry."""
    [bar_id] = snapshots.ids([entry.before["bar"]])
    made = blocks.by_id(ctx.session, bar_id)
    if made.lifted is not None:
        raise RefusedError("undo_changed", number=made.ticket_id)
    blocks.lift(ctx.session, made.customer_id, by=ctx.by, now=ctx.now)
    _record(ctx, tickets.by_number(ctx.session, made.ticket_id), "unblocked")


def held(ctx: Context) -> None:
    """List what is held back, by customer, with the cause and a button to recover it."""
    waiting = blocks.waiting(ctx.session)
    if not waiting:
        ctx.reply("held.none")
        return
    keys = [[Button(ctx.say("key.recover", name=one.name), "recover", one.customer_id)] for one in waiting]
    lines = [ctx.say("held.head"), *(_line(ctx, one) for one in waiting)]
    ctx.reply_text("\n".join(lines), buttons=keys)


def recover(ctx: Context, number: int) -> None:
    """Bring what is held back of a ticket's customer to the desk."""
    _recover(ctx, tickets.by_number(ctx.session, number).customer_id)


def recover_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Bring what is held back of the customer on the button to the desk."""
    _recover(ctx, number_of(subject))


def _recover(ctx: Context, customer_id: int) -> None:
    """Give what is held back to the customer's open ticket, or open one of it, in the order it came."""
    customer = customers.by_id(ctx.session, customer_id)
    said = blocks.take_out(ctx.session, customer_id, by=ctx.by, now=ctx.now)
    if not said:
        raise RefusedError("held_none", name=customer.name)
    conversation = said[-1].conversation_id
    latest = tickets.latest(ctx.session, conversation)
    if latest is not None and latest.is_unresolved:
        ticket = desk.held(ctx, latest.id)
        offshoots.give(ctx, said, ticket.id)
        events.record(ctx.session, ticket.id, kind="heard", by=f"customer:{customer_id}", at=ctx.now,
                      message=said[-1].id)  # fmt: skip
    else:
        contact = cards.contact_in(ctx.session, conversation)
        ticket = offshoots.open_ticket(ctx, contact, said, at=ctx.now)
    events.record(ctx.session, ticket.id, kind="recovered", by=ctx.by, at=ctx.now, count=len(said))
    _show(ctx, ticket, said, name=customer.name)
    wake(ctx.session, "tick:assignment")


def _show(ctx: Context, ticket: Ticket, said: Sequence[Message], *, name: str) -> None:
    """Show in the ticket's topic what came to it, or where it was asked for when it has none."""
    at, told = topics.bench(ctx), {"number": ticket.number, "name": name, "count": len(said)}
    thread = tickets.thread_of(ctx.session, ticket.id)
    language = ctx.language if thread is None else ctx.desk.language
    lines, _ = cards.history(ctx.session, ticket, language, zone=ctx.desk.zone, last=len(said))
    words = f"{catalogue.say(language, 'held.recovered', **told)}\n\n{lines}"
    if thread is None:
        talk.tell(ctx, words, ticket=ticket.id, buttons=cards.keys(ctx.say, ticket), shows=said[-1].id)
        return
    topics.tell(at, thread, OutboundMessage(words), said=said)
    topics.copy(at, thread, said)
    boards.refresh(at, ticket)
    if thread.provider_id != ctx.place.thread:
        ctx.reply_text(ctx.say("held.recovered", **told))


def _line(ctx: Context, one: Held) -> str:
    causes = ctx.say("why.between").join(
        ctx.say(f"held.cause.{cause}") if catalogue.knows(f"held.cause.{cause}") else cause
        for cause in one.causes
    )
    return ctx.say(
        "held.line",
        name=one.name,
        number=one.ticket_id or "–",
        count=one.count,
        cause=causes,
        last=catalogue.moment(ctx.language, one.last, ctx.desk.zone),
        text=" ".join(one.newest.split())[:80],
    )


def _customer(ctx: Context, number: int) -> tuple[Ticket, str]:
    ticket = desk.held(ctx, number)
    return ticket, customers.by_id(ctx.session, ticket.customer_id).name


def _record(ctx: Context, ticket: Ticket, kind: str, **detail: object) -> None:
    told = {name: value for name, value in detail.items() if value is not None}
    events.record(ctx.session, ticket.id, kind=kind, by=ctx.by, at=ctx.now, **told)


def _span(text: str) -> tuple[timedelta, str | None]:
    """Read how long, and why, off what was typed; a day when nothing says how long."""
    found = SPAN.fullmatch(text)
    if found is None:
        if text[:1].isdigit():
            raise UsageError("mute")
        return USUAL, text or None
    amount, unit, reason = found.groups()
    span = timedelta(**{UNITS[unit[0]]: int(amount)})
    if not timedelta(0) < span <= LONGEST:
        raise UsageError("mute")
    return span, (reason or "").strip() or None
