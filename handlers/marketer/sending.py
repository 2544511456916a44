"""A campaign's message as its reader gets it, and the way out of it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from crm_store import campaigns, consents, recipients
from crm_store.consents import Scope
from crm_store.errors import NotFoundError, RefusedError
from crm_store.models.campaign import Campaign
from handlers.context import Context, Desk
from handlers.marketer import blanks
from handlers.ports import Button, OutboundMessage
from handlers.texts import catalogue

AHEAD = 30
"""So many messages are put into the outbox at a time; each is asked about again right before it is sent."""


def render(campaign: Campaign, language: str, name: str) -> Mapping[str, object]:
    """Word a campaign for a reader, in their language or the one it has, with the button that ends it."""
    written = {"zh": campaign.text_zh, "en": campaign.text_en}
    text = blanks.fill(written.get(language) or campaign.text_zh or campaign.text_en, customer=name)
    leave = Button(catalogue.say(language, "key.unsubscribe"), "unsub", campaign.id)
    return OutboundMessage(text, [[leave]]).body()


def feed_for(inbox_id: int, desk: Desk) -> Callable[[Session, datetime, int], int]:
    """Return what delivery asks for campaign messages whose turn has come."""
    known = set(catalogue.LANGUAGES)

    def words(campaign: Campaign, language: str, name: str) -> Mapping[str, object]:
        return render(campaign, language if language in known else desk.language, name)

    def feed(session: Session, now: datetime, most: int) -> int:
        ahead = max(most, AHEAD)
        return recipients.feed(session, inbox_id, now=now, most=ahead, render=words)

    return feed


def unsubscribe(ctx: Context, subject: str, revision: int) -> None:
    """Take the consent to a campaign's topic back at once; answers to questions still come."""
    try:
        campaign = campaigns.by_number(ctx.session, int(subject) if subject.isdecimal() else 0)
    except NotFoundError as error:
        raise RefusedError("stale_button") from error
    scope = Scope(ctx.contact().customer_id, campaign.channel, campaign.topic)
    consents.withdraw(ctx.session, scope, source=f"campaign:{campaign.id}", now=ctx.now)
    ctx.reply("unsub.done", topic=ctx.say(f"topic.{campaign.topic}"))
