"""Taking back what was done, once and within its window: one's own last action, or any by its number."""

from collections.abc import Callable, Mapping
from typing import cast

from crm_store import events, staff, tickets, undo
from crm_store.errors import RefusedError
from crm_store.models.ticket import Ticket
from crm_store.models.undo import Undoable
from crm_store.rules.lifecycle import restored
from crm_store.rules.roles import Role
from handlers.agent import block, boards, cards, desk, incident_work, merge, talk, topics
from handlers.context import Context
from handlers.router import UsageError, number_of
from handlers.texts import catalogue

Reverser = Callable[[Context, Undoable], None]
LISTS = {"list", "列表"}


def take_back(ctx: Context, text: str | None) -> None:
    """Take back the sender's last action, or the one of a number; `list` shows what there is."""
    word = (text or "").strip().lstrip("#").casefold()
    if word in LISTS:
        _list(ctx)
    elif not word:
        entry = undo.newest(ctx.session, ctx.by)
        if entry is None:
            raise RefusedError("undo_nothing")
        _reverse(ctx, entry)
    elif word.isascii() and word.isdigit() and len(word) < 16:
        _reverse(ctx, undo.by_id(ctx.session, int(word)))
    else:
        raise UsageError("undo")


def pressed(ctx: Context, subject: str, revision: int) -> None:
    """Take back the action whose button was pressed."""
    _reverse(ctx, undo.by_id(ctx.session, number_of(subject)))


def _reverse(ctx: Context, entry: Undoable) -> None:
    reverse = REVERSERS.get(entry.kind)
    if entry.undone is not None or reverse is None:
        raise RefusedError("undo_done")
    if entry.by != ctx.by and not ctx.staff.may(Role.SUPERVISOR):
        raise RefusedError("undo_not_yours", number=entry.id)
    if ctx.now > entry.until:
        until = catalogue.moment(ctx.language, entry.until, ctx.desk.zone)
        raise RefusedError("undo_late", until=until, what=_what(ctx, entry))
    reverse(ctx, entry)
    undo.mark(entry, by=ctx.by, now=ctx.now)
    staff.audit(
        ctx.session, by=ctx.by, what="undone", subject=entry.subject, now=ctx.now, kind=entry.kind,
        entry=entry.id,
    )  # fmt: skip
    ctx.reply("undo.done", what=_what(ctx, entry))


def _list(ctx: Context) -> None:
    whose = None if ctx.staff.may(Role.SUPERVISOR) else ctx.by
    found = undo.living(ctx.session, now=ctx.now, by=whose)
    if not found:
        raise RefusedError("undo_nothing")
    lines = [
        ctx.say(
            "undo.line",
            number=entry.id,
            what=_what(ctx, entry),
            who=_who(ctx, entry.by),
            until=catalogue.moment(ctx.language, entry.until, ctx.desk.zone),
        )
        for entry in found
    ]
    ctx.reply_text("\n".join([ctx.say("undo.head"), *lines]))


def _what(ctx: Context, entry: Undoable) -> str:
    """Word what an entry did: `the merge of #2`."""
    key = f"undo.what.{entry.kind}"
    _, _, subject = entry.subject.rpartition(":")
    numbers = [f"#{word.strip().lstrip('#')}" for word in subject.split(",") if word.strip()]
    shown = ctx.say("tag.between").join(numbers)
    return ctx.say(key if catalogue.knows(key) else "undo.what.other", subject=shown)


def _who(ctx: Context, by: str) -> str:
    what, _, number = by.partition(":")
    return staff.by_id(ctx.session, int(number)).name if what == "staff" else ctx.say("desk.bot")


def _restore_tickets(ctx: Context, entry: Undoable) -> None:
    """Put every ticket of an entry back as it stood."""
    for number in undo.restore_tickets(ctx.session, entry):
        _show_again(ctx, tickets.by_number(ctx.session, number), entry.kind)


def _restore_owner(ctx: Context, entry: Undoable) -> None:
    """Give a ticket back to whoever owned it, when nobody has worked on it since."""
    ticket = desk.held(ctx, number_of(entry.subject.rpartition(":")[2]))
    was, to = (cast("int | None", entry.before.get(name)) for name in ("was", "to"))
    worked = any(
        event.at > entry.at and event.by.startswith("staff:")
        for event in events.of_ticket(ctx.session, ticket.id)
    )
    if ticket.assignee_id != to or worked or ticket.is_resolved:
        raise RefusedError("undo_changed", number=ticket.number)
    if "status" in entry.before:
        ticket.status = restored(ticket.status, str(entry.before["status"]))
    ticket.assignee_id = was
    told: dict[str, object] = {"was": to, "reason": "undo"}
    if was is not None:
        told["to"] = was
    kind = "unassigned" if was is None else "assigned"
    events.record(ctx.session, ticket.id, kind=kind, by=ctx.by, at=ctx.now, **told)
    _show_again(ctx, ticket, entry.kind)
    _tell_owners(ctx, ticket, was=was, to=to)


def _tell_owners(ctx: Context, ticket: Ticket, *, was: int | None, to: int | None) -> None:
    """Tell who has a ticket again and who no longer has it, and show it in its topic."""
    if was is not None:
        talk.tell_colleague(ctx, was, "undo.owner_again", ticket=ticket.id)
    if to is not None:
        talk.tell_colleague(ctx, to, "undo.owner_no_more", ticket=ticket.id)
    thread = tickets.thread_of(ctx.session, ticket.id)
    if thread is not None:
        key = "undo.owner_now" if was is not None else "undo.owner_nobody"
        owner = cards.owner(ctx.session, ticket)
        topics.say(topics.bench(ctx), thread, key, name=ctx.staff.name, number=ticket.number, owner=owner)


def _show_again(ctx: Context, ticket: Ticket, what: str) -> None:
    events.record(
        ctx.session, ticket.id, kind="undone", by=ctx.by, at=ctx.now, what=what, status=ticket.status
    )
    if not ticket.is_resolved:
        topics.reopen(topics.bench(ctx), ticket.id)
    boards.mark_taken(topics.bench(ctx), ticket)
    boards.refresh(topics.bench(ctx), ticket)


# What each kind of action is taken back by; whoever adds a kind adds its line, and its `undo.what.KIND`.
REVERSERS: Mapping[str, Reverser] = {
    "merge": merge.reverse,
    "block": block.reverse,
    "assignment": _restore_owner,
    "macro": _restore_tickets,
    "close": _restore_tickets,
    "incident": incident_work.reverse,
}
