"""A campaign to break: customers who said yes, and a message to all of them that is due at once."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot import migrating
from crm_store import campaigns, journal, staff
from crm_store.campaigns import NewCampaign
from crm_store.models.consent import Consent
from crm_store.models.customer import Customer, Identity
from crm_store.staff import Newcomer
from crm_store.store import Store
from tests.faults.site import Site

WORDS = "Everything for the new year, ten per cent off until Sunday."


def launch(site: Site, number: int) -> None:
    """Put a campaign to so many people into the store, before the bot starts."""
    site.data.mkdir(parents=True, exist_ok=True)
    addresses = [str(site.meet(f"Reader {one}")[0].id) for one in range(number)]
    zhao = str(site.meet("Zhao 赵")[0].id)
    store = Store(f"sqlite:///{site.database}")
    migrating.upgrade(store.engine)
    store.write_now(lambda session: _write(session, str(site.world.bot.id), addresses, zhao))
    store.close()


def _write(session: Session, account: str, addresses: list[str], zhao: str) -> None:
    now = datetime.now(UTC)
    inbox = journal.inbox(session, "telegram", account)
    owner = staff.get_or_create(session, Newcomer(inbox.id, zhao, "Zhao 赵", "en"), now=now)
    for address in addresses:
        customer = Customer(name=f"Reader {address}", language="en", attributes={}, created=now)
        session.add(customer)
        session.flush()
        session.add(Identity(inbox_id=inbox.id, address=address, customer_id=customer.id, created=now))
        session.add(
            Consent(
                customer_id=customer.id, channel="telegram", topic="news", granted=now, source="test",
                wording="yes",
            )
        )  # fmt: skip
    new = NewCampaign(
        inbox_id=inbox.id, owner_id=owner.id, chat=zhao, channel="telegram", text_zh="", text_en=WORDS,
        audience={"kind": "everyone"}, zone="UTC",
    )  # fmt: skip
    campaigns.create(session, new, now=now)
