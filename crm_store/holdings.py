"""What is held about a customer, in the order they would ask for it, to be handed over whole."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.campaign import Campaign, Occurrence, Recipient, RecipientState
from crm_store.models.consent import Consent, Suppression
from crm_store.models.conversation import Conversation, Direction, Message, MessageEdit
from crm_store.models.customer import Customer, CustomerTag, Identity, Order
from crm_store.models.inbox import Inbox
from crm_store.models.survey import Rating
from crm_store.models.ticket import Ticket

Row = Mapping[str, object]
REACHED = (RecipientState.SENT, RecipientState.UNKNOWN)


def person(session: Session, customer_id: int) -> Row:
    """Return what is known of the person."""
    known = session.get_one(Customer, customer_id)
    fields = ("name", "language", "zone", "phone", "email", "region", "attributes", "created")
    return {field: getattr(known, field) for field in fields}


def of_customer(session: Session, customer_id: int) -> Mapping[str, Sequence[Row]]:
    """Return every list held about a customer, oldest first; what staff noted for each other is not."""
    return {name: _rows(session, query) for name, query in _queries(customer_id).items()}


def campaigns(session: Session, customer_id: int) -> Sequence[Row]:
    """List the campaigns that reached a customer, oldest first: their name, channel and time."""
    return _rows(session, _queries(customer_id)["campaigns"])


def notes(session: Session, customer_id: int, *, limit: int) -> Sequence[Message]:
    """List what staff noted for each other about a customer, newest first."""
    return session.scalars(
        sa.select(Message)
        .where(Message.conversation_id.in_(_conversations(customer_id)), Message.direction == Direction.NOTE)
        .order_by(Message.id.desc())
        .limit(limit)
    ).all()


def _rows(session: Session, query: sa.Select[*tuple[object, ...]]) -> Sequence[Row]:
    return [dict(row) for row in session.execute(query).mappings()]


def _queries(customer_id: int) -> Mapping[str, sa.Select[*tuple[object, ...]]]:
    """Ask for each list; its columns are the names that the reader's language words."""
    campaign = sa.and_(Campaign.id == Occurrence.campaign_id, Occurrence.id == Recipient.occurrence_id)
    return {
        "identities": sa.select(Inbox.channel, Identity.address, Identity.created)
        .join(Inbox, Inbox.id == Identity.inbox_id)
        .where(Identity.customer_id == customer_id)
        .order_by(Identity.id),
        "tags": sa.select(CustomerTag.tag, CustomerTag.at)
        .where(CustomerTag.customer_id == customer_id)
        .order_by(CustomerTag.tag),
        "tickets": sa.select(
            Ticket.id.label("number"), Ticket.kind, Ticket.status, Ticket.subject, Ticket.opened,
            Ticket.resolved, Ticket.closed, Ticket.root_cause, Ticket.remedy,
        )
        .where(Ticket.customer_id == customer_id)
        .order_by(Ticket.id),
        "messages": _messages(customer_id),
        "edits": sa.select(MessageEdit.at, MessageEdit.was)
        .join(Message, Message.id == MessageEdit.message_id)
        .where(Message.conversation_id.in_(_conversations(customer_id)), Message.direction != Direction.NOTE)
        .order_by(MessageEdit.id),
        "ratings": sa.select(
            Rating.kind, Rating.ticket_id.label("number"), Rating.score, Rating.comment, Rating.at
        )
        .where(Rating.customer_id == customer_id)
        .order_by(Rating.id),
        "orders": sa.select(Order.number, Order.product, Order.amount, Order.currency, Order.at)
        .where(Order.customer_id == customer_id)
        .order_by(Order.id),
        "consents": sa.select(
            Consent.channel, Consent.topic, Consent.granted, Consent.source, Consent.wording,
            Consent.withdrawn,
        )
        .where(Consent.customer_id == customer_id)
        .order_by(Consent.id),
        "suppressions": sa.select(Suppression.channel, Suppression.reason, Suppression.at, Suppression.lifted)
        .where(Suppression.customer_id == customer_id)
        .order_by(Suppression.id),
        "campaigns": sa.select(Campaign.name, Campaign.channel, Occurrence.due.label("at"))
        .select_from(Recipient)
        .join(Occurrence, Occurrence.id == Recipient.occurrence_id)
        .join(Campaign, campaign)
        .where(Recipient.customer_id == customer_id, Recipient.state.in_(REACHED))
        .order_by(Occurrence.due, Occurrence.id),
    }  # fmt: skip


def _messages(customer_id: int) -> sa.Select[*tuple[object, ...]]:
    return (
        sa.select(
            Message.at, Message.direction, Message.body.label("text"), Message.ticket_id.label("number"),
            Message.file_kind, Message.file_name, Message.edited,
        )
        .where(
            Message.conversation_id.in_(_conversations(customer_id)), Message.direction != Direction.NOTE
        )
        .order_by(Message.id)
    )  # fmt: skip


def _conversations(customer_id: int) -> sa.Select[int]:
    return sa.select(Conversation.id).where(Conversation.customer_id == customer_id)
