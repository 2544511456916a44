"""Three months at the desk: tickets with messages and events, surveys and ratings."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from bot.demo.cast import Shopper
from bot.demo.stories import COMPLAINTS, FEEDBACK, INQUIRIES, REASONS, THANKS, WEEKS, Story
from crm_store.ratings import LOW
from crm_store.rules.lifecycle import Kind, Status

WEEK, DAY, HOUR, MINUTE = timedelta(days=7), timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ASKED_FOR_EACH_ANSWER = 5 / 3
Speaker = Literal["customer", "bot", "staff"]


@dataclass(slots=True)
class Line:
    """One message as its customer sees it; the channel's id follows when all lines are in order."""

    at: datetime
    speaker: Speaker
    text: str
    ticket: int | None = None
    staff: int | None = None
    provider_id: int = 0


@dataclass(slots=True)
class Case:
    """One ticket from its first message to its rating."""

    number: int
    shopper: Shopper
    kind: Kind
    story: Story
    opened: datetime
    agent: int | None = None
    replied: datetime | None = None
    resolved: datetime | None = None
    asked: datetime | None = None
    rated: datetime | None = None
    score: int | None = None
    comment: str | None = None
    status: Status = Status.RESOLVED
    order: str = ""

    @property
    def text(self) -> str:
        """Return what the customer wrote first."""
        return self.story.asked.format(order=self.order)


@dataclass(slots=True)
class History:
    """Every case and every customer's lines."""

    cases: list[Case] = field(default_factory=list)
    lines: dict[int, list[Line]] = field(default_factory=lambda: defaultdict(list))

    def in_order(self) -> None:
        """Sort every customer's lines by time and number them as the channel would."""
        for lines in self.lines.values():
            lines.sort(key=lambda line: line.at)
            for nth, line in enumerate(lines, 1):
                line.provider_id = nth


@dataclass(frozen=True, slots=True)
class Slot:
    """One survey of a week: its place among them and the score it got."""

    week: int
    place: int
    of: int
    score: int | None


def slots() -> Iterator[Slot]:
    """List every survey of the last weeks, those without an answer spread between the others."""
    for week, scores in enumerate(WEEKS):
        asked = round(len(scores) * ASKED_FOR_EACH_ANSWER)
        for place in range(asked):
            nth, before = (place + 1) * len(scores) // asked, place * len(scores) // asked
            yield Slot(week, place, asked, int(scores[before]) if nth > before else None)


def write(
    people: Sequence[Shopper], base: datetime, *, opening: datetime, agents: tuple[int, int]
) -> History:
    """Write the weeks before today's `opening` and what has been open since before `base`.

    The agents are Wang and Chen.
    """
    history = History()
    regulars = [one for one in people if not (one.is_new or one.is_pinned)]
    for slot in slots():
        at = _when(slot, opening)
        _served(history, regulars[len(history.cases) * 7 % len(regulars)], slot, at, agents)
        if slot.place % 7 == 3:
            regular = regulars[(len(history.cases) * 7 + 3) % len(regulars)]
            _praised(history, regular, at + 37 * MINUTE, agents[0])
    history.cases.sort(key=lambda case: case.opened)
    for number, case in enumerate(history.cases, 1):
        case.number, case.order = number, f"LD{20_000 + case.shopper.number * 3}"
    for shopper, open_ in zip(_quiet_ones(history, people), OPEN, strict=False):
        _waiting(history, shopper, open_, base, agents)
    for case in history.cases:
        history.lines[case.shopper.number] += _lines(case)
    return history


def _when(slot: Slot, opening: datetime) -> datetime:
    """Spread the cases of a week over its days, in the hours when people write."""
    start = opening - (len(WEEKS) - slot.week) * WEEK
    day, turn = divmod(slot.place * 7, slot.of)
    return start + day * DAY + (20 + turn * 17 + slot.place * 11 % 60) * MINUTE


def _served(
    history: History, shopper: Shopper, slot: Slot, opened: datetime, agents: tuple[int, int]
) -> None:
    nth = len(history.cases)
    is_complaint = _complains(slot)
    kind = Kind.COMPLAINT if is_complaint else Kind.INQUIRY
    book = COMPLAINTS if is_complaint else INQUIRIES
    replied = opened + (4 + nth * 13 % 50) * MINUTE
    resolved = replied + (10 + nth * 29 % 160) * MINUTE
    case = Case(0, shopper, kind, book[shopper.language][nth % len(book[shopper.language])], opened)
    case.agent = agents[1] if (is_complaint and nth % 3 == 0) or nth % 10 == 6 else agents[0]
    case.replied, case.resolved, case.asked, case.score = replied, resolved, resolved, slot.score
    if slot.score is not None:
        case.rated = resolved + (2 + nth * 17 % 90) * MINUTE
        if slot.score <= LOW and nth % 2:
            case.comment = REASONS[shopper.language][nth % 4]
    history.cases.append(case)


def _complains(slot: Slot) -> bool:
    """Tell whether a case was a complaint: most that ended badly, and some that ended well."""
    if slot.score in {1, 2}:
        return slot.place % 6 != 1
    return slot.place % 5 == 2 if slot.score in {3, None} else slot.place % 9 == 4


def _praised(history: History, shopper: Shopper, opened: datetime, wang: int) -> None:
    nth = len(history.cases)
    story = FEEDBACK[shopper.language][nth % len(FEEDBACK[shopper.language])]
    case = Case(0, shopper, Kind.FEEDBACK, story, opened, agent=wang, asked=opened)
    case.resolved = opened + 3 * HOUR
    if nth % 4:
        case.rated, case.score = opened + 2 * MINUTE, 4 + nth % 2
    history.cases.append(case)


@dataclass(frozen=True, slots=True)
class Open:
    """Work that goes on: its kind, where it stands, how long ago it came and who has it."""

    kind: Kind
    status: Status
    age: timedelta
    agent: int | None = None
    nth: int = 0


OPEN = (
    Open(Kind.COMPLAINT, Status.OPEN, 20 * HOUR, agent=1, nth=1),
    Open(Kind.COMPLAINT, Status.OPEN, 7 * HOUR, agent=1, nth=3),
    Open(Kind.INQUIRY, Status.OPEN, 5 * HOUR, agent=0, nth=1),
    Open(Kind.COMPLAINT, Status.OPEN, 4 * HOUR, agent=0, nth=0),
    Open(Kind.INQUIRY, Status.PENDING, 26 * HOUR, agent=0, nth=3),
    Open(Kind.INQUIRY, Status.PENDING, 22 * HOUR, agent=0, nth=8),
    Open(Kind.INQUIRY, Status.ON_HOLD, 30 * HOUR, agent=0, nth=4),
    Open(Kind.COMPLAINT, Status.ON_HOLD, 29 * HOUR, agent=1, nth=4),
    Open(Kind.INQUIRY, Status.OPEN, 2 * HOUR, agent=0, nth=11),
)
"""What is open when the demo starts; what nobody has taken yet is played through the bot."""


def _quiet_ones(history: History, people: Sequence[Shopper]) -> Iterator[Shopper]:
    """Find customers with consent who have had no ticket in the last month."""
    newest = max(case.opened for case in history.cases)
    busy = {case.shopper.number for case in history.cases if newest - case.opened < 30 * DAY}
    for one in people:
        if one.says_yes and not (one.number in busy or one.is_pinned or one.has_blocked or one.zone):
            yield one


def _waiting(
    history: History, shopper: Shopper, open_: Open, base: datetime, agents: tuple[int, int]
) -> None:
    book = COMPLAINTS if open_.kind is Kind.COMPLAINT else INQUIRIES
    story = book[shopper.language][open_.nth % len(book[shopper.language])]
    case = Case(len(history.cases) + 1, shopper, open_.kind, story, base - open_.age, status=open_.status)
    case.order = f"LD{20_000 + shopper.number * 3}"
    if open_.agent is not None:
        case.agent = agents[open_.agent]
        case.replied = None if open_.nth == 11 else case.opened + 25 * MINUTE
    history.cases.append(case)


def _lines(case: Case) -> Iterator[Line]:
    language = case.shopper.language
    yield Line(case.opened, "customer", case.text, case.number)
    if case.replied is not None:
        yield Line(case.replied, "staff", case.story.answered, case.number, case.agent)
    if case.kind is not Kind.FEEDBACK and case.resolved is not None and case.number % 3 == 0:
        words = THANKS[language][case.number % 2]
        yield Line(case.resolved - 3 * MINUTE, "customer", words, case.number)
