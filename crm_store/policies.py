"""The frequency policy: what a channel's strategy is and how often a customer may be addressed there.

Every load is a new version and the newest holds. No cap means no limit; a cap of 0 means never.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.caps import PLANNED
from crm_store.models.campaign import ChannelStrategy, PolicyCap, PolicyVersion, Recipient
from crm_store.rules.frequency import PRESETS, Cap, FrequencyPolicy, Mode, Scope
from crm_store.rules.strategy import STRATEGY, Strategy
from crm_store.store import wake

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel's line of the newest version: its strategy and its caps with the topic each is for."""

    channel: str
    strategy: Strategy
    caps: Sequence[tuple[str | None, Cap]]


def load(
    session: Session, policies: Sequence[FrequencyPolicy] = tuple(PRESETS.values()), *, by: str, now: datetime
) -> int:
    """Store a new version of every channel's caps and strategy and return its number.

    People who wait for room under a cap are judged anew.
    """
    version = PolicyVersion(loaded=now, loaded_by=by)
    session.add(version)
    session.flush()
    for policy in policies:
        session.add_all(_row(version.id, policy, cap) for cap in policy.caps)
    session.add_all(
        ChannelStrategy(version_id=version.id, channel=row.channel, values=asdict(row))
        for row in STRATEGY.values()
    )
    session.flush()
    session.execute(
        sa.update(Recipient)
        .where(
            Recipient.state == PLANNED,
            Recipient.reason == "cap",
        )
        .values(not_before=now)
    )
    wake(session, "outbox")
    return version.id


def _row(version: int, policy: FrequencyPolicy, cap: Cap) -> PolicyCap:
    return PolicyCap(
        version_id=version,
        channel=policy.channel,
        topic=policy.topic,
        most=cap.limit,
        window_seconds=cap.window // _SECOND,
        mode=cap.mode,
        min_gap_seconds=cap.min_gap // _SECOND,
        scope=cap.scope,
    )


def newest(session: Session) -> PolicyVersion | None:
    """Return the version that holds, if one was ever loaded."""
    return session.scalar(sa.select(PolicyVersion).order_by(PolicyVersion.id.desc()).limit(1))


def current(session: Session, channel: str, topic: str) -> FrequencyPolicy:
    """Return the caps that hold for a channel and topic; no loaded rule is no cap."""
    version = newest(session)
    if version is None:
        return FrequencyPolicy(channel, topic, (), version=0)
    rows = session.scalars(
        sa.select(PolicyCap)
        .where(
            PolicyCap.version_id == version.id,
            PolicyCap.channel == channel,
            sa.or_(PolicyCap.topic.is_(None), PolicyCap.topic == topic),
        )
        .order_by(PolicyCap.id)
    )
    return FrequencyPolicy(channel, topic, tuple(_cap(row) for row in rows), version=version.id)


def _cap(row: PolicyCap) -> Cap:
    return Cap(
        row.most,
        row.window_seconds * _SECOND,
        Mode(row.mode),
        row.min_gap_seconds * _SECOND,
        Scope(row.scope),
    )


def table(session: Session) -> Sequence[ChannelRow]:
    """List the newest version channel by channel; nothing when none was loaded."""
    version = newest(session)
    if version is None:
        return ()
    caps = session.scalars(
        sa.select(PolicyCap).where(PolicyCap.version_id == version.id).order_by(PolicyCap.id)
    ).all()
    channels = session.scalars(
        sa.select(ChannelStrategy.channel).where(ChannelStrategy.version_id == version.id)
    )
    known = set(channels)
    return [
        ChannelRow(name, row, [(cap.topic, _cap(cap)) for cap in caps if cap.channel == name])
        for name, row in STRATEGY.items()
        if name in known
    ]
