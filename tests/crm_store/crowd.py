"""Many customers at once, and campaigns to send them, for the tests of campaigns and caps."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import campaigns, journal, recipients, runs, staff
from crm_store.campaigns import NewCampaign
from crm_store.models.campaign import Campaign, Occurrence, Recipient, Reservation
from crm_store.models.consent import Consent
from crm_store.models.conversation import Conversation
from crm_store.models.customer import Customer, Identity
from crm_store.models.outbox import OutboxRow
from crm_store.models.ticket import Ticket
from crm_store.rules.frequency import QuietHours
from crm_store.rules.occurrences import Schedule
from crm_store.staff import Newcomer
from crm_store.store import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NIGHT = QuietHours(time(22), time(8))
EVERYONE: Mapping[str, object] = {"kind": "everyone"}


def furnish(store: Store) -> Store:
    """Put an inbox 1 and a marketer 1 into an empty store."""

    def begin(session: Session) -> None:
        inbox = journal.inbox(session, "telegram", "1")
        staff.get_or_create(session, Newcomer(inbox.id, "203", "Zhao 赵", "zh"), now=NOON)

    store.write_now(begin)
    return store


def crowd(store: Store, number: int, *, language: str = "en", zone: str | None = None) -> list[int]:
    """Make customers who can be reached and said yes, and return their ids."""

    def make(session: Session) -> list[int]:
        first = (session.scalar(sa.select(sa.func.max(Customer.id))) or 0) + 1
        ids = list(range(first, first + number))
        session.execute(
            sa.insert(Customer),
            [
                {
                    "id": one,
                    "name": f"C{one}",
                    "language": language,
                    "zone": zone,
                    "attributes": {},
                    "created": NOON,
                }
                for one in ids
            ],
        )
        session.execute(
            sa.insert(Identity),
            [{"inbox_id": 1, "address": f"9{one}", "customer_id": one, "created": NOON} for one in ids],
        )
        session.execute(
            sa.insert(Consent),
            [
                {
                    "customer_id": one, "channel": "telegram", "topic": "news", "granted": NOON,
                    "source": "test", "wording": "yes",
                }
                for one in ids
            ],
        )  # fmt: skip
        return ids

    return store.write_now(make)


def complain(store: Store, customer_id: int, *, status: str = "open") -> int:
    """Open a complaint of a customer and return its number."""

    def make(session: Session) -> int:
        identity = session.scalars(sa.select(Identity).where(Identity.customer_id == customer_id)).first()
        assert identity is not None
        conversation = Conversation(
            inbox_id=1, chat=identity.address, customer_id=customer_id, identity_id=identity.id, started=NOON
        )
        session.add(conversation)
        session.flush()
        ticket = Ticket(
            customer_id=customer_id, conversation_id=conversation.id, kind="complaint", status=status,
            priority="high", subject="late", opened=NOON, episode=1, bot_quiet=False,
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        return ticket.id

    return store.write_now(make)


def launch(
    store: Store,
    *,
    now: datetime = NOON,
    schedule: Schedule | None = None,
    audience: Mapping[str, object] = EVERYONE,
    quiet: QuietHours | None = None,
    topic: str = "news",
) -> int:
    """Confirm a campaign and return its number."""
    new = NewCampaign(
        inbox_id=1, owner_id=1, chat="203", channel="telegram", text_zh="新年优惠", text_en="New Year offer",
        audience=audience, zone="UTC", schedule=schedule, quiet=quiet, topic=topic,
    )  # fmt: skip
    return store.write_now(lambda session: campaigns.create(session, new, now=now).id)


def plan_all(store: Store, *, now: datetime = NOON, most: int = 1000) -> None:
    """Let the clock tick until nothing is left to plan or to tend."""
    store.write_now(lambda session: runs.due(session, now=now))
    while store.write_now(lambda session: runs.plan(session, 1, now=now, most=most)):
        pass
    while store.write_now(lambda session: runs.tend(session, 1, now=now)):
        pass


def render(campaign: Campaign, language: str, name: str) -> Mapping[str, object]:
    """Word a campaign as simply as can be."""
    return {"text": campaign.text_zh if language == "zh" else campaign.text_en}


def feed(store: Store, *, now: datetime = NOON, most: int = 1000) -> int:
    """Hand those whose turn has come to delivery."""
    return store.write_now(lambda session: recipients.feed(session, 1, now=now, most=most, render=render))


def send_all(store: Store, outcome: str = "sent", *, now: datetime = NOON) -> int:
    """Send what is ready and settle it as delivery would; return how many went out."""

    def unit(session: Session) -> int:
        rows = session.scalars(sa.select(OutboxRow).where(OutboxRow.state == "ready")).all()
        sent = 0
        for row in rows:
            row.state = "claimed"
            session.flush()
            if not recipients.may_send(session, row.id, now=now):
                continue
            row.state = "failed" if outcome == "unreachable" else outcome
            session.flush()
            recipients.settled(session, row.id, outcome, at=now)
            sent += 1
        return sent

    return store.write_now(unit)


def plan_of(store: Store, occurrence_id: int = 1) -> dict[int, tuple[str, str, str]]:
    """Read verdict, reason and state of everyone in a run."""

    def query(session: Session) -> dict[int, tuple[str, str, str]]:
        rows = session.scalars(sa.select(Recipient).where(Recipient.occurrence_id == occurrence_id))
        return {row.customer_id: (row.verdict, row.reason, row.state) for row in rows}

    return store.read_now(query)


def counting(store: Store, customer_id: int) -> Sequence[datetime]:
    """Read the instants that count against a customer's caps."""
    return store.read_now(
        lambda session: session.scalars(
            sa.select(Reservation.at).where(
                Reservation.customer_id == customer_id, Reservation.state != "released"
            )
        ).all()
    )


def all_runs(store: Store) -> Sequence[Occurrence]:
    """Read every run."""
    return store.read_now(
        lambda session: session.scalars(sa.select(Occurrence).order_by(Occurrence.id)).all()
    )
