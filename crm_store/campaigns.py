"""Campaigns: made from a confirmed draft, with the times they run at; previewed, paused and resumed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import caps, policies
from crm_store.errors import NotFoundError, RefusedError
from crm_store.models.campaign import (
    Campaign,
    CampaignState,
    Occurrence,
    OccurrenceState,
    Verdict,
)
from crm_store.models.customer import CustomerTag
from crm_store.rules import occurrences
from crm_store.rules.frequency import QuietHours
from crm_store.rules.occurrences import Recurrence, Schedule
from crm_store.rules.zones import local_of
from crm_store.store import adding, wake
from crm_store.verdicts import Ruling

TOPIC = "news"
ONCE_WAITS = timedelta(days=31)
"""How long a campaign that runs once waits for people; a recurring one waits until its next run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign:
    """What a marketer confirmed; no schedule means now."""

    inbox_id: int
    owner_id: int
    chat: str
    channel: str
    text_zh: str
    text_en: str
    audience: Mapping[str, object]
    zone: str
    schedule: Schedule | None = None
    quiet: QuietHours | None = None
    topic: str = TOPIC
    holdout: int = 0

    @property
    def name(self) -> str:
        """Return the first words of the text, by which people know the campaign."""
        text = (self.text_zh or self.text_en).strip().splitlines()[0]
        return text if len(text) <= 30 else text[:29] + "…"


def create(session: Session, new: NewCampaign, *, now: datetime, waits: bool = False) -> Campaign:
    """Keep a confirmed campaign with its text frozen; one for now gets its run at once.

    One that `waits` for a second person does nothing until `runs.begin`.
    """
    if not new.text_zh.strip() and not new.text_en.strip():
        raise RefusedError("campaign_empty")
    schedule = new.schedule or _this_minute(new.zone, now)
    campaign = Campaign(
        inbox_id=new.inbox_id,
        owner_id=new.owner_id,
        chat=new.chat,
        name=new.name,
        channel=new.channel,
        topic=new.topic,
        text_zh=new.text_zh.strip(),
        text_en=new.text_en.strip(),
        audience=dict(new.audience),
        schedule=kept(schedule),
        holdout=new.holdout,
        quiet={}
        if new.quiet is None
        else {"start": f"{new.quiet.start:%H:%M}", "end": f"{new.quiet.end:%H:%M}"},
        state=(CampaignState.WAITING if waits else CampaignState.SCHEDULED).value,
        created=now,
    )
    session.add(campaign)
    session.flush()
    if new.schedule is None and not waits:
        local = local_of(now, new.zone).replace(second=0, microsecond=0)
        run_once(session, campaign, occurrences.Occurrence(local, now), state=OccurrenceState.DUE, now=now)
    wake(session, "campaign")
    return campaign


def by_number(session: Session, number: int) -> Campaign:
    """Return a campaign or raise NotFoundError."""
    found = session.get(Campaign, number) if 0 < number < 2**53 else None
    if found is None:
        raise NotFoundError("campaign", number)
    return found


def latest(session: Session, inbox_id: int, *, most: int = 10) -> Sequence[Campaign]:
    """List an inbox's campaigns, newest first."""
    return session.scalars(
        sa.select(Campaign).where(Campaign.inbox_id == inbox_id).order_by(Campaign.id.desc()).limit(most)
    ).all()


def known_tags(session: Session, *, most: int = 10) -> Sequence[str]:
    """List the tags that most customers have."""
    return session.scalars(
        sa.select(CustomerTag.tag)
        .group_by(CustomerTag.tag)
        .order_by(sa.func.count().desc(), CustomerTag.tag)
        .limit(most)
    ).all()


def has_tag(session: Session, tag: str) -> bool:
    """Tell whether any customer has a tag."""
    return session.scalar(sa.select(CustomerTag.tag).where(CustomerTag.tag == tag).limit(1)) is not None


def _this_minute(zone: str, now: datetime) -> Schedule:
    return Schedule.once(local_of(now, zone).replace(second=0, microsecond=0), zone)


def kept(schedule: Schedule) -> dict[str, object]:
    """Return what the store keeps of a schedule."""
    return {
        "kind": schedule.kind.value,
        "zone": schedule.zone,
        "at": f"{schedule.at:%H:%M}",
        "start": schedule.start.isoformat(),
        "until": None if schedule.until is None else schedule.until.isoformat(),
        "weekday": schedule.weekday,
    }


def schedule_from(kept: Mapping[str, object]) -> Schedule:
    """Make a schedule of what was kept of it."""
    until, weekday = kept.get("until"), kept.get("weekday")
    return Schedule(
        Recurrence(str(kept["kind"])),
        str(kept["zone"]),
        time.fromisoformat(str(kept["at"])),
        date.fromisoformat(str(kept["start"])),
        None if until is None else date.fromisoformat(str(until)),
        weekday if isinstance(weekday, int) else None,
    )


def schedule_of(campaign: Campaign) -> Schedule:
    """Return when a campaign runs."""
    return schedule_from(campaign.schedule)


def quiet_of(campaign: Campaign) -> QuietHours | None:
    """Return the hours in which a campaign does not disturb."""
    kept = campaign.quiet
    if not kept:
        return None
    return QuietHours(time.fromisoformat(str(kept["start"])), time.fromisoformat(str(kept["end"])))


def ruling(session: Session, campaign: Campaign, *, occurrence_id: int, at: datetime) -> Ruling:
    """Say by what a run of a campaign is judged at an instant; occurrence 0 is a preview."""
    return Ruling(
        inbox_id=campaign.inbox_id,
        channel=campaign.channel,
        topic=campaign.topic,
        occurrence_id=occurrence_id,
        policy=policies.current(session, campaign.channel, campaign.topic),
        zone=str(campaign.schedule["zone"]),
        quiet=quiet_of(campaign),
        at=at,
        holdout=campaign.holdout,
        draw=_draw(campaign.text_zh, campaign.text_en),
    )


def preview(session: Session, new: NewCampaign, *, now: datetime) -> Mapping[tuple[Verdict, str], int]:
    """Count by verdict and reason whom the first run of a draft would reach; nothing is written."""
    return caps.count(session, draft_ruling(session, new, now=now), new.audience)


def as_draft(campaign: Campaign) -> NewCampaign:
    """Return a campaign as it was confirmed."""
    return NewCampaign(
        inbox_id=campaign.inbox_id,
        owner_id=campaign.owner_id,
        chat=campaign.chat,
        channel=campaign.channel,
        text_zh=campaign.text_zh,
        text_en=campaign.text_en,
        audience=campaign.audience,
        zone=str(campaign.schedule["zone"]),
        schedule=schedule_of(campaign),
        quiet=quiet_of(campaign),
        topic=campaign.topic,
        holdout=campaign.holdout,
    )


def draft_run(new: NewCampaign, *, now: datetime) -> datetime | None:
    """Find when a draft would run first; None when its time has passed."""
    if new.schedule is None:
        return now
    first = occurrences.after(new.schedule, now)
    return None if first is None else first.instant


def draft_ruling(session: Session, new: NewCampaign, *, now: datetime) -> Ruling:
    """Say by what the first run of a draft would be judged."""
    return Ruling(
        inbox_id=new.inbox_id,
        channel=new.channel,
        topic=new.topic,
        occurrence_id=0,
        policy=policies.current(session, new.channel, new.topic),
        zone=new.zone,
        quiet=new.quiet,
        at=draft_run(new, now=now) or now,
        holdout=new.holdout,
        draw=_draw(new.text_zh.strip(), new.text_en.strip()),
    )


def _draw(zh: str, en: str) -> int:
    """Return what the hold-out is drawn by: each text draws anew, and a draft as the campaign it becomes."""
    return crc32(f"{zh}\n{en}".encode()) & 0xFFFF


def schedules(session: Session) -> list[tuple[int, Schedule]]:
    """List the campaigns that have a run to come, with when, for whoever wakes us."""
    rows = session.scalars(
        sa.select(Campaign).where(Campaign.state == CampaignState.SCHEDULED).order_by(Campaign.id)
    )
    return [(campaign.id, schedule_of(campaign)) for campaign in rows]


def next_run(session: Session, campaign: Campaign, *, now: datetime) -> datetime | None:
    """Find when a campaign runs next."""
    found = occurrences.after(schedule_of(campaign), max(now, high_water(session, campaign)))
    return None if found is None else found.instant


def high_water(session: Session, campaign: Campaign) -> datetime:
    """Find up to when a campaign's runs have been made."""
    last = session.scalar(sa.select(sa.func.max(Occurrence.due)).where(Occurrence.campaign_id == campaign.id))
    return max(last, campaign.created) if last is not None else campaign.created


def run_once(
    session: Session,
    campaign: Campaign,
    one: occurrences.Occurrence,
    *,
    state: OccurrenceState,
    now: datetime,
) -> list[int]:
    """Make the row of a run unless it is there; return its id if it is new."""
    following = occurrences.after(schedule_of(campaign), max(one.instant, campaign.created))
    found = session.scalars(
        adding(session, Occurrence)
        .values(
            campaign_id=campaign.id,
            local_time=f"{one.local:%Y-%m-%dT%H:%M}",
            due=one.instant,
            deadline=one.instant + ONCE_WAITS if following is None else following.instant,
            state=state.value,
            finished=now if state is OccurrenceState.SKIPPED else None,
        )
        .on_conflict_do_nothing()
        .returning(Occurrence.id)
    )
    return list(found)
