"""What a handler is given, and the few things it may do with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from crm_store import calendars, customers, outbox, tickets
from crm_store.customers import Contact, Sender, StaffMember
from crm_store.models.outbox import Action, Lane
from crm_store.outbox import Draft
from crm_store.rules.business_hours import OpenHours
from crm_store.rules.frequency import QuietHours
from crm_store.rules.stale import USUAL, Patience
from handlers.ports import Button, Document, InboundEvent, Job, OutboundMessage, Picture, Place, Understood
from handlers.texts import catalogue

NIGHT = QuietHours(time(22), time(8))


@dataclass(frozen=True, slots=True)
class Desk:
    """How this house works: what the operator set, as far as handlers need it."""

    staff_group: str | None
    language: str
    zone: str
    secret: bytes
    bot_name: str = ""
    survey_delay: timedelta = timedelta(0)
    idle_after: timedelta = timedelta(minutes=30)
    reopen_window: timedelta = timedelta(hours=72)
    rating_window: timedelta = timedelta(hours=72)
    patience: Patience = USUAL
    asks_nps: bool = True
    flood_limit: int = 20
    approve_over: int = 0
    answers: Mapping[int, float] = field(default_factory=dict)
    quiet: QuietHours | None = NIGHT
    jobs: Callable[[], Sequence[Job]] = tuple


@dataclass(slots=True)
class TickContext:
    """One turn of the clock, inside one transaction."""

    session: Session
    now: datetime
    desk: Desk
    inbox_id: int

    @property
    def hours(self) -> OpenHours:
        """Return when the desk is open."""
        return calendars.current(self.session).hours


@dataclass(slots=True)
class Context:
    """One event on its way through a handler, inside one transaction."""

    session: Session
    now: datetime
    event: InboundEvent
    desk: Desk
    sender: Sender = field(default_factory=Sender)
    understood: Understood = field(default_factory=Understood)
    replies: list[tuple[Place, OutboundMessage]] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Return where the event happened."""
        return self.event.place

    @property
    def hours(self) -> OpenHours:
        """Return when the desk is open."""
        return calendars.current(self.session).hours

    @property
    def by(self) -> str:
        """Name whoever acts, for logs: `staff:3`, `customer:7`."""
        if self.sender.staff is not None:
            return f"staff:{self.sender.staff.id}"
        return f"customer:{self.sender.contact.customer_id}" if self.sender.contact else "nobody"

    @property
    def staff(self) -> StaffMember:
        """Return the member of staff who acts; the router has checked that there is one."""
        assert self.sender.staff is not None  # noqa: S101 - a route with a staff role
        return self.sender.staff

    @property
    def language(self) -> str:
        """Return the language of whoever reads the answer: in a group many do, so it is the house's."""
        return self.desk.language if self.place.is_group else self.own_language

    @property
    def own_language(self) -> str:
        """Return the language of the person who acts."""
        if self.sender.staff is not None:
            return self.sender.staff.language
        if self.sender.contact is not None:
            return self.sender.contact.language
        return catalogue.language_of(
            self.understood.language, self.event.person.language_code, self.desk.language
        )

    def contact(self) -> Contact:
        """Return the customer who acts, made on first contact, with a conversation."""
        found = self.sender.contact
        if found is None:
            language = catalogue.language_of(
                self.understood.language, self.event.person.language_code, self.desk.language
            )
            found = customers.create(
                self.session, self.place.inbox_id, self.event.person.address,
                name=self.event.person.name, language=language, now=self.now,
            )  # fmt: skip
            self.sender.contact = found
        elif not found.language_chosen and self.understood.language not in {None, found.language}:
            shown = catalogue.language_of(
                self.understood.language, self.event.person.language_code, found.language
            )
            if shown != found.language:
                customers.choose_language(self.session, found, shown, chosen=False)
        customers.open_conversation(self.session, found, now=self.now)
        return found

    def say(self, key: str, **values: object) -> str:
        """Word a key in the reader's language."""
        return catalogue.say(self.language, key, **values)

    def reply(self, key: str, *, buttons: Sequence[Sequence[Button]] = (), **values: object) -> None:
        """Answer where the event happened, in the reader's language."""
        self.reply_text(self.say(key, **values), buttons=buttons)

    def reply_text(
        self,
        text: str,
        *,
        buttons: Sequence[Sequence[Button]] = (),
        picture: Picture | Document | None = None,
    ) -> None:
        """Answer where the event happened with words already chosen."""
        self.replies.append((self.place, OutboundMessage(text, buttons, picture)))

    def edit(self, text: str, *, buttons: Sequence[Sequence[Button]] = ()) -> None:
        """Change the message whose button was pressed."""
        body = OutboundMessage(text, buttons).body()
        body["message"] = getattr(self.event, "message_id", "")
        self.enqueue(Draft(inbox_id=self.place.inbox_id, chat=self.place.chat, body=body, action=Action.EDIT))

    def tell_customer(
        self,
        contact: Contact,
        message: OutboundMessage,
        *,
        ticket: int | None = None,
        message_id: int | None = None,
    ) -> int:
        """Write to a customer; the reply goes out before notices and campaigns."""
        return self.enqueue(
            Draft(
                inbox_id=contact.inbox_id, chat=contact.chat, body=message.body(),
                customer_id=contact.customer_id, ticket_id=ticket, message_id=message_id,
            )
        )  # fmt: skip

    def tell_staff(self, chat: str, message: OutboundMessage, *, ticket: int | None = None) -> int:
        """Write a notice to the staff group or to one member of staff."""
        return self.enqueue(
            Draft(
                inbox_id=self.place.inbox_id, chat=chat, body=message.body(), priority=Lane.NOTICE,
                combinable=message.combinable, ticket_id=ticket,
            )
        )  # fmt: skip

    def enqueue(self, draft: Draft) -> int:
        """Write a row of the outbox."""
        return outbox.enqueue(self.session, draft, now=self.now)

    def post_replies(self) -> None:
        """Write the answers collected so far into the outbox."""
        for place, message in self.replies:
            body = message.body()
            if message.picture is not None:
                picture = message.picture
                body["attachment"] = outbox.attach(
                    self.session, name=picture.name, mime=picture.mime, content=picture.content
                )
                if isinstance(picture, Document):
                    body["document"] = picture.name
            body.update(self._thread(place))
            self.enqueue(Draft(inbox_id=place.inbox_id, chat=place.chat, body=body))
        self.replies.clear()

    def _thread(self, place: Place) -> dict[str, object]:
        return {"thread": place.thread} if place.thread else {}

    def ticket_here(self) -> int | None:
        """Return the ticket this place is about: its topic's, or the one replied to."""
        if self.place.thread:
            found = tickets.by_thread(self.session, self.place.inbox_id, self.place.chat, self.place.thread)
            return None if found is None else found.id
        replied = getattr(self.event, "reply_to", None)
        if replied:
            return tickets.by_card(self.session, self.place.inbox_id, self.place.chat, replied)
        return None
