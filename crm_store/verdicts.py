"""The rules of who may be written to, as one statement: a CASE arm for each, over any range of customers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from crm_store import segments
from crm_store.models.block import Bar, BarKind
from crm_store.models.campaign import Recipient, Reservation, ReservationState, Verdict
from crm_store.models.consent import Consent, Suppression
from crm_store.models.customer import Customer, CustomerTag, Identity
from crm_store.models.survey import Rating
from crm_store.models.ticket import Ticket
from crm_store.rules.frequency import Cap, FrequencyPolicy, Mode, QuietHours, Scope
from crm_store.rules.lifecycle import ACTIVE, Kind
from crm_store.rules.zones import instant_of, local_of
from crm_store.types import micros

LOW_SCORE = 2
LOW_RATING_HOLDS = timedelta(days=7)
NEVER = ("suppressed", "no_consent", "not_reachable", "blocked", "holdout", "cap_never")
"""Reasons for which a person of a run gets nothing; `ok` is now, every other reason is later."""

SPREAD, SPAN = 2_654_435_761, 2**32  # the golden ratio of 32 bits, and how many there are

Question = sa.Select[tuple[int, str, str, str, str | None, datetime | None]]

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_customer = Customer.__table__


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """By what a run is judged: where it goes, the policy that holds, the clocks, and who is held out.

    The hold-out is that many percent of those who may be written to, drawn by `draw` and always the same.
    """

    inbox_id: int
    channel: str
    topic: str
    occurrence_id: int
    policy: FrequencyPolicy
    zone: str
    quiet: QuietHours | None
    at: datetime
    holdout: int = 0
    draw: int = 0


def audience(wanted: Mapping[str, object]) -> sa.ColumnElement[bool]:
    """Turn a campaign's audience into a condition on customers."""
    value = str(wanted.get("value", ""))
    if wanted["kind"] == "language":
        return _customer.c.language == value
    if wanted["kind"] == "tag":
        return sa.exists().where(CustomerTag.customer_id == _customer.c.id, CustomerTag.tag == value)
    if wanted["kind"] == "segment":
        return segments.condition(cast("Mapping[str, object]", wanted["rule"]))
    return sa.true()


def verdicts(ruling: Ruling, zones: Iterable[str], which: sa.ColumnElement[bool]) -> Question:
    """Build the question: each customer with verdict, reason, its detail and the instant to look again."""
    clock = _clocks(ruling, zones)
    judged = (
        sa.select(
            _customer.c.id.label("customer_id"),
            clock.c.zone,
            clock.c.quiet_until,
            sa.case(*_arms(ruling, clock), else_=word("ok")).label("reason"),
        )
        .join(clock, clock.c.raw == sa.func.coalesce(_customer.c.zone, ""))
        .where(which)
        .cte("judged")
        .prefix_with("MATERIALIZED")
    )
    return sa.select(
        judged.c.customer_id,
        judged.c.zone,
        judged.c.reason,
        sa.case(
            (judged.c.reason == "ok", Verdict.NOW.value),
            (judged.c.reason.in_(NEVER), Verdict.NEVER.value),
            else_=Verdict.LATER.value,
        ).label("verdict"),
        sa.case((judged.c.reason == "open_complaint", complaint(judged.c.customer_id)), else_=None).label(
            "reason_detail"
        ),
        sa.type_coerce(
            sa.case(
                (judged.c.reason == "ok", sa.literal(micros(ruling.at), sa.BigInteger)),
                (judged.c.reason == "quiet_hours", judged.c.quiet_until),
                (judged.c.reason == "low_rating", _low_rating_ends(judged.c.customer_id)),
                else_=None,
            ),
            Recipient.__table__.c.not_before.type,
        ).label("not_before"),
    )


Arm = tuple[sa.ColumnElement[bool], sa.ColumnElement[str]]
Value = sa.ColumnElement[str]


def word(value: str) -> sa.ColumnClause[str]:
    """Write one of our own words into a statement, where an index or a prepared text needs to see it."""
    return sa.literal_column(f"'{value}'", sa.Text)


def _arms(ruling: Ruling, clock: sa.CTE) -> list[Arm]:
    """List the rules in the order in which they decide, one arm each."""
    arms = permissions(
        _customer.c.id,
        sa.literal(ruling.inbox_id, sa.BigInteger),
        sa.literal(ruling.channel, sa.Text),
        sa.literal(ruling.topic, sa.Text),
    )
    arms.append((_low_rating(_customer.c.id, ruling.at), word("low_rating")))
    for cap in ruling.policy.caps:
        never = (sa.true(), word("cap_never"))
        arms.append(never if cap.limit == 0 else (_is_full(cap, ruling, clock), word("cap")))
    if ruling.holdout:  # of those whose turn it is, so that they are like those who get it
        arms.append((_is_held_out(ruling), word("holdout")))
    arms.append((clock.c.quiet_until > 0, word("quiet_hours")))
    return arms


def permissions(
    person: sa.ColumnElement[int], inbox: sa.ColumnElement[int], channel: Value, topic: Value
) -> list[Arm]:
    """List the rules that hold whatever the hour: a no, no yes, no address, a block, an open complaint."""
    said_no = sa.exists().where(
        Suppression.customer_id == person, Suppression.channel == channel, Suppression.lifted.is_(None)
    )
    said_yes = sa.exists().where(
        Consent.customer_id == person,
        Consent.channel == channel,
        Consent.topic == topic,
        Consent.withdrawn.is_(None),
    )
    has_address = sa.exists().where(
        Identity.customer_id == person, Identity.inbox_id == inbox, Identity.unreachable_since.is_(None)
    )
    blocked = sa.exists().where(
        Bar.customer_id == person, Bar.kind == word(BarKind.BLOCK.value), Bar.lifted.is_(None)
    )
    return [
        (said_no, word("suppressed")),
        (~said_yes, word("no_consent")),
        (~has_address, word("not_reachable")),
        (blocked, word("blocked")),
        (complaint(person).is_not(None), word("open_complaint")),
    ]


def complaint(person: sa.ColumnElement[int]) -> sa.ScalarSelect[str]:
    """Find the number of a customer's open complaint, as text."""
    unresolved = [word(status.value) for status in sorted(ACTIVE)]
    return (
        sa.select(sa.cast(sa.func.min(Ticket.id), sa.Text))
        .where(
            Ticket.customer_id == person,
            Ticket.kind == word(Kind.COMPLAINT.value),
            Ticket.status.in_(unresolved),
        )
        .correlate_except(Ticket)
        .scalar_subquery()
    )


def _is_held_out(ruling: Ruling) -> sa.ColumnElement[bool]:
    """Draw by multiplicative hashing of the customer's id (Knuth, The Art of Computer Programming 6.4)."""
    drawn = (
        (_customer.c.id + ruling.draw) * sa.literal(SPREAD, sa.BigInteger) % sa.literal(SPAN, sa.BigInteger)
    )
    return drawn < SPAN * ruling.holdout // 100


def _low_rating(person: sa.ColumnElement[int], at: datetime) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Rating.customer_id == person, Rating.score <= LOW_SCORE, Rating.at > at - LOW_RATING_HOLDS
    )


def _low_rating_ends(person: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
    holds = LOW_RATING_HOLDS // _MICROSECOND
    return (
        sa.select(sa.type_coerce(sa.func.max(Rating.at), sa.BigInteger) + holds)
        .where(Rating.customer_id == person, Rating.score <= LOW_SCORE)
        .correlate_except(Rating)
        .scalar_subquery()
    )


def _is_full(cap: Cap, ruling: Ruling, clock: sa.CTE) -> sa.ColumnElement[bool]:
    """Say in SQL what `rules.frequency` says of one cap: is a send at the ruling's instant too much?"""
    taken = Reservation.__table__.alias("taken")
    ours = _counts(taken, cap, ruling)
    full: sa.ColumnElement[bool]
    if cap.mode is Mode.CALENDAR_DAY:
        today = sa.and_(ours, taken.c.at >= clock.c.day_start, taken.c.at < clock.c.day_end)
        full = _number(today, _customer, clock) >= cap.limit
    else:
        full = _fullest(cap, ruling) >= cap.limit
    if not cap.min_gap:
        return full
    near = sa.and_(ours, taken.c.at > ruling.at - cap.min_gap, taken.c.at < ruling.at + cap.min_gap)
    return sa.or_(_number(near, _customer) > 0, full)


def _fullest(cap: Cap, ruling: Ruling) -> sa.ScalarSelect[int]:
    """Count the fullest rolling window a send at the instant would be in; it ends then or at a later send."""
    later, taken = Reservation.__table__.alias("later"), Reservation.__table__.alias("taken")
    window = cap.window // _MICROSECOND
    after = sa.select(sa.type_coerce(later.c.at, sa.BigInteger)).where(
        _counts(later, cap, ruling), later.c.at > ruling.at, later.c.at < ruling.at + cap.window
    )
    ends = sa.union_all(
        sa.select(sa.literal(micros(ruling.at), sa.BigInteger).label("at")), after.correlate(_customer)
    ).subquery("ends")
    at = sa.type_coerce(taken.c.at, sa.BigInteger)
    inside = sa.and_(_counts(taken, cap, ruling), at > ends.c.at - window, at <= ends.c.at)
    return sa.select(sa.func.max(_number(inside, _customer, ends))).select_from(ends).scalar_subquery()


def _number(where: sa.ColumnElement[bool], *around: sa.FromClause) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).where(where).correlate(*around).scalar_subquery()


def _counts(taken: sa.FromClause, cap: Cap, ruling: Ruling) -> sa.ColumnElement[bool]:
    """Choose the reservations of a customer that a cap counts; this run's own is not one."""
    rules = [
        taken.c.customer_id == _customer.c.id,
        taken.c.state != word(ReservationState.RELEASED.value),
        taken.c.occurrence_id != ruling.occurrence_id,
    ]
    if cap.scope is not Scope.ALL:
        rules.append(taken.c.channel == ruling.channel)
    if cap.scope is Scope.TOPIC:
        rules.append(taken.c.topic == ruling.topic)
    return sa.and_(*rules)


def _clocks(ruling: Ruling, zones: Iterable[str]) -> sa.CTE:
    """Tabulate what each zone's wall clock says at the instant: its day and how long it is quiet."""
    rows = []
    for raw in zones:
        zone = known_zone(raw, ruling.zone)
        midnight = datetime.combine(local_of(ruling.at, zone).date(), time(0))
        loud = ruling.quiet.ends(ruling.at, zone) if ruling.quiet else ruling.at
        rows.append(
            (
                raw,
                zone,
                micros(instant_of(midnight, zone)),
                micros(instant_of(midnight + _DAY, zone)),
                micros(loud) if loud > ruling.at else 0,
            )
        )
    texts = (sa.column(name, sa.Text) for name in ("raw", "zone"))
    instants = (sa.column(name, sa.BigInteger) for name in ("day_start", "day_end", "quiet_until"))
    return sa.values(*texts, *instants, name="clock").data(rows).cte("clock")


def known_zone(raw: str | None, house: str) -> str:
    """Return a customer's zone, or the house's when there is none that any clock knows."""
    try:
        ZoneInfo(raw or house)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder of zones
        return house
    return raw or house
