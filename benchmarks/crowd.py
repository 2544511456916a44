"""A store full of customers who said yes and a campaign to all of them, for the measurements of campaigns."""

import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import migrating
from crm_store import campaigns, journal, policies, staff
from crm_store.campaigns import NewCampaign
from crm_store.models.consent import Consent
from crm_store.models.customer import Customer, Identity
from crm_store.staff import Newcomer
from crm_store.store import Store

WORDS = "Everything for the new year, ten per cent off until Sunday."
FIRST = 50_000
MARKETER = 7


def fill(database: Path, number: int, *, account: str) -> None:
    """Put so many customers and a campaign that is due at once into a new database."""
    store = Store(f"sqlite:///{database}")
    migrating.upgrade(store.engine)
    store.write_now(lambda session: _people(session, number, account))
    store.write_now(_campaign)
    store.close()


def _people(session: Session, number: int, account: str) -> None:
    now = datetime.now(UTC)
    inbox = journal.inbox(session, "telegram", account).id
    policies.load(session, by="benchmark", now=now)
    for low in range(0, number, 5000):
        ids = range(low + 1, min(number, low + 5000) + 1)
        people = [
            {"id": one, "name": f"Reader {one}", "language": "en", "attributes": {}, "created": now}
            for one in ids
        ]
        session.execute(sa.insert(Customer), people)
        addresses = [
            {"inbox_id": inbox, "address": str(FIRST + one), "customer_id": one, "created": now}
            for one in ids
        ]
        session.execute(sa.insert(Identity), addresses)
        session.execute(
            sa.insert(Consent),
            [
                {"customer_id": one, "channel": "telegram", "topic": "news", "granted": now,
                 "source": "benchmark", "wording": "yes"}
                for one in ids
            ],
        )  # fmt: skip


def _campaign(session: Session) -> None:
    now = datetime.now(UTC)
    inbox = journal.first_inbox(session)
    assert inbox is not None
    zhao = staff.get_or_create(session, Newcomer(inbox, str(MARKETER), "Zhao 赵", "en"), now=now)
    new = NewCampaign(
        inbox_id=inbox, owner_id=zhao.id, chat=str(MARKETER), channel="telegram", text_zh="", text_en=WORDS,
        audience={"kind": "everyone"}, zone="UTC",
    )  # fmt: skip
    campaigns.create(session, new, now=now)
