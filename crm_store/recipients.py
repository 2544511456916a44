"""The people of a run: handed to delivery when they may be written to, and settled with what became."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import caps, outbox
from crm_store.campaigns import ruling
from crm_store.caps import Judgement
from crm_store.errors import NotFoundError, RefusedError
from crm_store.models.campaign import (
    Campaign,
    CampaignState,
    Occurrence,
    OccurrenceState,
    Recipient,
    RecipientState,
    ReservationState,
    Verdict,
)
from crm_store.models.customer import Customer, Identity
from crm_store.models.outbox import Lane, OutboxRow, OutboxState
from crm_store.outbox import Draft
from crm_store.store import Prepared, wake
from crm_store.types import micros
from crm_store.verdicts import Ruling, permissions, word

Render = Callable[[Campaign, str, str], Mapping[str, object]]
"""Words a campaign in a language for a reader of that name: the body of its message."""
ROUNDS = 4

_run, _campaign = Occurrence.__table__, Campaign.__table__
_FEEDING = Prepared(
    sa.select(_run.c.id)
    .join(_campaign, _campaign.c.id == _run.c.campaign_id)
    .where(
        _campaign.c.inbox_id == sa.bindparam("inbox"),
        _campaign.c.state == word(CampaignState.SCHEDULED.value),
        _run.c.finished.is_(None),
        _run.c.state.in_([word(OccurrenceState.PLANNING.value), word(OccurrenceState.SENDING.value)]),
        sa.exists().where(
            Recipient.occurrence_id == _run.c.id,
            Recipient.state == caps.PLANNED,
            Recipient.not_before <= sa.bindparam("now"),
        ),
    )
    .order_by(_run.c.id)
)
_BACKLOG = Prepared(
    sa.select(sa.func.count()).where(
        OutboxRow.inbox_id == sa.bindparam("inbox"),
        OutboxRow.state == word(OutboxState.READY.value),
        OutboxRow.rank == sa.literal_column(str(outbox.RANK[Lane.CAMPAIGN])),
        OutboxRow.not_before <= sa.bindparam("now"),
    )
)


@dataclass(frozen=True, slots=True)
class _Run:
    """A run whose people are being handed to delivery, with the rules of this moment."""

    run: Occurrence
    campaign: Campaign
    rules: Ruling


def feed(session: Session, inbox_id: int, *, now: datetime, most: int, render: Render) -> int:
    """Put those whose turn has come into the outbox, judged again at this moment; return how many.

    Whoever may not be written to now is put off or dropped with the reason instead. While half of `most`
    wait in the outbox nothing is added, so that people are judged many at a time.
    """
    open_ids = [cast("int", id_) for (id_,) in _FEEDING.run(session, inbox=inbox_id, now=micros(now))]
    if not open_ids:
        return 0
    waiting = cast("tuple[int]", _BACKLOG.first(session, inbox=inbox_id, now=micros(now)))[0]
    if waiting > most // 2:
        return 0
    room, fed = most - waiting, 0
    for run_id in open_ids:
        run = session.get_one(Occurrence, run_id)
        campaign = session.get_one(Campaign, run.campaign_id)
        feeding = _Run(run, campaign, ruling(session, campaign, occurrence_id=run_id, at=now))
        for _ in range(ROUNDS):
            people = _due(session, feeding, most=room - fed)
            fed += _hand_over(session, feeding, people, render)
            if not people or fed >= room:
                break
        if fed >= room:
            break
    return fed


def is_due(session: Session, inbox_id: int, *, now: datetime) -> bool:
    """Tell whether someone's turn has come."""
    return _FEEDING.first(session, inbox=inbox_id, now=micros(now)) is not None


def _due(session: Session, feeding: _Run, *, most: int) -> Sequence[Recipient]:
    return session.scalars(
        sa.select(Recipient)
        .where(
            Recipient.occurrence_id == feeding.run.id,
            Recipient.state == caps.PLANNED,
            Recipient.not_before <= feeding.rules.at,
        )
        .order_by(Recipient.not_before, Recipient.customer_id)
        .limit(most)
    ).all()


def _hand_over(session: Session, feeding: _Run, people: Sequence[Recipient], render: Render) -> int:
    """Judge people under lock; queue those who may be written to and put the others off."""
    if not people:
        return 0
    ids = [person.customer_id for person in people]
    caps.lock(session, Customer.id.in_(ids))
    judged = {one.customer_id: one for one in caps.judge(session, feeding.rules, ids)}
    chosen = [person for person in people if judged[person.customer_id].verdict is Verdict.NOW]
    caps.reserve(session, feeding.rules, [person.customer_id for person in chosen])
    _queue(session, feeding, chosen, render)
    put_off(session, feeding.run, feeding.rules, [judged[one] for one in ids])
    return len(chosen)


def _queue(session: Session, feeding: _Run, chosen: Sequence[Recipient], render: Render) -> None:
    campaign = feeding.campaign
    addresses = _addresses(session, campaign.inbox_id, [person.customer_id for person in chosen])
    for person in chosen:
        language, name, chat = addresses[person.customer_id]
        body = render(campaign, language, name)
        if person.outbox_id is None:
            draft = Draft(
                inbox_id=campaign.inbox_id, chat=chat, body=body, priority=Lane.CAMPAIGN,
                customer_id=person.customer_id, occurrence_id=feeding.run.id,
                dedupe_key=f"campaign:{feeding.run.id}:{person.customer_id}",
            )  # fmt: skip
            person.outbox_id = outbox.enqueue(session, draft, now=feeding.rules.at)
        else:
            _ready_again(session, person.outbox_id, chat=chat, body=body, now=feeding.rules.at)
        person.verdict, person.reason, person.reason_detail = Verdict.NOW, "ok", None
        person.state = RecipientState.QUEUED
    session.flush()


def _ready_again(
    session: Session, row_id: int, *, chat: str, body: Mapping[str, object], now: datetime
) -> None:
    session.execute(
        sa.update(OutboxRow)
        .where(OutboxRow.id == row_id)
        .values(
            state=OutboxState.READY.value, reason=None, chat=chat, not_before=now,
            body=orjson.dumps(body).decode(),
        )
    )  # fmt: skip
    wake(session, "outbox")


def _addresses(session: Session, inbox_id: int, ids: Sequence[int]) -> Mapping[int, tuple[str, str, str]]:
    """Find each customer's language, name and first address that can be reached."""
    rows = session.execute(
        sa.select(Customer.id, Customer.language, Customer.name, Identity.address)
        .join(Identity, Identity.customer_id == Customer.id)
        .where(Customer.id.in_(ids), Identity.inbox_id == inbox_id, Identity.unreachable_since.is_(None))
        .order_by(Identity.id.desc())
    )
    return {customer: (language, name, address) for customer, language, name, address in rows}


def put_off(session: Session, run: Occurrence, rules: Ruling, judged: Sequence[Judgement]) -> None:
    """Give back the room of those who may not be written to now, and write down until when and why."""
    others = [one for one in judged if one.verdict is not Verdict.NOW]
    if not others:
        return
    caps.release(session, run.id, [one.customer_id for one in others], now=rules.at)
    sends = caps.sends_of(session, rules, [one.customer_id for one in others if one.reason == "cap"])
    for one in others:
        again = one.not_before
        if one.reason == "cap":
            again = caps.free_from(rules, sends[one.customer_id], zone=one.zone, until=run.deadline)
        over = one.verdict is Verdict.NEVER or (again is None and one.reason == "cap")
        person = session.get_one(Recipient, (run.id, one.customer_id))
        person.verdict = Verdict.NEVER if one.reason == "holdout" else Verdict.LATER
        person.reason, person.reason_detail, person.not_before = one.reason, one.detail, again
        person.state = RecipientState.DROPPED if over else RecipientState.PLANNED
    session.flush()


_row = OutboxRow.__table__
_STILL = Prepared(
    sa.select(
        _row.c.occurrence_id,
        _row.c.customer_id,
        sa.case(
            (_campaign.c.state == word(CampaignState.PAUSED.value), word("paused")),
            (_campaign.c.state == word(CampaignState.CANCELLED.value), word("cancelled")),
            *permissions(_row.c.customer_id, _campaign.c.inbox_id, _campaign.c.channel, _campaign.c.topic),
            else_=word("ok"),
        ),
    )
    .join(_run, _run.c.id == _row.c.occurrence_id)
    .join(_campaign, _campaign.c.id == _run.c.campaign_id)
    .where(_row.c.id == sa.bindparam("row"))
)


def may_send(session: Session, row_id: int, *, now: datetime) -> bool:
    """Tell, right before its call, whether a campaign row may still go out; if not, it is taken back."""
    found = _STILL.first(session, row=row_id)
    if found is None:
        return True
    run_id, customer_id, reason = cast("tuple[int, int, str]", found)
    if reason == "ok":
        return True
    _take_back(session, row_id, (run_id, customer_id), reason=reason, now=now)
    return False


def _take_back(session: Session, row_id: int, who: tuple[int, int], *, reason: str, now: datetime) -> None:
    row = session.get_one(OutboxRow, row_id)
    row.state, row.reason = OutboxState.CANCELLED, reason
    person = session.get_one(Recipient, who)
    if reason == "paused":
        person.state, person.not_before = RecipientState.PLANNED, now
    elif reason == "cancelled":
        person.state, person.reason = RecipientState.DROPPED, reason
        caps.release(session, who[0], [who[1]], now=now)
    else:
        run = session.get_one(Occurrence, who[0])
        campaign = session.get_one(Campaign, run.campaign_id)
        rules = ruling(session, campaign, occurrence_id=run.id, at=now)
        put_off(session, run, rules, caps.judge(session, rules, [who[1]]))
    session.flush()


def take_back_ready(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """Take back the rows of a paused or cancelled campaign that delivery has not taken in hand."""
    rows = session.execute(
        sa.select(OutboxRow.id, OutboxRow.occurrence_id, OutboxRow.customer_id)
        .join(Occurrence, Occurrence.id == OutboxRow.occurrence_id)
        .where(
            Occurrence.campaign_id == campaign.id,
            OutboxRow.inbox_id == campaign.inbox_id,
            OutboxRow.state == word(OutboxState.READY.value),
            OutboxRow.priority == Lane.CAMPAIGN,
        )
    ).all()
    for row_id, run_id, customer_id in rows:
        if run_id is None or customer_id is None:
            continue
        _take_back(session, row_id, (run_id, customer_id), reason=campaign.state, now=now)


_OUTCOMES: Mapping[str, tuple[RecipientState, ReservationState]] = {
    "sent": (RecipientState.SENT, ReservationState.SENT),
    "unknown": (RecipientState.UNKNOWN, ReservationState.UNKNOWN),
    "failed": (RecipientState.FAILED, ReservationState.RELEASED),
    "unreachable": (RecipientState.FAILED, ReservationState.RELEASED),
}


def settled(session: Session, outbox_id: int, outcome: str, *, at: datetime) -> None:
    """Record what became of a campaign row: sent and unknown use the room they took, a failure frees it."""
    row = session.get_one(OutboxRow, outbox_id)
    if outcome not in _OUTCOMES or row.occurrence_id is None or row.customer_id is None:
        return
    state, room = _OUTCOMES[outcome]
    person = session.get_one(Recipient, (row.occurrence_id, row.customer_id))
    if person.state != RecipientState.QUEUED:  # it was settled before
        return
    person.state = state
    session.flush()
    if room is ReservationState.RELEASED:
        caps.release(session, row.occurrence_id, [row.customer_id], now=at)
    else:
        caps.settle(session, row.occurrence_id, row.customer_id, room, at=at)


def unknowns(session: Session, occurrence_id: int) -> Sequence[tuple[int, str]]:
    """List the rows of which nobody can tell whether they arrived, with the customer's name."""
    rows = session.execute(
        sa.select(Recipient.outbox_id, Customer.name)
        .join(Customer, Customer.id == Recipient.customer_id)
        .where(Recipient.occurrence_id == occurrence_id, Recipient.state == RecipientState.UNKNOWN)
        .order_by(Recipient.customer_id)
    )
    return [(row_id, name) for row_id, name in rows if row_id is not None]


def resend(session: Session, outbox_id: int, *, now: datetime) -> None:
    """Try an unknown row again: the same row and the same room, if the customer may be written to."""
    row = session.get(OutboxRow, outbox_id)
    if row is None or row.occurrence_id is None or row.customer_id is None:
        raise NotFoundError("message", outbox_id)
    if row.state != OutboxState.UNKNOWN:
        raise RefusedError("resend_settled")
    run = session.get_one(Occurrence, row.occurrence_id)
    campaign = session.get_one(Campaign, run.campaign_id)
    if campaign.state == CampaignState.CANCELLED:
        raise RefusedError("resend_cancelled", number=campaign.id)
    rules = ruling(session, campaign, occurrence_id=run.id, at=now)
    caps.lock(session, Customer.id == row.customer_id)
    (judged,) = caps.judge(session, rules, [row.customer_id])
    if judged.verdict is not Verdict.NOW:
        raise RefusedError("resend_held", reason=f"reason_{judged.reason}")
    caps.reserve(session, rules, [row.customer_id])
    row.state, row.reason, row.not_before = OutboxState.READY, None, now
    session.get_one(Recipient, (run.id, row.customer_id)).state = RecipientState.QUEUED
    run.state, run.finished = OccurrenceState.SENDING, None
    session.flush()
    wake(session, "outbox")


def named(
    session: Session, occurrence_id: int, reason: str, *, most: int = 20
) -> Sequence[tuple[str, Recipient]]:
    """List some of a run's people by what became of them or by the reason they wait."""
    ended = {state.value for state in RecipientState} - {RecipientState.PLANNED.value}
    by = Recipient.state == reason if reason in ended else Recipient.reason == reason
    rows = session.execute(
        sa.select(Customer.name, Recipient)
        .join(Customer, Customer.id == Recipient.customer_id)
        .where(Recipient.occurrence_id == occurrence_id, by)
        .order_by(Recipient.customer_id)
        .limit(most)
    )
    return [(name, person) for name, person in rows]


def reasons(session: Session, occurrence_id: int) -> Sequence[tuple[str, int]]:
    """Count those of a run who wait or got nothing, by reason."""
    rows = session.execute(
        sa.select(Recipient.reason, sa.func.count())
        .where(Recipient.occurrence_id == occurrence_id, Recipient.reason != "ok")
        .group_by(Recipient.reason)
        .order_by(sa.func.count().desc(), Recipient.reason)
    )
    return [(reason, number) for reason, number in rows]
