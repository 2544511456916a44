"""Opening a ticket: what kind it is, by when it is answered, and the one message that says so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_store import deadlines, events, readers, surveys, tickets
from crm_store.customers import Contact
from crm_store.models.ticket import Ticket
from crm_store.readers import Reader
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.tickets import Opening
from handlers import asking, files
from handlers.agent import boards, topics
from handlers.context import Context
from handlers.customer import closed, faq, notices, rating
from handlers.ports import Button, FileRef, OutboundMessage
from handlers.texts import catalogue

PRIORITY: Mapping[Kind, Priority] = {
    Kind.INQUIRY: Priority.NORMAL,
    Kind.FEEDBACK: Priority.LOW,
    Kind.COMPLAINT: Priority.HIGH,
}
KINDS = (Kind.INQUIRY, Kind.FEEDBACK, Kind.COMPLAINT)
# Below this the rules are about as often wrong as right, so the customer is asked.
SURE = 0.5


@dataclass(frozen=True, slots=True)
class Request:
    """What a customer came with: the words, the file, and what they said it is."""

    text: str
    file: FileRef | None = None
    chosen: Kind | None = None
    follow_up_of: int | None = None
    with_answers: bool = True


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket just opened, as its acknowledgement needs it."""

    number: int
    request: Request
    promise: str
    owner: Reader | None


def open_ticket(ctx: Context, contact: Contact, request: Request) -> int:
    """Open a ticket, acknowledge it in one message, tell the desk, and return its number."""
    kind = request.chosen or Kind(ctx.understood.kind or Kind.INQUIRY)
    start = _start(ctx, kind, request)
    number = tickets.create(ctx.session, contact, start, now=ctx.now)
    owner = None
    if kind is Kind.COMPLAINT:
        owner = readers.freest_supervisor(ctx.session, ctx.place.inbox_id)
    _record(ctx, number, start, chosen=request.chosen is not None, owner=owner)
    opened = Opened(number, request, promise(ctx, contact, start.first_due), owner)
    ctx.tell_customer(contact, _ACKNOWLEDGE[kind](ctx, contact, opened), ticket=number)
    notices.announce(ctx, number, kind=kind.value, subject=start.subject)
    if owner is not None and ctx.desk.staff_group is not None:
        notices.tell_reader(ctx, owner, number, "notice.yours", subject=start.subject)
    return number


def _start(ctx: Context, kind: Kind, request: Request) -> Opening:
    subject = " ".join(request.text.split())[: notices.SUBJECT]
    if not subject and request.file is not None:
        file = request.file
        subject = file.name or files.placeholder(ctx.desk.language, file.kind)
    promised = deadlines.promise(ctx.session, kind, PRIORITY[kind], at=ctx.now)
    return Opening(
        kind=kind,
        priority=PRIORITY[kind],
        subject=subject,
        first_due=promised.dues.first,
        resolution_due=promised.dues.resolution,
        follow_up_of=request.follow_up_of,
        sla_version=promised.sla_version,
        calendar_version=promised.calendar_version,
    )


def _record(ctx: Context, number: int, start: Opening, *, chosen: bool, owner: Reader | None) -> None:
    understood = ctx.understood
    detail: dict[str, object] = {
        "ticket_kind": start.kind.value,
        "confidence": 1.0 if chosen else understood.kind_confidence,
        "reasons": ["chosen_by_customer"] if chosen else list(understood.kind_reasons),
        "priority": start.priority.value,
        "priority_reasons": [f"kind:{start.kind.value}"],
        "policy": start.sla_version,
        "calendar": start.calendar_version,
    }
    if start.first_due is not None:
        detail["first_due"] = start.first_due
        opens = closed.next_opening(ctx)
        if opens is not None:
            detail["told_opening"] = opens  # in the acknowledgement
    if start.resolution_due is not None:
        detail["resolution_due"] = start.resolution_due
    if start.follow_up_of is not None:
        detail["follow_up_of"] = start.follow_up_of
    if owner is not None:
        detail["owner"] = owner.staff_id
    if understood.answers and start.kind is Kind.INQUIRY:
        detail["answers"] = [list(answer) for answer in understood.answers]
    events.record(ctx.session, number, kind="opened", by=ctx.by, at=ctx.now, **detail)


def promise(ctx: Context, contact: Contact, due: datetime | None) -> str:
    """Word by when a person answers, and when the desk opens if it is closed now."""
    if due is None:
        return ctx.say("promise.soon")
    zone = contact.zone or ctx.desk.zone
    by = catalogue.moment(ctx.language, due, zone)
    opens = closed.next_opening(ctx)
    if opens is None:
        return ctx.say("promise.by", by=by)
    return ctx.say("promise.closed", by=by, opens=catalogue.moment(ctx.language, opens, zone))


def _acknowledge_inquiry(ctx: Context, contact: Contact, opened: Opened) -> OutboundMessage:
    request = opened.request
    if request.with_answers:
        unsure = request.chosen is None and ctx.understood.kind_confidence < SURE
        return faq.acknowledge(
            ctx, opened.number, opened.promise, otherwise=kind_buttons(ctx, opened.number) if unsure else ()
        )
    return OutboundMessage(ctx.say("ack.inquiry", number=opened.number, promise=opened.promise))


def _acknowledge_feedback(ctx: Context, contact: Contact, opened: Opened) -> OutboundMessage:
    survey = surveys.ask_feedback(
        ctx.session, opened.number, contact.customer_id, channel=ctx.place.channel, now=ctx.now
    )
    score = rating.score_in(opened.request.text)
    if score is None:
        words = ctx.say("ack.feedback", number=opened.number)
    else:
        rating.take(ctx, survey, score)
        word = ctx.say(f"score.{score}")
        words = ctx.say("ack.feedback.scored", number=opened.number, score=score, word=word)
    return OutboundMessage(words, asking.score_buttons(survey, chosen=score))


def _acknowledge_complaint(ctx: Context, contact: Contact, opened: Opened) -> OutboundMessage:
    owner = opened.owner
    named = ctx.say("owner.nobody") if owner is None else ctx.say("owner.named", name=owner.name)
    return OutboundMessage(
        ctx.say("ack.complaint", number=opened.number, owner=named, promise=opened.promise)
    )


def kind_buttons(ctx: Context, number: int) -> Sequence[Sequence[Button]]:
    """Return the three kinds as buttons, to ask what a message is."""
    return [[Button(ctx.say(f"key.{kind.value}"), "kind", number, place) for place, kind in enumerate(KINDS)]]


def change_kind(ctx: Context, contact: Contact, ticket: Ticket, kind: Kind) -> OutboundMessage:
    """Make a ticket what its customer says it is, with the priority and deadlines of that kind."""
    request = Request(ticket.subject, chosen=kind, with_answers=False)
    was, ticket.kind, ticket.priority = ticket.kind, kind, PRIORITY[kind]
    events.record(
        ctx.session, ticket.id, kind="kind_changed", by=ctx.by, at=ctx.now, was=was, to=kind.value,
        priority=ticket.priority,
    )  # fmt: skip
    owner = None
    if kind is Kind.COMPLAINT:
        owner = readers.freest_supervisor(ctx.session, ctx.place.inbox_id)
        if not notices.tell_desk(ctx, ticket.id, "notice.complains", subject=ticket.subject):
            notices.announce(ctx, ticket.id, kind=kind.value, subject=ticket.subject)
    boards.refresh(topics.bench(ctx), ticket)
    opened = Opened(ticket.id, request, promise(ctx, contact, ticket.first_due), owner)
    return _ACKNOWLEDGE[kind](ctx, contact, opened)


_ACKNOWLEDGE: Mapping[Kind, Callable[[Context, Contact, Opened], OutboundMessage]] = {
    Kind.INQUIRY: _acknowledge_inquiry,
    Kind.FEEDBACK: _acknowledge_feedback,
    Kind.COMPLAINT: _acknowledge_complaint,
}
