"""Purchases of which a story tells nothing but that they were: of its cast, and of guests."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm_store import customers, journal
from crm_store.models.customer import Customer, Order

CHANNEL = "telegram"
TEA = {"zh": "龙井", "en": "Longjing"}
PRICE = 12_800  # hundredths


def buy(session: Session, account: str, address: str, days: Sequence[int], *, now: datetime) -> bool:
    """Let a customer have bought tea so many days ago; False when nobody has the address."""
    inbox_id = journal.inbox(session, CHANNEL, account).id
    contact = customers.sender(session, inbox_id, address).contact
    if contact is None:
        return False
    for ago in days:
        session.add(_order(contact.customer_id, contact.language, now - timedelta(days=ago)))
    return True


def guests(session: Session, count: int, ago: int, *, language: str, now: datetime) -> None:
    """Let so many guests, who cannot be written to, have bought tea once so many days ago."""
    for nth in range(count):
        guest = Customer(
            name=f"Guest {ago}-{nth + 1}", language=language, created=now, attributes={}, region="杭州"
        )
        session.add(guest)
        session.flush()
        session.add(_order(guest.id, language, now - timedelta(days=ago)))


def _order(customer_id: int, language: str, at: datetime) -> Order:
    return Order(
        number=f"T-{customer_id}-{at:%y%m%d}", customer_id=customer_id, product=TEA[language],
        category=None, channel=CHANNEL, amount=PRICE, currency="CNY", at=at,
    )  # fmt: skip
