"""Approvals: campaigns that would reach many wait for a second person, whose word is kept."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import runs
from crm_store.campaigns import NewCampaign
from crm_store.errors import RefusedError
from crm_store.models.approval import Approval
from crm_store.models.campaign import Campaign, CampaignState
from crm_store.models.consent import Consent
from crm_store.models.customer import Customer
from crm_store.store import wake
from crm_store.verdicts import audience


def reaches_more(session: Session, new: NewCampaign, most: int) -> bool:
    """Tell whether a draft could reach more customers than this: its audience, as far as they said yes.

    Caps, quiet hours and complaints do not count, for they pass. It looks no further than it must.
    """
    said_yes = sa.exists().where(
        Consent.customer_id == Customer.id,
        Consent.channel == new.channel,
        Consent.topic == new.topic,
        Consent.withdrawn.is_(None),
    )
    some = sa.select(Customer.id).where(audience(new.audience), said_yes).limit(most + 1).subquery()
    return (session.scalar(sa.select(sa.func.count()).select_from(some)) or 0) > most


def ask(session: Session, campaign: Campaign, *, over: int, now: datetime) -> None:
    """Write down that a campaign waits, and for being over which limit."""
    session.add(Approval(campaign_id=campaign.id, asked=now, over=over))
    session.flush()


def of_campaign(session: Session, campaign_id: int) -> Approval | None:
    """Return what a second person was asked or said of a campaign, if it had to wait."""
    return session.get(Approval, campaign_id)


def waiting(session: Session, inbox_id: int) -> Sequence[Campaign]:
    """List the campaigns of an inbox that wait, oldest first."""
    return session.scalars(
        sa.select(Campaign)
        .where(Campaign.inbox_id == inbox_id, Campaign.state == CampaignState.WAITING)
        .order_by(Campaign.id)
    ).all()


def check(campaign: Campaign, *, by: int) -> None:
    """Refuse a decision where there is none to make, or where the author would make it."""
    if campaign.state != CampaignState.WAITING:
        raise RefusedError("approve_settled", number=campaign.id, state=f"campaign_{campaign.state}")
    if campaign.owner_id == by:
        raise RefusedError("approve_own", number=campaign.id)


def grant(session: Session, campaign: Campaign, *, by: int, now: datetime) -> None:
    """Let a waiting campaign go."""
    _decide(session, campaign, by=by, is_granted=True, now=now)
    runs.begin(session, campaign, now=now)


def turn_down(session: Session, campaign: Campaign, *, by: int, now: datetime) -> None:
    """End a waiting campaign; it reaches nobody."""
    _decide(session, campaign, by=by, is_granted=False, now=now)
    campaign.state = CampaignState.CANCELLED
    wake(session, "campaign")


def _decide(session: Session, campaign: Campaign, *, by: int, is_granted: bool, now: datetime) -> None:
    check(campaign, by=by)
    kept = session.get_one(Approval, campaign.id)
    kept.decided, kept.decided_by, kept.is_granted = now, by, is_granted
    session.flush()
