"""Planning a run: who gets it now, later or never, and the room each message takes under the caps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.campaign import (
    Occurrence,
    OccurrenceState,
    Recipient,
    RecipientState,
    Reservation,
    ReservationState,
    Verdict,
)
from crm_store.models.customer import Customer
from crm_store.rules.frequency import Local, Scope, earliest
from crm_store.store import adding
from crm_store.verdicts import NEVER, Question, Ruling, audience, known_zone, verdicts, word

CHUNK = 1000
LATER_AT_ONCE = 200

_DAY = timedelta(days=1)
PLANNED = word(RecipientState.PLANNED.value)
_RELEASED = word(ReservationState.RELEASED.value)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of one customer."""

    customer_id: int
    reason: str
    not_before: datetime | None
    detail: str | None
    zone: str

    @property
    def verdict(self) -> Verdict:
        """Return when this customer gets the message."""
        if self.reason == "ok":
            return Verdict.NOW
        return Verdict.NEVER if self.reason in NEVER else Verdict.LATER


def plan_chunk(
    session: Session,
    occurrence: Occurrence,
    ruling: Ruling,
    wanted: Mapping[str, object],
    *,
    most: int = CHUNK,
) -> bool:
    """Plan the next customers of a run and take their room under the caps; False when all are planned."""
    low = occurrence.cursor
    ids = session.scalars(
        sa.select(Customer.id).where(Customer.id > low).order_by(Customer.id).limit(most)
    ).all()
    if ids:
        within = sa.and_(Customer.id > low, Customer.id <= ids[-1])
        lock(session, within)
        _insert_recipients(session, ruling, sa.and_(within, audience(wanted)))
        _insert_reservations(session, ruling, low, ids[-1])
        occurrence.cursor = ids[-1]
    more = len(ids) == most
    occurrence.state = OccurrenceState.PLANNING if more else OccurrenceState.SENDING
    session.flush()
    return more


def lock(session: Session, which: sa.ColumnElement[bool]) -> None:
    """Keep other planners away from these customers; on SQLite the one writer already does."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            sa.select(Customer.id).where(which).order_by(Customer.id).with_for_update(key_share=True)
        ).all()


def judge(session: Session, ruling: Ruling, ids: Sequence[int]) -> Sequence[Judgement]:
    """Judge some customers, whose room in this run itself does not count, without writing."""
    rows = session.execute(_judged(session, ruling, Customer.id.in_(ids)))
    return [
        Judgement(row.customer_id, row.reason, row.not_before, row.reason_detail, row.zone) for row in rows
    ]


def count(
    session: Session, ruling: Ruling, wanted: Mapping[str, object]
) -> Mapping[tuple[Verdict, str], int]:
    """Count an audience by verdict and reason as it would be planned at the ruling's instant."""
    found = _judged(session, ruling, audience(wanted)).subquery()
    rows = session.execute(
        sa.select(found.c.verdict, found.c.reason, sa.func.count()).group_by(found.c.verdict, found.c.reason)
    )
    return {(Verdict(row[0]), str(row[1])): int(row[2]) for row in rows}


def names(
    session: Session, ruling: Ruling, wanted: Mapping[str, object], reason: str, *, most: int = 20
) -> Sequence[tuple[str, str | None]]:
    """List some of an audience whom a reason touches, each with its detail."""
    found = _judged(session, ruling, audience(wanted)).subquery()
    rows = session.execute(
        sa.select(Customer.name, sa.type_coerce(found.c.reason_detail, sa.Text))
        .join(found, found.c.customer_id == Customer.id)
        .where(found.c.reason == reason)
        .order_by(Customer.id)
        .limit(most)
    )
    return [(row[0], row[1]) for row in rows]


def _judged(session: Session, ruling: Ruling, which: sa.ColumnElement[bool]) -> Question:
    return verdicts(ruling, _zones(session, which), which)


def _zones(session: Session, which: sa.ColumnElement[bool]) -> Sequence[str]:
    return session.scalars(sa.select(sa.func.coalesce(Customer.zone, "")).where(which).distinct()).all() or [
        ""
    ]


def _insert_recipients(session: Session, ruling: Ruling, which: sa.ColumnElement[bool]) -> None:
    found = _judged(session, ruling, which).subquery()
    rows = sa.select(
        sa.literal(ruling.occurrence_id, sa.BigInteger),
        found.c.customer_id,
        found.c.verdict,
        found.c.reason,
        found.c.reason_detail,
        sa.literal(ruling.policy.version, sa.BigInteger),
        found.c.not_before,
        sa.case(
            (found.c.verdict == Verdict.NEVER.value, RecipientState.DROPPED.value),
            else_=RecipientState.PLANNED.value,
        ),
    ).where(sa.true())
    columns = (
        "occurrence_id", "customer_id", "verdict", "reason", "reason_detail", "policy_version", "not_before",
        "state",
    )  # fmt: skip
    session.execute(adding(session, Recipient).from_select(columns, rows).on_conflict_do_nothing())


def _insert_reservations(session: Session, ruling: Ruling, low: int, high: int) -> None:
    rows = sa.select(
        Recipient.occurrence_id,
        Recipient.customer_id,
        sa.literal(ruling.channel, sa.Text),
        sa.literal(ruling.topic, sa.Text),
        Recipient.not_before,
        sa.literal(ReservationState.RESERVED.value, sa.Text),
    ).where(
        Recipient.occurrence_id == ruling.occurrence_id,
        Recipient.customer_id > low,
        Recipient.customer_id <= high,
        Recipient.verdict == Verdict.NOW,
        Recipient.state == PLANNED,
    )
    columns = ("occurrence_id", "customer_id", "channel", "topic", "at", "state")
    session.execute(adding(session, Reservation).from_select(columns, rows).on_conflict_do_nothing())


def date_later(
    session: Session, occurrence: Occurrence, ruling: Ruling, *, most: int = LATER_AT_ONCE
) -> bool:
    """Find for capped people of a run when they may be addressed; True when there may be more of them."""
    waiting = session.execute(
        sa.select(Recipient, Customer.zone)
        .join(Customer, Customer.id == Recipient.customer_id)
        .where(
            Recipient.occurrence_id == occurrence.id,
            Recipient.state == PLANNED,
            Recipient.not_before.is_(None),
            Recipient.reason == "cap",
        )
        .order_by(Recipient.customer_id)
        .limit(most)
    ).all()
    sends = sends_of(session, ruling, [person.customer_id for person, _ in waiting])
    for person, zone in waiting:
        free = free_from(ruling, sends[person.customer_id], zone=zone, until=occurrence.deadline)
        person.not_before = free
        if free is None:
            person.verdict, person.state = Verdict.NEVER, RecipientState.DROPPED
    session.flush()
    return len(waiting) == most


Sends = Mapping[Scope, list[datetime]]


def sends_of(session: Session, ruling: Ruling, ids: Sequence[int]) -> Mapping[int, Sends]:
    """List what counts against the caps of some customers, by scope, without this run's own."""
    found: dict[int, dict[Scope, list[datetime]]] = {one: {scope: [] for scope in Scope} for one in ids}
    longest = max((cap.window + cap.min_gap for cap in ruling.policy.caps), default=_DAY) + _DAY
    rows = session.execute(
        sa.select(Reservation.customer_id, Reservation.channel, Reservation.topic, Reservation.at).where(
            Reservation.customer_id.in_(ids),
            Reservation.state != _RELEASED,
            Reservation.occurrence_id != ruling.occurrence_id,
            Reservation.at > ruling.at - longest,
        )
    )
    for person, channel, topic, at in rows:
        mine = found[person]
        mine[Scope.ALL].append(at)
        if channel == ruling.channel:
            mine[Scope.CHANNEL].append(at)
            if topic == ruling.topic:
                mine[Scope.TOPIC].append(at)
    return found


def free_from(ruling: Ruling, sends: Sends, *, zone: str | None, until: datetime) -> datetime | None:
    """Find the earliest instant that every cap and the quiet hours allow; None when it would be too late."""
    local = Local(known_zone(zone, ruling.zone), ruling.quiet)
    horizon = until - ruling.at
    if horizon < timedelta(0):
        return None
    return earliest(ruling.policy, sends, at=ruling.at, horizon=horizon, local=local)


def reserve(session: Session, ruling: Ruling, ids: Sequence[int]) -> None:
    """Take room at the ruling's instant for customers of a run; one reservation a person and run, ever."""
    if not ids:
        return
    held = (Reservation.occurrence_id == ruling.occurrence_id, Reservation.customer_id.in_(ids))
    session.execute(
        sa.update(Reservation).where(*held).values(at=ruling.at, state=ReservationState.RESERVED.value)
    )
    rows = [
        {
            "occurrence_id": ruling.occurrence_id, "customer_id": one, "channel": ruling.channel,
            "topic": ruling.topic, "at": ruling.at, "state": ReservationState.RESERVED.value,
        }
        for one in ids
    ]  # fmt: skip
    session.execute(adding(session, Reservation).on_conflict_do_nothing(), rows)


def release(session: Session, occurrence_id: int, ids: Sequence[int], *, now: datetime) -> None:
    """Free the room that people of a run held, and let what waits for it look again."""
    freed = session.scalars(
        sa.update(Reservation)
        .where(
            Reservation.occurrence_id == occurrence_id,
            Reservation.customer_id.in_(ids),
            Reservation.state != ReservationState.RELEASED,
        )
        .values(state=ReservationState.RELEASED.value)
        .returning(Reservation.customer_id)
    ).all()
    session.execute(
        sa.update(Recipient)
        .where(
            Recipient.customer_id.in_(freed),
            Recipient.occurrence_id != occurrence_id,
            Recipient.state == PLANNED,
            Recipient.reason == "cap",
            Recipient.not_before > now,
        )
        .values(not_before=now)
    )


def settle(
    session: Session, occurrence_id: int, customer_id: int, state: ReservationState, *, at: datetime
) -> None:
    """Record that the room a message took is used, at the instant the provider took it."""
    session.execute(
        sa.update(Reservation)
        .where(Reservation.occurrence_id == occurrence_id, Reservation.customer_id == customer_id)
        .values(state=state.value, at=at)
    )
