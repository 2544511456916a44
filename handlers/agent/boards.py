"""What staff see of a ticket, kept true: the card in its topic and the lines that announced it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import orjson
from sqlalchemy.orm import Session

from crm_store import thread_cards, tickets
from crm_store.models.outbox import Lane, OutboxRow, OutboxState, ThreadCard
from crm_store.models.ticket import Ticket
from crm_store.outbox import LONGEST
from handlers.agent import cards
from handlers.agent.topics import Bench
from handlers.ports import OutboundMessage

EVERY = timedelta(seconds=15)
ABREAST = 4


def refresh(at: Bench, ticket: Ticket) -> None:
    """Bring the card in a ticket's topic up to date, now or when it may be edited again."""
    card = thread_cards.of_ticket(at.session, ticket.id)
    if card is None:
        return
    row = at.session.get_one(OutboxRow, card.outbox_id)
    may = card.edited is None or not timedelta(0) <= at.now - card.edited < EVERY
    if may or thread_cards.waiting(at.session, row) is not None:
        _show(at, ticket, card, row)
    elif card.due is None and card.edited is not None:
        card.due = card.edited + EVERY


def _show(at: Bench, ticket: Ticket, card: ThreadCard, row: OutboxRow) -> None:
    """Put a new head and new buttons on a card; the words below the head stay."""
    card.due = None
    head = cards.head(at.session, ticket, at.desk.language, now=at.now, zone=at.desk.zone)
    if head == card.shown:
        return
    below = str(orjson.loads(row.body)["text"]).partition("\n\n")[2]
    card.shown, card.edited = head, at.now
    message = OutboundMessage(f"{head}\n\n{below}"[:LONGEST], cards.keys(at.say, ticket))
    thread_cards.edit(at.session, row, message.body(), now=at.now)


@dataclass(frozen=True, slots=True)
class _Line:
    """A ticket's line in a digest: as it was announced, as it stands now, and its buttons."""

    announced: str
    text: str
    buttons: Sequence[object]


def mark_taken(at: Bench, ticket: Ticket, *, pressed: str = "") -> None:
    """Show on the lines that announced a ticket who has it, and take their button away.

    Whoever pressed Take waits for the message they pressed it on, so that one goes out as an answer.
    """
    for row in thread_cards.lines(at.session, ticket.id):
        if row.state == OutboxState.READY:
            line = _line(at.session, row)
            body = _body([line]) | {"line": line.announced}
            thread_cards.edit(at.session, row, body, now=at.now)
        elif row.state == OutboxState.SENT and row.provider_id is not None:
            together = tickets.lines_of(at.session, row.inbox_id, row.chat, row.provider_id)
            body = _body([_line(at.session, one) for one in together])
            priority = Lane.REPLY if row.provider_id == pressed else Lane.NOTICE
            thread_cards.edit(at.session, together[0], body, now=at.now, priority=priority)


def _line(session: Session, row: OutboxRow) -> _Line:
    body = orjson.loads(row.body)
    announced = str(body.get("line", body.get("text", "")))
    ticket = None if row.ticket_id is None else tickets.by_number(session, row.ticket_id)
    if ticket is None or (ticket.assignee_id is None and not ticket.is_resolved):
        return _Line(announced, announced, [key for keys in body.get("buttons", []) for key in keys])
    if ticket.merged_into is not None:
        return _Line(announced, f"{announced} → #{ticket.merged_into}", ())
    return _Line(announced, f"{announced} ✔ {cards.owner(session, ticket) or ''}".rstrip(), ())


def _body(lines: Sequence[_Line]) -> dict[str, object]:
    keys = [key for line in lines for key in line.buttons]
    rows = [keys[start : start + ABREAST] for start in range(0, len(keys), ABREAST)]
    words: dict[str, object] = {"text": "\n".join(line.text for line in lines)}
    return words | ({"buttons": rows} if rows else {})
