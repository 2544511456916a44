"""SLA policies, version by version: what each kind of ticket is promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import staff
from crm_store.models.sla import SlaTarget, SlaVersion
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.rules.sla import PRESET, Policy, Target
from crm_store.store import Prepared

_SECOND = timedelta(seconds=1)
_COLUMNS = (SlaVersion.id, SlaVersion.digest)
_CURRENT = Prepared(sa.select(*_COLUMNS).order_by(SlaVersion.id.desc()).limit(sa.literal_column("1")))
_ONE = Prepared(sa.select(*_COLUMNS).where(SlaVersion.id == sa.bindparam("version")))
_READ: dict[tuple[int, str], Policy] = {}  # what is written in a version never changes
MOST_READ = 256


def current(session: Session) -> Policy:
    """Return the policy that holds now; the preset, as version 0, until one was stored."""
    row = _CURRENT.first(session)
    return PRESET if row is None else _policy(session, row)


def of_version(session: Session, version: int | None) -> Policy:
    """Return a version of the policy; 0 is the preset, None promises nothing."""
    if version is None:
        return Policy(0, {})
    row = _ONE.first(session, version=version) if version else None
    return PRESET if row is None else _policy(session, row)


def _policy(session: Session, row: tuple[object, ...]) -> Policy:
    key = cast("int", row[0]), cast("str", row[1])
    policy = _READ.get(key)
    if policy is None:
        if len(_READ) >= MOST_READ:
            _READ.clear()
        policy = _READ[key] = _load(session, key[0])
    return policy


def _load(session: Session, version: int) -> Policy:
    row = session.get_one(SlaVersion, version)
    usual: dict[Kind, dict[Target, timedelta]] = {}
    special: dict[tuple[Kind, Priority], dict[Target, timedelta | None]] = {}
    for one in session.scalars(sa.select(SlaTarget).where(SlaTarget.version_id == version)):
        span = None if one.seconds is None else one.seconds * _SECOND
        kind, what = Kind(one.kind), Target(one.what)
        if one.priority:
            special.setdefault((kind, Priority(one.priority)), {})[what] = span
        elif span is not None:
            usual.setdefault(kind, {})[what] = span
    return Policy(version, usual, special, row.warn_percent, row.escalate_percent)


def seed(session: Session, *, now: datetime) -> int:
    """Keep the preset as the first version, unless there is one."""
    row = _CURRENT.first(session)
    return _add(session, PRESET, by="settings", now=now) if row is None else cast("int", row[0])


@dataclass(frozen=True, slots=True)
class Promise:
    """Which target of a policy is meant: a kind's, or that of one priority of it."""

    kind: Kind
    what: Target
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class Promised:
    """A target that is to be another; no span is no deadline."""

    promise: Promise
    span: timedelta | None


@dataclass(frozen=True, slots=True)
class AsUsual:
    """A priority that is to have its kind's target again."""

    promise: Promise


@dataclass(frozen=True, slots=True)
class Share:
    """The share of a target, in percent, at which its owner is warned or the supervisors are told."""

    what: Literal["warn", "escalate"]
    percent: int


Change = Promised | AsUsual | Share


def change(session: Session, changes: Sequence[Change], *, by: str, now: datetime) -> Policy:
    """Make these changes in one new version, and write each of them down."""
    policy = current(session)
    for one in changes:
        policy = changed(policy, one)
    version = _add(session, policy, by=by, now=now)
    for one in changes:
        staff.audit(session, by=by, what="sla.changed", subject=f"sla:{version}", now=now, **_detail(one))
    return replace(policy, version=version)


def changed(policy: Policy, one: Change) -> Policy:
    """Return a policy with one change made."""
    if isinstance(one, Share):
        if one.what == "warn":
            return replace(policy, warn_percent=one.percent)
        return replace(policy, escalate_percent=one.percent)
    kind, what, priority = one.promise.kind, one.promise.what, one.promise.priority
    if priority is None:
        usual = {held: span for held, span in policy.targets.get(kind, {}).items() if held is not what}
        usual |= {what: one.span} if isinstance(one, Promised) and one.span is not None else {}
        return replace(policy, targets={**policy.targets, kind: usual})
    own = {held: span for held, span in policy.by_priority.get((kind, priority), {}).items() if held != what}
    own |= {what: one.span} if isinstance(one, Promised) else {}
    by_priority = {**policy.by_priority, (kind, priority): own}
    return replace(policy, by_priority={key: named for key, named in by_priority.items() if named})


def _detail(one: Change) -> Mapping[str, object]:
    if isinstance(one, Share):
        return {one.what: one.percent}
    told = {"seconds": _seconds(one.span)} if isinstance(one, Promised) else {"dropped": True}
    return _named(one.promise) | told


def _named(promise: Promise) -> dict[str, object]:
    named: dict[str, object] = {"kind": promise.kind.value, "target": promise.what.value}
    return named if promise.priority is None else named | {"priority": promise.priority.value}


def _add(session: Session, policy: Policy, *, by: str, now: datetime) -> int:
    version = SlaVersion(
        warn_percent=policy.warn_percent,
        escalate_percent=policy.escalate_percent,
        digest=_digest(policy),
        made=now,
        made_by=by,
    )
    session.add(version)
    session.flush()
    rows: list[tuple[Kind, str, Mapping[Target, timedelta | None]]]
    rows = [(kind, "", dict(named)) for kind, named in policy.targets.items()]
    rows += [(kind, priority.value, named) for (kind, priority), named in policy.by_priority.items()]
    session.add_all(
        SlaTarget(version_id=version.id, kind=kind, priority=priority, what=what, seconds=_seconds(span))
        for kind, priority, named in rows
        for what, span in named.items()
    )
    session.flush()
    return version.id


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else span // _SECOND


def _digest(policy: Policy) -> str:
    told = repr((policy.targets, policy.by_priority, policy.warn_percent, policy.escalate_percent))
    return sha256(told.encode()).hexdigest()
