"""What supervisors are told unasked, and that they are told it once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.alert import Alert, AlertKind, AlertWatch, Digest
from crm_store.models.sla import SlaNotice
from crm_store.readers import Reader
from crm_store.rules.escalation import Step
from crm_store.store import adding


@dataclass(frozen=True, slots=True)
class Episode:
    """A figure outside its usual range since an instant, and the rule by which it is."""

    kind: AlertKind
    key: str
    started: datetime
    rule: Mapping[str, object]


def begin(session: Session, episode: Episode, *, now: datetime) -> bool:
    """Keep that an episode is told; False when it was told before."""
    made = session.execute(
        adding(session, Alert)
        .values(
            kind=episode.kind, key=episode.key, started=episode.started, told=now, rule=dict(episode.rule)
        )
        .on_conflict_do_nothing()
        .returning(Alert.id)
    )
    return made.first() is not None


def watched(session: Session) -> int | None:
    """Return the day on which the figures were last looked at."""
    return session.scalar(sa.select(AlertWatch.day))


def watch(session: Session, day: int) -> None:
    """Write down that the figures were looked at on a day."""
    session.execute(
        adding(session, AlertWatch)
        .values(id=1, day=day)
        .on_conflict_do_update(index_elements=["id"], set_={"day": day})
    )


def undigested(session: Session, week: datetime, found: Sequence[Reader]) -> Sequence[Reader]:
    """Return those of some readers who have not got the digest of a week."""
    sent = frozenset(session.scalars(sa.select(Digest.staff_id).where(Digest.week == week)))
    return [one for one in found if one.staff_id not in sent]


def digest(session: Session, week: datetime, staff_id: int, *, now: datetime) -> bool:
    """Keep that someone gets the digest of a week; False when they have it."""
    made = session.execute(
        adding(session, Digest)
        .values(week=week, staff_id=staff_id, sent=now)
        .on_conflict_do_nothing()
        .returning(Digest.staff_id)
    )
    return made.first() is not None


def breaches(session: Session, *, start: datetime, end: datetime) -> int:
    """Count the deadlines that passed in [start, end) without what was promised."""
    passed = (SlaNotice.step == Step.BREACHED, SlaNotice.at >= start, SlaNotice.at < end)
    return session.scalar(sa.select(sa.func.count(SlaNotice.id)).where(*passed)) or 0
