"""Runs of campaigns: made when due, planned in chunks, looked after until nobody waits, counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import caps, recipients
from crm_store.campaigns import high_water, next_run, ruling, run_once, schedule_of
from crm_store.errors import RefusedError
from crm_store.models.campaign import (
    Campaign,
    CampaignState,
    Occurrence,
    OccurrenceState,
    Recipient,
    RecipientState,
    Verdict,
)
from crm_store.rules import occurrences
from crm_store.rules.occurrences import Recurrence
from crm_store.rules.zones import local_of
from crm_store.store import wake
from crm_store.verdicts import complaint, word

MOST = 500
_OPEN = (OccurrenceState.DUE, OccurrenceState.PLANNING, OccurrenceState.SENDING)


def due(session: Session, *, now: datetime) -> list[int]:
    """Make a row for every run whose time has come; of several missed ones only the newest runs."""
    made: list[int] = []
    rows = session.scalars(
        sa.select(Campaign).where(Campaign.state == CampaignState.SCHEDULED).order_by(Campaign.id)
    )
    for campaign in rows.all():
        missed = occurrences.between(schedule_of(campaign), high_water(session, campaign), now)
        for one in missed[:-1]:
            run_once(session, campaign, one, state=OccurrenceState.SKIPPED, now=now)
        for one in missed[-1:]:
            made += run_once(session, campaign, one, state=OccurrenceState.DUE, now=now)
    return made


def open_runs(session: Session, inbox_id: int) -> Sequence[tuple[Occurrence, Campaign]]:
    """List the runs of an inbox that are not over, oldest first."""
    rows = session.execute(
        sa.select(Occurrence, Campaign)
        .join(Campaign, Campaign.id == Occurrence.campaign_id)
        .where(Campaign.inbox_id == inbox_id, Occurrence.finished.is_(None))
        .order_by(Occurrence.id)
    )
    return [(run, campaign) for run, campaign in rows]


def plan(session: Session, inbox_id: int, *, now: datetime, most: int = caps.CHUNK) -> bool:
    """Plan the next chunk of the oldest run that needs it; False when there is nothing left to plan."""
    for run, campaign in open_runs(session, inbox_id):
        if campaign.state != CampaignState.SCHEDULED:
            continue
        rules = ruling(session, campaign, occurrence_id=run.id, at=max(now, run.due))
        if run.state in {OccurrenceState.DUE, OccurrenceState.PLANNING}:
            caps.plan_chunk(session, run, rules, campaign.audience, most=most)
            wake(session, "outbox")
            return True
        if caps.date_later(session, run, rules):
            return True
    return False


def tend(session: Session, inbox_id: int, *, now: datetime) -> bool:
    """Let go whom a closed complaint held, drop whom time or a cancel overtook, and finish what is over.

    Returns whether there is more to do at once.
    """
    more = False
    for run, campaign in open_runs(session, inbox_id):
        if campaign.state == CampaignState.CANCELLED:
            more |= _drop(session, run, reason="cancelled", now=now)
        elif run.deadline <= now:
            more |= _drop(session, run, reason="too_late", now=now)
        elif campaign.state == CampaignState.SCHEDULED:
            _let_go(session, run, now=now)
        _finish(session, run, campaign, now=now)
    return more


def _drop(session: Session, run: Occurrence, *, reason: str, now: datetime) -> bool:
    ids = session.scalars(
        sa.select(Recipient.customer_id)
        .where(Recipient.occurrence_id == run.id, Recipient.state == caps.PLANNED)
        .order_by(Recipient.customer_id)
        .limit(MOST)
    ).all()
    session.execute(
        sa.update(Recipient)
        .where(Recipient.occurrence_id == run.id, Recipient.customer_id.in_(ids))
        .values(state=RecipientState.DROPPED.value, reason=reason)
    )
    caps.release(session, run.id, ids, now=now)
    return len(ids) == MOST


def _let_go(session: Session, run: Occurrence, *, now: datetime) -> None:
    """Make those due again whose complaint is no longer open."""
    freed = session.scalars(
        sa.update(Recipient)
        .where(
            Recipient.occurrence_id == run.id,
            Recipient.state == caps.PLANNED,
            Recipient.not_before.is_(None),
            Recipient.reason == "open_complaint",
            complaint(Recipient.__table__.c.customer_id).is_(None),
        )
        .values(not_before=now)
        .returning(Recipient.customer_id)
        .execution_options(synchronize_session=False)
    ).all()
    if freed:
        wake(session, "outbox")


def _finish(session: Session, run: Occurrence, campaign: Campaign, *, now: datetime) -> None:
    """Close a run with nobody left to wait for, and its campaign when no run is to come."""
    cancelled = campaign.state == CampaignState.CANCELLED
    overtaken = run.deadline <= now and run.state in _OPEN
    if not (run.state == OccurrenceState.SENDING or cancelled or overtaken) or _is_waiting(session, run.id):
        return
    run.state = OccurrenceState.CANCELLED if cancelled else OccurrenceState.DONE
    run.finished = now
    session.flush()
    if campaign.state != CampaignState.SCHEDULED or next_run(session, campaign, now=now) is not None:
        return
    if all(other.campaign_id != campaign.id for other, _ in open_runs(session, campaign.inbox_id)):
        campaign.state = CampaignState.DONE
        wake(session, "campaign")


def _is_waiting(session: Session, occurrence_id: int) -> bool:
    queued = word(RecipientState.QUEUED.value)
    return any(
        session.scalar(
            sa.select(Recipient.customer_id)
            .where(Recipient.occurrence_id == occurrence_id, Recipient.state == state)
            .limit(1)
        )
        is not None
        for state in (caps.PLANNED, queued)
    )


def pause(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """Stop a campaign where it is; nobody is forgotten."""
    if campaign.state != CampaignState.SCHEDULED:
        raise RefusedError("campaign_pause", number=campaign.id, state=f"campaign_{campaign.state}")
    campaign.state = CampaignState.PAUSED
    recipients.take_back_ready(session, campaign, now=now)
    wake(session, "campaign")


def resume(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """Go on where a campaign was paused; recurring runs that fell into the pause are skipped."""
    if campaign.state != CampaignState.PAUSED:
        raise RefusedError("campaign_resume", number=campaign.id, state=f"campaign_{campaign.state}")
    _skip_missed(session, campaign, now=now)
    campaign.state = CampaignState.SCHEDULED
    wake(session, "campaign")
    wake(session, "outbox")


def begin(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """Let a campaign go that waited to be approved; one whose only time has passed runs at once."""
    _skip_missed(session, campaign, now=now)
    schedule = schedule_of(campaign)
    if schedule.kind is Recurrence.ONCE and occurrences.after(schedule, now) is None:
        local = local_of(now, schedule.zone).replace(second=0, microsecond=0)
        run_once(session, campaign, occurrences.Occurrence(local, now), state=OccurrenceState.DUE, now=now)
    campaign.state = CampaignState.SCHEDULED
    wake(session, "campaign")


def _skip_missed(session: Session, campaign: Campaign, *, now: datetime) -> None:
    schedule = schedule_of(campaign)
    if schedule.kind is not Recurrence.ONCE:
        for one in occurrences.between(schedule, high_water(session, campaign), now):
            run_once(session, campaign, one, state=OccurrenceState.SKIPPED, now=now)


def cancel(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """End a campaign for good and give back the room of everyone it had not reached."""
    if campaign.state not in {CampaignState.WAITING, CampaignState.SCHEDULED, CampaignState.PAUSED}:
        raise RefusedError("campaign_cancel", number=campaign.id, state=f"campaign_{campaign.state}")
    campaign.state = CampaignState.CANCELLED
    recipients.take_back_ready(session, campaign, now=now)
    tend(session, campaign.inbox_id, now=now)
    wake(session, "campaign")


def runs(session: Session, campaign_id: int) -> Sequence[Occurrence]:
    """List a campaign's runs, newest first, without those that were skipped."""
    return session.scalars(
        sa.select(Occurrence)
        .where(Occurrence.campaign_id == campaign_id, Occurrence.state != OccurrenceState.SKIPPED)
        .order_by(Occurrence.id.desc())
    ).all()


def to_show(session: Session, inbox_id: int) -> Sequence[tuple[Occurrence, Campaign]]:
    """List the runs whose card does not show their end yet."""
    rows = session.execute(
        sa.select(Occurrence, Campaign)
        .join(Campaign, Campaign.id == Occurrence.campaign_id)
        .where(
            Campaign.inbox_id == inbox_id,
            Occurrence.state != OccurrenceState.SKIPPED,
            sa.or_(
                Occurrence.finished.is_(None),
                Occurrence.card_at.is_(None),
                Occurrence.card_at <= Occurrence.finished,
            ),
        )
        .order_by(Occurrence.id)
    )
    return [(run, campaign) for run, campaign in rows]


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of everyone a run was planned for; the parts always add up to the whole."""

    planned: int = 0
    sent: int = 0
    failed: int = 0
    dropped: int = 0
    unknown: int = 0
    waiting: int = 0
    never: int = 0
    held: int = 0
    later: int = 0


def progress(session: Session, occurrence_id: int) -> Progress:
    """Count what became of everyone; of the waiting, `later` are not due yet and `held` by a complaint."""
    rows = session.execute(
        sa.select(Recipient.state, Recipient.verdict, Recipient.reason, sa.func.count())
        .where(Recipient.occurrence_id == occurrence_id)
        .group_by(Recipient.state, Recipient.verdict, Recipient.reason)
    )
    parts = dict.fromkeys(("sent", "failed", "dropped", "unknown", "waiting", "never"), 0)
    held = later = 0
    for state, verdict, reason, number in rows:
        parts[_part(state, verdict)] += number
        if state == RecipientState.PLANNED and verdict == Verdict.LATER:
            later += number
            held += number if reason == "open_complaint" else 0
    return Progress(planned=sum(parts.values()), **parts, held=held, later=later)


def _part(state: str, verdict: str) -> str:
    if state in {RecipientState.PLANNED, RecipientState.QUEUED}:
        return "waiting"
    return "never" if state == RecipientState.DROPPED and verdict == Verdict.NEVER else state
