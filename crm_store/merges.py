"""Merges: one ticket gone into another, followed from any number, and taken back exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import events, remedies, snapshots, surveys, tags, tickets
from crm_store.errors import RefusedError
from crm_store.models.conversation import Message
from crm_store.models.merge import Merge, MergedMessage, MergedQuestion
from crm_store.models.tag import TicketTag
from crm_store.models.ticket import Ticket
from crm_store.rules import merging
from crm_store.rules.lifecycle import Kind, Priority, Status, after
from crm_store.rules.merging import Share
from crm_store.snapshots import plain
from crm_store.types import instant

WINDOW = timedelta(days=7)
FIELDS = tuple(field.name for field in fields(Share))


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who joins or parts tickets, when and why."""

    by: str
    at: datetime
    reason: str | None = None


def current(session: Session, number: int) -> int:
    """Follow a ticket to where its work goes on now: A into B into C is C from anywhere."""
    seen: set[int] = set()
    ticket = session.get(Ticket, number) if 0 < number < 2**53 else None
    while ticket is not None and ticket.merged_into is not None and ticket.id not in seen:
        seen.add(ticket.id)
        number = ticket.merged_into
        ticket = session.get(Ticket, number)
    return number


def living(session: Session, source_id: int) -> Merge | None:
    """Return the merge by which a ticket is part of another now."""
    return session.scalar(sa.select(Merge).where(Merge.source_id == source_id, Merge.undone.is_(None)))


def into(session: Session, target_id: int) -> Sequence[Merge]:
    """List the merges that stand into a ticket, oldest first."""
    asked = sa.select(Merge).where(Merge.target_id == target_id, Merge.undone.is_(None))
    return session.scalars(asked.order_by(Merge.id)).all()


def by_id(session: Session, merge_id: int) -> Merge:
    """Return a merge that is known to be there."""
    return session.get_one(Merge, merge_id)


def join(session: Session, source: Ticket, target: Ticket, act: Act) -> Merge:
    """Put one ticket into another; both must be held by this transaction."""
    _check(session, source, target)
    mine, theirs = share(target), share(source)
    merge = Merge(
        source_id=source.id, target_id=target.id, at=act.at, by=act.by, reason=act.reason,
        source_status=source.status, target_before=_plain(mine), brought=_plain(theirs), became={},
        tags=_bring_tags(session, source, target),
    )  # fmt: skip
    session.add(merge)
    session.flush()
    moved = _move_messages(session, merge)
    _cancel_questions(session, merge, now=act.at)
    became = merging.joined(mine, theirs)
    _put(target, became)
    source.status, source.merged_into = after(source.status, "merge"), target.id
    session.flush()
    told = {} if act.reason is None else {"words": act.reason}
    events.record(session, source.id, kind="merged", by=act.by, at=act.at, into=target.id, **told)
    events.record(
        session, target.id, kind="absorbed", by=act.by, at=act.at, source=source.id, messages=moved,
        changed=_changes(mine, became), **told,
    )  # fmt: skip
    _tell_changes(session, target.id, was=mine, now=became, act=act, reason="merged")
    merge.became = _plain(share(target))
    return merge


def part(session: Session, merge: Merge, act: Act) -> int:
    """Take a merge back: both tickets as they were, what came since stays; return how much went back."""
    source, target = tickets.by_number(session, merge.source_id), tickets.by_number(session, merge.target_id)
    _check_parting(merge, target, now=act.at)
    merge.undone, merge.undone_by = act.at, act.by
    later = [other for other in into(session, target.id) if other.id > merge.id]
    merged = share(target)
    _undo_columns(merge, later, target)
    _return_tags(session, merge, later, target)
    moved = _return_messages(session, merge)
    source.status, source.merged_into = merge.source_status, None
    session.flush()
    _plan_again(session, merge)
    told: dict[str, object] = {"messages": moved}
    events.record(
        session, source.id, kind="unmerged", by=act.by, at=act.at, target=target.id, status=source.status,
        **told,
    )  # fmt: skip
    events.record(
        session, target.id, kind="unmerged", by=act.by, at=act.at, source=source.id, status=target.status,
        **told,
    )  # fmt: skip
    _tell_changes(session, target.id, was=merged, now=share(target), act=act, reason="unmerged")
    return moved


def share(ticket: Ticket) -> Share:
    """Return what a ticket brings to a merge."""
    return _share({name: plain(getattr(ticket, name)) for name in FIELDS})


def _check(session: Session, source: Ticket, target: Ticket) -> None:
    if source.id == target.id:
        raise RefusedError("merge_same", number=source.id)
    if current(session, target.id) == source.id:
        raise RefusedError("merge_circle", number=target.id, into=source.id)
    code = merging.refusal(Status(source.status), Status(target.status))
    if code is not None or target.merged_into is not None:
        told = source if code == "merge_over" else target
        raise RefusedError(code or "merge_target_over", number=told.id, status=told.status)


def _check_parting(merge: Merge, target: Ticket, *, now: datetime) -> None:
    if merge.undone is not None:
        raise RefusedError("undo_done")
    if target.merged_into is not None:
        raise RefusedError("unmerge_chain", number=merge.source_id, into=target.id, then=target.merged_into)
    if now - merge.at > WINDOW:
        raise RefusedError("unmerge_late", number=merge.source_id, days=WINDOW.days)


def _undo_columns(merge: Merge, later: Sequence[Merge], target: Ticket) -> None:
    """Work out what the target would be without this merge but with the later ones.

    A column that somebody changed since keeps what they made of it.
    """
    last = later[-1] if later else merge
    left, without = _share(last.became), _share(merge.target_before)
    for other in later:
        other.target_before = _plain(without)
        without = merging.joined(without, _share(other.brought))
        other.became = _plain(without)
    now = share(target)
    for name in FIELDS:
        if getattr(now, name) == getattr(left, name):
            setattr(target, name, getattr(without, name))


def _bring_tags(session: Session, source: Ticket, target: Ticket) -> list[str]:
    """Put the source's tags on the target, as they were put on the source, and list the new ones."""
    new: list[str] = []
    worn = sa.select(TicketTag).where(TicketTag.ticket_id == source.id).order_by(TicketTag.tag)
    for tag in session.scalars(worn).all():
        if tags.put(session, target.id, tag.tag, by=tag.by, at=tag.at):
            new.append(tag.tag)
    return new


def _return_tags(session: Session, merge: Merge, later: Sequence[Merge], target: Ticket) -> None:
    """Take the tags of the source off the target, unless a later source brings them too."""
    for tag in merge.tags:
        heir = next((one for one in later if tag in tags.of_ticket(session, one.source_id)), None)
        if heir is None:
            tags.take_off(session, target.id, tag)
        else:
            heir.tags = [*heir.tags, tag]


def _move_messages(session: Session, merge: Merge) -> int:
    whose = sa.select(sa.literal(merge.id), Message.id).where(Message.ticket_id == merge.source_id)
    session.execute(sa.insert(MergedMessage).from_select(["merge_id", "message_id"], whose))
    moved = sa.update(Message).where(Message.ticket_id == merge.source_id).values(ticket_id=merge.target_id)
    return _count(session, moved)


def _return_messages(session: Session, merge: Merge) -> int:
    """Give the source its messages back, but for those split off to another ticket since."""
    came = sa.select(MergedMessage.message_id).where(MergedMessage.merge_id == merge.id)
    back = sa.update(Message).where(Message.id.in_(came), Message.ticket_id == merge.target_id)
    return _count(session, back.values(ticket_id=merge.source_id))


def _count(session: Session, statement: sa.Update) -> int:
    session.flush()
    found = session.execute(statement.execution_options(synchronize_session="fetch"))
    return cast("sa.CursorResult[object]", found).rowcount


def _cancel_questions(session: Session, merge: Merge, *, now: datetime) -> None:
    for survey_id in snapshots.planned_surveys(session, merge.source_id):
        session.add(MergedQuestion(merge_id=merge.id, survey_id=survey_id))
    for check_id in snapshots.planned_checks(session, merge.source_id):
        session.add(MergedQuestion(merge_id=merge.id, check_id=check_id))
    for kind in surveys.cancel(session, merge.source_id, reason="merged"):
        told = {"survey": kind, "reason": "merged"}
        events.record(session, merge.source_id, kind="survey_cancelled", by=merge.by, at=now, **told)
    remedies.cancel(session, merge.source_id, now=now)


def _plan_again(session: Session, merge: Merge) -> None:
    """Plan the source's questions again; one that fell due meanwhile is asked at the next turn."""
    kept = session.scalars(sa.select(MergedQuestion).where(MergedQuestion.merge_id == merge.id)).all()
    snapshots.plan_again(
        session,
        surveys=[one.survey_id for one in kept if one.survey_id is not None],
        checks=[one.check_id for one in kept if one.check_id is not None],
    )


def _changes(was: Share, became: Share) -> dict[str, object]:
    """List what a merge changed, for the log."""
    before, now = _plain(was), _plain(became)
    return {name: [before[name], now[name]] for name in FIELDS if before[name] != now[name]}


def _tell_changes(  # noqa: PLR0913 - what the lines are made of
    session: Session, ticket_id: int, *, was: Share, now: Share, act: Act, reason: str
) -> None:
    """Write down what else became of the target: woken by what came, or given an owner."""
    if was.status in {Status.PENDING, Status.SNOOZED} and now.status is Status.OPEN:
        events.record(
            session, ticket_id, kind="woken", by=act.by, at=act.at, was=was.status.value, reason=reason
        )
    if was.assignee_id == now.assignee_id:
        return
    told = {} if was.assignee_id is None else {"was": was.assignee_id}
    if now.assignee_id is None:
        events.record(session, ticket_id, kind="unassigned", by=act.by, at=act.at, reason=reason, **told)
    else:
        events.record(
            session, ticket_id, kind="assigned", by=act.by, at=act.at, reason=reason, to=now.assignee_id,
            **told,
        )  # fmt: skip


def _plain(one: Share) -> dict[str, object]:
    return {name: plain(value) for name, value in asdict(one).items()}


def _share(kept: Mapping[str, object]) -> Share:
    def at(name: str) -> datetime | None:
        value = kept[name]
        return None if value is None else instant(cast("int", value))

    opened = at("opened")
    assert opened is not None  # noqa: S101 - every ticket has a beginning
    return Share(
        kind=Kind(str(kept["kind"])),
        priority=Priority(str(kept["priority"])),
        status=Status(str(kept["status"])),
        assignee_id=cast("int | None", kept["assignee_id"]),
        opened=opened,
        first_due=at("first_due"),
        next_due=at("next_due"),
        resolution_due=at("resolution_due"),
        first_replied=at("first_replied"),
        bot_quiet=bool(kept["bot_quiet"]),
    )


def _put(ticket: Ticket, became: Share) -> None:
    for name in FIELDS:
        setattr(ticket, name, getattr(became, name))
