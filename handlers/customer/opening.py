"""Opening a ticket: what kind it is, by when it is answered, and the one message that says so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_store import corrections, deadlines, events, readers, surveys, tickets
from crm_store import standing as customer_standing
from crm_store.customers import Contact
from crm_store.models.ticket import Ticket
from crm_store.readers import Reader
from crm_store.rules import priority
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.tickets import Opening
from handlers import asking, files
from handlers.agent import notices
from handlers.context import Context
from handlers.customer import closed, faq, opinions, rating
from handlers.ports import Button, FileRef, OutboundMessage
from handlers.texts import catalogue
from scoring import recall

KINDS = (Kind.INQUIRY, Kind.FEEDBACK, Kind.COMPLAINT)
# Below this the rules are about as often wrong as right, so the customer is asked.
SURE = 0.5
SURE_OF_MOOD = 0.46  # praise or blame is asked about where about as much speaks against it
CORRECTED = 0.95  # how sure a message is what an agent said of one in nearly the same words


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
    sure: float = 1.0
    is_awaited: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What a message is taken for, how sure that is, and why."""

    kind: Kind
    sure: float
    reasons: Sequence[str]


def open_ticket(ctx: Context, contact: Contact, request: Request) -> int:
    """Open a ticket, acknowledge it in one message, tell the desk, and return its number."""
    taken = _taken_for(ctx, request)
    standing = customer_standing.of_customer(ctx.session, contact.customer_id, now=ctx.now)
    level, reasons = priority.judge(taken.kind, ctx.understood.signs, standing)
    start = _start(ctx, taken.kind, level, request)
    number = tickets.create(ctx.session, contact, start, now=ctx.now)
    owner = None
    is_plain = taken.kind is Kind.INQUIRY or taken.sure >= SURE_OF_MOOD
    if taken.kind is Kind.COMPLAINT and is_plain:
        owner = readers.freest_supervisor(ctx.session, ctx.place.inbox_id)
    _record(ctx, number, start, _reasoned(ctx, taken, reasons, owner))
    opinions.keep(ctx, number, contact.customer_id, kind=taken.kind)
    opened = Opened(
        number,
        request,
        promise(ctx, contact, start.first_due),
        owner,
        taken.sure,
        start.first_due is not None,
    )
    told = _ACKNOWLEDGE[taken.kind](ctx, contact, opened) if is_plain else _ask_kind(ctx, opened)
    if request.follow_up_of is not None:
        told.text = _linked(ctx, told.text, request.follow_up_of)
    ctx.tell_customer(contact, told, ticket=number)
    notices.announce(ctx, number, kind=taken.kind.value, subject=start.subject)
    if owner is not None and ctx.desk.staff_group is not None:
        notices.tell_reader(ctx, owner, number, "notice.yours", subject=start.subject)
    return number


def _linked(ctx: Context, words: str, number: int) -> str:
    """Name the earlier ticket, before the question that may end an acknowledgement."""
    said, asked, _ = words.partition(f"\n\n{ctx.say('kind.unsure')}")
    return f"{said}\n{ctx.say('ack.follows', number=number)}{asked}"


def _taken_for(ctx: Context, request: Request) -> Taken:
    """Tell what a message is: as its customer says, as an agent said of one like it, or by the rules."""
    if request.chosen is not None:
        return Taken(request.chosen, 1.0, ["chosen_by_customer"])
    known = corrections.known(ctx.session) if request.text else ()
    at = recall.nearest(request.text, [key for key, _ in known]) if known else None
    if at is not None:
        return Taken(known[at][1], CORRECTED, ["corrected"])
    understood = ctx.understood
    return Taken(
        Kind(understood.kind or Kind.INQUIRY), understood.kind_confidence, list(understood.kind_reasons)
    )


def _start(ctx: Context, kind: Kind, level: Priority, request: Request) -> Opening:
    subject = " ".join(request.text.split())[: notices.SUBJECT]
    if not subject and request.file is not None:
        file = request.file
        subject = file.name or files.placeholder(ctx.desk.language, file.kind)
    promised = deadlines.promise(ctx.session, kind, level, at=ctx.now)
    first = promised.dues.first
    if kind is Kind.FEEDBACK and ctx.understood.asks:  # whoever asks is answered as soon as any who ask
        first = deadlines.promise(ctx.session, Kind.INQUIRY, Priority.NORMAL, at=ctx.now).dues.first
    return Opening(
        kind=kind,
        priority=level,
        subject=subject,
        first_due=first,
        resolution_due=promised.dues.resolution,
        follow_up_of=request.follow_up_of,
        sla_version=promised.sla_version,
        calendar_version=promised.calendar_version,
    )


def _reasoned(ctx: Context, taken: Taken, reasons: Sequence[str], owner: Reader | None) -> dict[str, object]:
    """List why a ticket is what it is."""
    detail: dict[str, object] = {
        "ticket_kind": taken.kind.value,
        "confidence": taken.sure,
        "reasons": list(taken.reasons),
        "priority_reasons": list(reasons),
    }
    if owner is not None:
        detail["owner"] = owner.staff_id
    if ctx.understood.answers and taken.kind is Kind.INQUIRY:
        detail["answers"] = [list(answer) for answer in ctx.understood.answers]
    return detail


def _record(ctx: Context, number: int, start: Opening, detail: dict[str, object]) -> None:
    detail["priority"] = start.priority.value
    detail["policy"], detail["calendar"] = start.sla_version, start.calendar_version
    if start.first_due is not None:
        detail["first_due"] = start.first_due
        opens = closed.next_opening(ctx)
        if opens is not None:
            detail["told_opening"] = opens  # in the acknowledgement
        if start.kind is Kind.FEEDBACK:
            detail["answer_due"] = start.first_due
    if start.resolution_due is not None:
        detail["resolution_due"] = start.resolution_due
    if start.follow_up_of is not None:
        detail["follow_up_of"] = start.follow_up_of
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
        unsure = opened.sure < SURE
        return faq.acknowledge(
            ctx, opened.number, opened.promise, otherwise=kind_buttons(ctx, opened.number) if unsure else ()
        )
    return OutboundMessage(ctx.say("ack.inquiry", number=opened.number, promise=opened.promise))


def _ask_kind(ctx: Context, opened: Opened) -> OutboundMessage:
    """Say only that it is here, and ask what it is: unsure, one neither apologises nor asks for a score."""
    ack = ctx.say("ack.unsure", number=opened.number, promise=opened.promise)
    return OutboundMessage(f"{ack}\n\n{ctx.say('kind.unsure')}", kind_buttons(ctx, opened.number))


def _acknowledge_feedback(ctx: Context, contact: Contact, opened: Opened) -> OutboundMessage:
    due = f" {opened.promise}" if opened.is_awaited else ""
    if surveys.has_opted_out(ctx.session, contact.customer_id):
        return OutboundMessage(ctx.say("ack.feedback.unasked", number=opened.number) + due)
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
    return OutboundMessage(words + due, asking.score_buttons(survey, chosen=score))


def _acknowledge_complaint(ctx: Context, contact: Contact, opened: Opened) -> OutboundMessage:
    owner = opened.owner
    named = ctx.say("owner.nobody") if owner is None else ctx.say("owner.named", name=owner.name)
    return OutboundMessage(
        ctx.say("ack.complaint", number=opened.number, owner=named, promise=opened.promise)
    )


def kind_buttons(ctx: Context, number: int) -> Sequence[Sequence[Button]]:
    """Return the three kinds as buttons, to ask what a message is."""
    return [[Button(ctx.say(f"key.{kind.value}"), "kind", number, place) for place, kind in enumerate(KINDS)]]


def acknowledge_kind(ctx: Context, contact: Contact, ticket: Ticket) -> OutboundMessage:
    """Word what a customer hears of the kind they chose, and tell the desk of a complaint."""
    kind = Kind(ticket.kind)
    request = Request(ticket.subject, chosen=kind, with_answers=False)
    owner = None
    if kind is Kind.COMPLAINT:
        owner = readers.freest_supervisor(ctx.session, ctx.place.inbox_id)
        if not notices.tell_desk(ctx, ticket.id, "notice.complains", subject=ticket.subject):
            notices.announce(ctx, ticket.id, kind=kind.value, subject=ticket.subject)
    if owner is not None:
        events.record(ctx.session, ticket.id, kind="promised", by="bot", at=ctx.now, owner=owner.staff_id)
    opened = Opened(ticket.id, request, promise(ctx, contact, ticket.first_due), owner)
    return _ACKNOWLEDGE[kind](ctx, contact, opened)


_ACKNOWLEDGE: Mapping[Kind, Callable[[Context, Contact, Opened], OutboundMessage]] = {
    Kind.INQUIRY: _acknowledge_inquiry,
    Kind.FEEDBACK: _acknowledge_feedback,
    Kind.COMPLAINT: _acknowledge_complaint,
}
