"""What comes in from a channel and what goes out to one, in words that no channel owns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from crm_store.claims import Claimed


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happened: a chat of an inbox, and in a group the thread."""

    inbox_id: int
    channel: str
    chat: str
    thread: str = ""
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Who did it, as the channel names them."""

    address: str
    name: str
    language_code: str | None = None
    is_anonymous: bool = False


@dataclass(frozen=True, slots=True)
class FileRef:
    """A photo, a voice or whatever else is no text, and stays where the channel keeps it."""

    kind: str
    id: str
    name: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """Someone wrote."""

    place: Place
    person: Person
    id: str
    at: datetime
    text: str
    file: FileRef | None = None
    reply_to: str | None = None
    is_machine: bool = False
    album: str | None = None
    is_of_machine: bool = False  # passed on from what a bot wrote


@dataclass(frozen=True, slots=True)
class Edit:
    """Someone changed what they wrote."""

    place: Place
    person: Person
    id: str
    at: datetime
    text: str
    is_machine: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """Someone pressed a button: its verb, what it is about and the revision it belongs to."""

    place: Place
    person: Person
    message_id: str
    verb: str
    subject: str
    revision: int


@dataclass(frozen=True, slots=True)
class Reaction:
    """Someone reacted to a message."""

    place: Place
    person: Person
    message_id: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Membership:
    """Someone blocked or unblocked the bot, or it was added to a group."""

    place: Place
    person: Person
    is_reachable: bool


@dataclass(frozen=True, slots=True)
class ThreadChange:
    """A forum topic was made, closed or opened again."""

    place: Place
    person: Person
    change: str  # created, closed, reopened
    name: str = ""
    by_us: bool = False


@dataclass(frozen=True, slots=True)
class Migration:
    """A chat moved to a new id."""

    place: Place
    person: Person
    new_chat: str


InboundEvent = Message | Press | Edit | Reaction | Membership | ThreadChange | Migration


@dataclass(frozen=True, slots=True)
class Button:
    """One tap: what it says, and the verb, subject and revision it sends back."""

    label: str
    verb: str
    subject: str | int = ""
    revision: int = 0

    @property
    def data(self) -> str:
        """Return what the channel hands back when it is pressed; at most 64 bytes."""
        return f"v1:{self.verb}:{self.subject}:{self.revision}"


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes to show beside a text."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """A file to send with a text."""

    name: str
    mime: str
    content: bytes


@dataclass(slots=True)
class OutboundMessage:
    """A text, its buttons and perhaps a picture or a file."""

    text: str
    buttons: Sequence[Sequence[Button]] = ()
    picture: Picture | Document | None = None
    combinable: bool = False

    def body(self) -> dict[str, object]:
        """Return what the outbox keeps of it."""
        kept: dict[str, object] = {"text": self.text}
        if self.buttons:
            kept["buttons"] = [[[button.label, button.data] for button in row] for row in self.buttons]
        return kept


class DeliveryError(Exception):
    """A channel did not take a message; the kind says what can be done about it.

    never_sent: it did not leave · refused: it never will be taken · unreachable: this person cannot be
    written to · limited: later, see retry_after · doubtful: it may have been taken · gone: no such thread.
    """

    def __init__(
        self, kind: str, reason: str, *, retry_after: float | None = None, moved_to: str | None = None
    ) -> None:
        """Keep the kind, the channel's own words and how long to wait."""
        super().__init__(f"{kind}: {reason}")
        self.kind, self.reason, self.retry_after, self.moved_to = kind, reason, retry_after, moved_to


class Channel(Protocol):
    """What delivery needs of a channel."""

    name: str

    async def send(self, row: Claimed, attachment: bytes | None) -> str | None:
        """Carry out a row and return the channel's id of it, or raise DeliveryError."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something the clock sets off: its name, when next, and how it went last (ran, failed, missed)."""

    name: str
    next: datetime | None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text seems to be, worked out before the transaction opens."""

    language: str | None = None
    kind: str | None = None
    kind_confidence: float = 0.0
    kind_reasons: Sequence[str] = ()
    thanks_only: bool = False
    answers: Sequence[tuple[int, float]] = field(default=())  # article id and confidence, best first
    signs: Sequence[str] = ()  # what lifts a priority, as code:word
    asks: bool = False  # whether an answer is asked for, whatever else it is
    themes: Sequence[str] = ()
    sentiment: float | None = None  # how likely it is pleased, 0 to 1
