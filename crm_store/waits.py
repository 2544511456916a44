"""How long customers waited, in open hours, counted by channel on buckets: the rows stay in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.conversation import Conversation
from crm_store.models.inbox import Inbox
from crm_store.models.sla import TicketClock
from crm_store.models.ticket import Ticket
from crm_store.rules.business_hours import OpenHours
from crm_store.rules.lifecycle import ACTIVE
from crm_store.types import micros

SECOND = 1_000_000  # microseconds
_FOREVER = 2**62


@dataclass(frozen=True, slots=True)
class Waits:
    """How many waited how long, by bucket: for a first human answer, still for one, and until resolved."""

    answered: Mapping[int, int] = field(default_factory=dict)
    waiting: Mapping[int, int] = field(default_factory=dict)
    resolved: Mapping[int, int] = field(default_factory=dict)


def by_channel(
    session: Session, bounds: Sequence[int], *, hours: OpenHours, start: datetime, end: datetime
) -> Mapping[str, Waits]:
    """Count the tickets opened, and those resolved, in [start, end) by channel and bucket of open time.

    `bounds` are where buckets begin, in seconds, from 0 on. Work that stands still, because it waits for the
    customer, does not count towards resolving. What the bot settled alone is not a wait for a person.
    """
    found: dict[str, dict[str, dict[int, int]]] = {}
    for asked in (_first_answers(hours, start, end), _resolutions(start, end)):
        for channel, what, bucket, count in _counted(session, asked, bounds):
            found.setdefault(channel, {}).setdefault(what, {})[bucket] = count
    return {
        channel: Waits(kinds.get("answered", {}), kinds.get("waiting", {}), kinds.get("resolved", {}))
        for channel, kinds in found.items()
    }


def _counted(
    session: Session, asked: sa.Select[str, str, int], bounds: Sequence[int]
) -> Sequence[tuple[str, str, int, int]]:
    """Count the waits of a question by bucket."""
    waited = asked.cte("waited")
    columns = [sa.column(name, sa.BigInteger) for name in ("bucket", "low", "high")]
    cuts = [*(bound * SECOND for bound in bounds), _FOREVER]
    rows = [(bucket, low, high) for bucket, (low, high) in enumerate(pairwise(cuts))]
    step = sa.values(*columns, name="step", literal_binds=True).data(rows).cte("step")
    inside = sa.and_(waited.c.time >= step.c.low, waited.c.time < step.c.high)
    counted = session.execute(
        sa.select(waited.c.channel, waited.c.what, step.c.bucket, sa.func.count())
        .join(step, inside)
        .group_by(waited.c.channel, waited.c.what, step.c.bucket)
    )
    return [cast("tuple[str, str, int, int]", tuple(row)) for row in counted]


def _first_answers(hours: OpenHours, start: datetime, end: datetime) -> sa.Select[str, str, int]:
    """Ask how much open time passed until each ticket's first human answer, or until now."""
    opened, replied = (
        sa.type_coerce(column, sa.BigInteger) for column in (Ticket.opened, Ticket.first_replied)
    )
    unanswered = sa.and_(Ticket.first_replied.is_(None), Ticket.status.in_([one.value for one in ACTIVE]))
    asked = (
        sa.select(
            Ticket.id,
            Inbox.channel,
            sa.case((unanswered, "waiting"), else_="answered").label("what"),
            opened.label("since"),
            sa.func.coalesce(replied, micros(end)).label("until"),
        )
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .join(Inbox, Inbox.id == Conversation.inbox_id)
        .where(
            Ticket.opened >= start,
            Ticket.opened < end,
            sa.or_(Ticket.first_replied.is_not(None), unanswered),
        )
        .cte("asked")
    )
    stretch = _open(hours, start, end)
    first = sa.case((stretch.c.low > asked.c.since, stretch.c.low), else_=asked.c.since)
    last = sa.case((stretch.c.high < asked.c.until, stretch.c.high), else_=asked.c.until)
    passed = sa.case((stretch.c.low.is_not(None), last - first), else_=0)
    meets = sa.and_(stretch.c.low < asked.c.until, stretch.c.high > asked.c.since)
    return (
        sa.select(asked.c.channel, asked.c.what, sa.func.sum(passed).label("time"))
        .outerjoin(stretch, meets)
        .group_by(asked.c.id, asked.c.channel, asked.c.what)
    )


def _open(hours: OpenHours, start: datetime, end: datetime) -> sa.CTE:
    """Tabulate when the desk was open; stretches that touch are one."""
    joined: list[tuple[int, int]] = []
    for opens, closes in hours.spans(start, end):
        low, high = micros(opens), micros(closes)
        if joined and joined[-1][1] == low:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    columns = [sa.column(name, sa.BigInteger) for name in ("low", "high")]
    rows = joined or [(0, 0)]
    return sa.values(*columns, name="stretch", literal_binds=True).data(rows).cte("stretch")


def _resolutions(start: datetime, end: datetime) -> sa.Select[str, str, int]:
    """Ask how much open time each ticket's clock ran until people resolved it."""
    return (
        sa.select(
            Inbox.channel, sa.literal("resolved", sa.Text).label("what"), TicketClock.used.label("time")
        )
        .select_from(Ticket)
        .join(TicketClock, TicketClock.ticket_id == Ticket.id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .join(Inbox, Inbox.id == Conversation.inbox_id)
        .where(Ticket.resolved >= start, Ticket.resolved < end, Ticket.first_replied.is_not(None))
    )
