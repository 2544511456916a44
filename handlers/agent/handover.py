"""Giving a ticket to somebody else: by name, or to whoever has a skill, with a note and all that was said."""

from dataclasses import replace

from crm_store import assignments, calendars, presence, skills, staff, undo
from crm_store.errors import RefusedError
from crm_store.models.presence import Presence, PresenceState
from crm_store.models.staff import Staff
from crm_store.models.ticket import Ticket
from crm_store.rules.assignment import choose
from crm_store.rules.roles import Role, may
from handlers.agent import assigning, colleagues, desk, sorting, talk, topics
from handlers.agent.cards import LONGEST_LINE
from handlers.context import Context
from handlers.ports import Button, Message
from handlers.router import number_of
from handlers.texts import catalogue


def assign(ctx: Context, number: int, text: str) -> None:
    """Make a colleague the owner of a ticket."""
    ticket = _given(ctx, number)
    _offer(ctx, ticket, colleagues.named(ctx, text), how="assigned")


def transfer(ctx: Context, number: int, text: str) -> None:
    """Hand a ticket over to a colleague, or to whoever has a skill and room, with a note for them."""
    ticket = _given(ctx, number)
    found = colleagues.leading(ctx, text)
    skill, _, rest = text.strip().partition(" ")
    known = skills.names(ctx.session)
    if found is None and skill.casefold() not in known:
        # Nobody is called so: the first word may be the beginning of a name, else it is told who was meant.
        found = colleagues.named(ctx, skill, also=known), rest.strip()
    note = (found[1] if found is not None else rest).strip()
    if note:
        desk.note(ctx, ticket.number, note)
    if found is not None:
        _offer(ctx, ticket, found[0], how="transferred", note=note)
    else:
        _to_skill(ctx, ticket, skill.casefold(), note=note)


def assign_anyway(ctx: Context, subject: str, revision: int) -> None:
    """Give a ticket to a colleague who is away, as whoever pressed was warned."""
    number, _, staff_id = subject.partition("-")
    ticket = _given(ctx, number_of(number))
    owner = staff.by_id(ctx.session, number_of(staff_id))
    _check_serves(ctx, owner)
    _give(ctx, ticket, owner, how="assigned")


def _given(ctx: Context, number: int) -> Ticket:
    """Return a ticket that the sender may give away: an own one, one nobody has, a supervisor any."""
    ticket = desk.held(ctx, number)
    if ticket.is_resolved:
        raise RefusedError("resolved", number=ticket.number, status=ticket.status)
    desk.check_owner(ctx, ticket, otherwise="not_yours_to_give")
    return ticket


def _check_serves(ctx: Context, owner: Staff) -> None:
    if not may(staff.roles_of(ctx.session, owner.id), Role.AGENT):
        raise RefusedError("not_an_agent", name=owner.name)


def _offer(ctx: Context, ticket: Ticket, owner: Staff, *, how: str, note: str = "") -> None:
    """Give a ticket to someone who is there; ask first when they are away."""
    _check_serves(ctx, owner)
    if ticket.assignee_id == owner.id:
        raise RefusedError("has_it", number=ticket.number, name=owner.name)
    known = presence.current(ctx.session, owner.id)
    if known is not None and known.state == PresenceState.AWAY and owner.id != ctx.staff.id:
        anyway = Button(ctx.say("key.assign_anyway"), "assign_anyway", f"{ticket.id}-{owner.id}")
        talk.tell(ctx, _is_away(ctx, ticket, owner, known), ticket=ticket.id, buttons=[[anyway]])
    else:
        _give(ctx, ticket, owner, how=how, note=note)


def _is_away(ctx: Context, ticket: Ticket, owner: Staff, known: Presence) -> str:
    since = catalogue.moment(ctx.language, known.since, ctx.desk.zone)
    reason = "" if known.reason in {"", presence.IDLE} else known.reason
    key = "handover.away_because" if reason else "handover.away"
    return ctx.say(key, name=owner.name, since=since, reason=reason, number=ticket.number)


def pass_on(ctx: Context, ticket: Ticket, name: str) -> None:
    """Give a ticket to a colleague by name as a step of something larger; refuse when they are away."""
    owner = colleagues.named(ctx, name)
    _check_serves(ctx, owner)
    known = presence.current(ctx.session, owner.id)
    if known is not None and known.state == PresenceState.AWAY and owner.id != ctx.staff.id:
        raise RefusedError("colleague_away", name=owner.name)
    if ticket.assignee_id != owner.id:
        _hand_over(ctx, ticket, owner, how="assigned")


def _give(ctx: Context, ticket: Ticket, owner: Staff, *, how: str, note: str = "", **why: object) -> None:
    before = {"was": ticket.assignee_id, "to": owner.id, "status": ticket.status}
    _hand_over(ctx, ticket, owner, how=how, note=note, **why)
    undo.remember(
        ctx.session, kind="assignment", by=ctx.by, at=ctx.now, window=desk.UNDO_TAKE,
        subject=f"ticket:{ticket.id}", before=before,
    )  # fmt: skip
    _confirm(ctx, ticket, owner)


def _hand_over(
    ctx: Context, ticket: Ticket, owner: Staff, *, how: str, note: str = "", **why: object
) -> None:
    reason = "skill" if "skill" in why else how
    assignments.assign(ctx.session, ticket, owner.id, by=ctx.by, now=ctx.now, reason=reason, **why)
    told = f"{how}_note" if note else how
    assigning.tell(
        topics.bench(ctx), ticket, told, telling=ctx.staff.id, by=ctx.staff.name, note=note[:LONGEST_LINE]
    )


def _confirm(ctx: Context, ticket: Ticket, owner: Staff) -> None:
    """Tell whoever gave it, unless they read it in the ticket's topic anyway."""
    words = ctx.say("handover.done", number=ticket.number, name=owner.name)
    if not isinstance(ctx.event, Message):
        ctx.edit(words)
    elif ctx.ticket_here() != ticket.id or not ctx.place.thread:
        talk.tell(ctx, words, ticket=ticket.id)


def _to_skill(ctx: Context, ticket: Ticket, skill: str, *, note: str) -> None:
    """Give a ticket to whoever has a skill, is there and has room; else it waits in the queue for one."""
    sorting.put(ctx, ticket, skill)
    at = topics.bench(ctx)
    hours = calendars.current(ctx.session).hours
    team = assignments.team(ctx.session, ctx.place.inbox_id, hours, now=ctx.now)
    others = [one for one in team if one.id not in {ctx.staff.id, ticket.assignee_id}]
    wanted = assignments.waiting(ctx.session, ticket)
    choice = choose(replace(wanted, skills=wanted.skills | {skill}), others)
    if choice.staff_id is not None:
        owner = staff.by_id(ctx.session, choice.staff_id)
        told = assignments.reasons(ctx.session, choice)
        _give(ctx, ticket, owner, how="transferred", note=note, skill=skill, reasons=told)
        return
    if ticket.assignee_id is not None:
        assigning.give_back(at, [ticket], by=ctx.by, reason="transferred")
    talk.tell(ctx, ctx.say("handover.waits", number=ticket.number, skill=skill), ticket=ticket.id)
