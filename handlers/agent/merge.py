"""Merging two tickets into one, and parting them again."""

import re
from collections.abc import Sequence

from crm_store import customers, merges, snapshots, tickets, undo
from crm_store.errors import RefusedError
from crm_store.merges import WINDOW, Act
from crm_store.models.conversation import Message as Said
from crm_store.models.merge import Merge
from crm_store.models.ticket import Ticket
from crm_store.models.undo import Undoable
from crm_store.rules.roles import Role
from crm_store.store import wake
from handlers.agent import boards, cards, desk, talk, topics
from handlers.context import Context
from handlers.ports import Button, OutboundMessage
from handlers.router import UsageError
from handlers.texts import catalogue

NUMBERS = re.compile(
    r"[#＃]?(\d{1,15})(?:\s*(?:[,，]|->|→|into|to|到|进|并入)?\s*[#＃]?(\d{1,15}))?(?:\s+(.*))?", re.DOTALL
)


def merge(ctx: Context, text: str | None) -> None:
    """Put one ticket into another, or the one this place is about into the one named."""
    source, target, reason = _read(ctx, text)
    act = Act(by=ctx.by, at=ctx.now, reason=reason)
    join(ctx, source, target, act)


def join(ctx: Context, source: Ticket, target: Ticket, act: Act) -> None:
    """Merge two tickets that are held, and show it wherever either is looked at."""
    _check(ctx, source, target)
    words, said = cards.history(ctx.session, source, ctx.desk.language, zone=ctx.desk.zone)
    made = merges.join(ctx.session, source, target, act)
    entry = undo.remember(
        ctx.session, kind="merge", by=ctx.by, at=ctx.now, window=WINDOW, subject=f"ticket:{source.id}",
        before={"merge": made.id},
    )  # fmt: skip
    _show(ctx, source, target, words=words, said=said)
    until = catalogue.moment(ctx.language, ctx.now + WINDOW, ctx.desk.zone)
    told = ctx.say("merge.done", number=source.number, into=target.number, until=until, count=len(said))
    talk.tell(ctx, told, ticket=target.id, buttons=[[Button(ctx.say("key.undo"), "undo", entry)]])


def unmerge(ctx: Context, number: int) -> None:
    """Part a merged ticket from the one it went into; of a ticket that others went into, the last one."""
    tickets.by_number(ctx.session, number)
    made = merges.living(ctx.session, number)
    if made is None:
        inside = merges.into(ctx.session, number)
        if not inside:
            raise RefusedError("unmerge_none", number=number)
        made = inside[-1]
    _part(ctx, made)
    entry = undo.of_subject(ctx.session, kind="merge", subject=f"ticket:{made.source_id}")
    if entry is not None:
        undo.mark(entry, by=ctx.by, now=ctx.now)
    ctx.reply("unmerge.done", number=made.source_id, into=made.target_id)


def reverse(ctx: Context, entry: Undoable) -> None:
    """Take back the merge of an entry."""
    [merge_id] = snapshots.ids([entry.before["merge"]])
    _part(ctx, merges.by_id(ctx.session, merge_id))


def _read(ctx: Context, text: str | None) -> tuple[Ticket, Ticket, str | None]:
    """Read which ticket goes into which; both are held, in the order of their numbers."""
    found = NUMBERS.fullmatch((text or "").strip())
    if found is None:
        raise UsageError("merge")
    first, second, reason = found.groups()
    here = None if second is not None else ctx.ticket_here()
    if second is None and here is None:
        raise UsageError("merge")
    source, named = (int(first), int(second)) if here is None else (here, int(first))
    tickets.by_number(ctx.session, named)
    target = merges.current(ctx.session, named)
    for number in sorted({source, target}):
        ctx.session.refresh(tickets.by_number(ctx.session, number), with_for_update=True)
    into = tickets.by_number(ctx.session, target)
    if target == source != named:
        raise RefusedError("merge_circle", number=named, into=source)
    if target != named:
        ctx.reply("merge.goes_on", number=named, into=target)
    return tickets.by_number(ctx.session, source), into, reason


def _check(ctx: Context, source: Ticket, target: Ticket) -> None:
    if source.customer_id != target.customer_id and not ctx.staff.may(Role.SUPERVISOR):
        one, other = (customers.by_id(ctx.session, ticket.customer_id).name for ticket in (source, target))
        raise RefusedError("merge_customers", number=source.number, into=target.number, name=one, other=other)
    for ticket in (source, target):
        desk.check_owner(ctx, ticket, otherwise="merge_owned")


def _show(ctx: Context, source: Ticket, target: Ticket, *, words: str, said: Sequence[Said]) -> None:
    """Tell both topics, move the words across, and close the topic that is left."""
    at = topics.bench(ctx)
    left, goes_on = tickets.thread_of(ctx.session, source.id), tickets.thread_of(ctx.session, target.id)
    told = {"number": source.number, "into": target.number, "name": ctx.staff.name}
    if left is not None:
        if left.provider_id != ctx.place.thread:
            topics.say(at, left, "merge.left", **told)
        topics.close(at, source.id)
    if goes_on is not None:
        came = f"{at.say('merge.came', **told)}\n\n{words}".strip()
        topics.tell(at, goes_on, OutboundMessage(came), said=said)
        topics.copy(at, goes_on, said)
    elif left is not None:
        topics.make(at, target)
    for ticket in (source, target):
        boards.mark_taken(at, ticket)
        boards.refresh(at, ticket)


def _part(ctx: Context, made: Merge) -> None:
    """Take a merge back and show it wherever either ticket is looked at."""
    for number in sorted({made.source_id, made.target_id}):
        ctx.session.refresh(tickets.by_number(ctx.session, number), with_for_update=True)
    source, target = (tickets.by_number(ctx.session, one) for one in (made.source_id, made.target_id))
    if not ctx.staff.may(Role.SUPERVISOR) and made.by != ctx.by:
        desk.check_owner(ctx, target, otherwise="merge_owned")
    merges.part(ctx.session, made, Act(by=ctx.by, at=ctx.now))
    at = topics.bench(ctx)
    if not source.is_resolved:
        topics.reopen(at, source.id)
    told = {"number": source.number, "into": target.number, "name": ctx.staff.name}
    for ticket in (source, target):
        thread = tickets.thread_of(ctx.session, ticket.id)
        if thread is not None and thread.provider_id != ctx.place.thread:
            topics.say(at, thread, "unmerge.told", **told)
        boards.mark_taken(at, ticket)
        boards.refresh(at, ticket)
    wake(ctx.session, "tick:assignment")
