"""What customers ask for, counted: tickets by kind, theme or tag, by time or against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import spans
from crm_store.models.conversation import Conversation
from crm_store.models.customer import Customer
from crm_store.models.inbox import Inbox
from crm_store.models.need import NO_THEME, ThemesRead, TicketTheme
from crm_store.models.opinion import OpinionTheme
from crm_store.models.tag import TicketTag
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Status
from crm_store.spans import FIRST, Page
from crm_store.store import adding

LATE = 500  # so many tickets back one may lie whose transaction ended after that of a later number
Topic = Literal["kind", "theme", "tag"]
Side = Literal["kind", "channel", "language"]


@dataclass(frozen=True, slots=True)
class Unread:
    """A ticket whose themes nobody has read yet: its words, and the themes its opinion is known to have."""

    ticket_id: int
    words: str
    opened: datetime
    themes: Sequence[str]


@dataclass(frozen=True, slots=True)
class About:
    """What tickets are about: a value of a topic, or everything."""

    topic: Topic = "kind"
    value: str = ""

    def conditions(self) -> Sequence[sa.ColumnElement[bool]]:
        """Return what narrows tickets down to it."""
        return [_NAMES[self.topic] == self.value] if self.value else []


class Listed(NamedTuple):
    """A ticket of a topic, as a list shows it."""

    ticket_id: int
    kind: str
    status: str
    subject: str
    opened: datetime


def unread(session: Session, *, limit: int) -> Sequence[Unread]:
    """List some tickets whose themes are to be read, in order."""
    upto = session.scalar(sa.select(ThemesRead.upto)) or 0
    read = sa.select(TicketTheme.ticket_id).where(TicketTheme.ticket_id == Ticket.id)
    rows = session.execute(
        sa.select(Ticket.id, Ticket.subject, Ticket.opened)
        .where(Ticket.id > upto - LATE, ~read.exists())
        .order_by(Ticket.id)
        .limit(limit)
    ).all()
    known: dict[int, list[str]] = {}
    named = sa.select(OpinionTheme.ticket_id, OpinionTheme.theme).where(
        OpinionTheme.ticket_id.in_([number for number, _, _ in rows])
    )
    for number, theme in session.execute(named.order_by(OpinionTheme.ticket_id, OpinionTheme.theme)):
        known.setdefault(number, []).append(theme)
    return [Unread(number, words, opened, known.get(number, ())) for number, words, opened in rows]


def keep(session: Session, ticket: Unread, themes: Sequence[str]) -> None:
    """Keep the themes of a ticket, the one named first in front, and that it is read."""
    for place, theme in enumerate(dict.fromkeys(themes) or (NO_THEME,)):
        row = {"ticket_id": ticket.ticket_id, "place": place, "theme": theme, "at": ticket.opened}
        session.execute(adding(session, TicketTheme).values(row).on_conflict_do_nothing())
    upto = {"upto": max(ticket.ticket_id, session.scalar(sa.select(ThemesRead.upto)) or 0)}
    session.execute(
        adding(session, ThemesRead)
        .values(id=1, **upto)
        .on_conflict_do_update(index_elements=["id"], set_=upto)
    )


def first(session: Session) -> datetime | None:
    """Return when the first ticket was opened."""
    return session.scalar(sa.select(sa.func.min(TicketTheme.at)))


def by_bucket(session: Session, bounds: Sequence[datetime], topic: Topic) -> Mapping[str, Sequence[int]]:
    """Count the tickets opened in each [bounds[i], bounds[i + 1]) by topic; merged ones are not counted."""
    cut = spans.of(bounds)
    name = _NAMES[topic]
    rows = session.execute(
        sa.select(name, cut.c.bucket, sa.func.count())
        .select_from(_opened(cut, topic))
        .where(*_COUNTED)
        .group_by(name, cut.c.bucket)
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        value, bucket, count = cast("tuple[str, int, int]", tuple(row))
        found.setdefault(value, [0] * (len(bounds) - 1))[bucket] = count
    return found


def crossed(session: Session, side: Side, *, start: datetime, end: datetime) -> Mapping[tuple[str, str], int]:
    """Count the tickets opened in [start, end) by theme and kind, channel or language."""
    cut = spans.of([start, end])
    column = {"kind": Ticket.kind, "channel": Inbox.channel, "language": Customer.language}[side]
    source = (
        _opened(cut, "theme")
        .join(Customer, Customer.id == Ticket.customer_id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .join(Inbox, Inbox.id == Conversation.inbox_id)
    )
    rows = session.execute(
        sa.select(TicketTheme.theme, column, sa.func.count())
        .select_from(source)
        .where(*_COUNTED)
        .group_by(TicketTheme.theme, column)
    )
    return {(theme, value): count for theme, value, count in rows}


def listed(
    session: Session, about: About, *, start: datetime, end: datetime, page: Page = FIRST
) -> Sequence[Listed]:
    """List the tickets of a topic opened in [start, end), newest first."""
    cut = spans.of([start, end])
    rows = session.execute(
        sa.select(Ticket.id, Ticket.kind, Ticket.status, Ticket.subject, Ticket.opened)
        .select_from(_opened(cut, about.topic))
        .where(*_COUNTED, *about.conditions())
        .order_by(TicketTheme.at.desc(), Ticket.id.desc())
        .offset(page.offset)
        .limit(page.limit)
    )
    return [Listed(*row) for row in rows]


def count(session: Session, about: About, *, start: datetime, end: datetime) -> int:
    """Count the tickets of a topic opened in [start, end)."""
    cut = spans.of([start, end])
    counted = sa.select(sa.func.count()).select_from(_opened(cut, about.topic))
    return session.scalar(counted.where(*_COUNTED, *about.conditions())) or 0


def _opened(cut: sa.CTE, topic: Topic) -> sa.Join:
    """Join the tickets opened within spans, by the index of their first theme, with their topic."""
    when = sa.and_(TicketTheme.at >= cut.c.low, TicketTheme.at < cut.c.high)
    found = cut.join(TicketTheme, when).join(Ticket, Ticket.id == TicketTheme.ticket_id)
    return found.join(TicketTag, TicketTag.ticket_id == Ticket.id) if topic == "tag" else found


_NAMES: Mapping[Topic, sa.ColumnElement[str]] = {
    "kind": cast("sa.ColumnElement[str]", Ticket.kind),
    "theme": cast("sa.ColumnElement[str]", TicketTheme.theme),
    "tag": cast("sa.ColumnElement[str]", TicketTag.tag),
}
_COUNTED = (TicketTheme.place == 0, Ticket.status != Status.MERGED)
