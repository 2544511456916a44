"""The router: one table of what the bot can do, and who may do it."""

import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal

from crm_store import customers, dialogs, presence
from crm_store.dialogs import Seat
from crm_store.errors import RefusedError, StoreError
from crm_store.models.dialog import Dialog
from crm_store.rules.roles import Role, may
from handlers.context import Context
from handlers.ports import InboundEvent, Message, OutboundMessage, Press
from handlers.spoken import command as command_named
from handlers.texts import catalogue
from scoring.match import suggest

# A handler's further arguments are named by its route (`takes`), so their types differ from one to the next.
Handler = Callable[..., object]
AS_TYPED = {"refused.did_you_mean", "refused.unknown_command"}  # /complaint is typed so in every language
RouteKind = Literal["gate", "command", "button", "dialog", "text", "desk_text", "event", "tick"]


class UsageError(StoreError):
    """A command was given without what it needs."""

    key = "usage"

    def __init__(self, command: str) -> None:
        """Name the command whose usage is to be told."""
        super().__init__(command=command)
        self.key = f"usage.{command}"


class RoleError(StoreError):
    """The sender may not do this."""

    key = "refused.role"

    def __init__(self, needed: Role) -> None:
        """Name the role that would be needed."""
        super().__init__(role=needed.value)
        self.needed = needed


@dataclass(frozen=True, slots=True)
class Entry:
    """What is done on what; who may do it is said by the section of the table it stands in."""

    kind: RouteKind
    name: str
    run: Handler
    takes: str = ""
    reads: bool = False
    menu: bool = True
    event: type[InboundEvent] | None = None
    also: Role | None = None
    writes: Collection[str] = ()
    files: bool = False


@dataclass(frozen=True, slots=True)
class Route(Entry):
    """One line of the table of contents, with who may do it."""

    role: Role = field(kw_only=True)

    def is_open_to(self, roles: Collection[Role]) -> bool:
        """Tell whether someone with these roles may take it."""
        return may(roles, self.role) or (self.also is not None and may(roles, self.also))


def open_to(role: Role, *entries: Entry) -> Iterator[Route]:
    """Say who may do what follows; an entry that stands in no such section is no route."""
    for entry in entries:
        given = {one.name: getattr(entry, one.name) for one in fields(entry)}
        yield Route(**given, role=role)


def command(  # noqa: PLR0913 - a row of the table of contents
    name: str,
    run: Handler,
    *,
    also: Role | None = None,
    takes: str = "",
    reads: bool = False,
    menu: bool = True,
    writes: Collection[str] = (),
    files: bool = False,
) -> Entry:
    """Enter `/name`; `takes` names its arguments (`ticket`, `word`, `text`), `?` what may be missing.

    `writes` are the first words after which a command that `reads` changes something; `files` tells that it
    takes a file that a customer sends with it.
    """
    return Entry("command", name, run, takes, reads, menu, also=also, writes=writes, files=files)


def button(verb: str, run: Handler, *, also: Role | None = None, reads: bool = False) -> Entry:
    """Enter a press of a button with this verb; the handler gets its subject and revision."""
    return Entry("button", verb, run, reads=reads, also=also)


def dialog(kind: str, run: Handler) -> Entry:
    """Enter what is written while a dialog of this kind goes on; the handler gets the dialog and the text."""
    return Entry("dialog", kind, run)


def text(run: Handler) -> Entry:
    """Enter what a customer writes."""
    return Entry("text", "", run)


def desk_text(run: Handler) -> Entry:
    """Enter what staff write in a ticket's topic or in reply to its card; gets its number and the text."""
    return Entry("desk_text", "", run)


def event(kind: type[InboundEvent], run: Handler) -> Entry:
    """Enter an event that is neither a message nor a press."""
    return Entry("event", kind.__name__, run, event=kind)


def gate(run: Handler) -> Route:
    """Let every event pass this first; the handler tells whether it goes on, and may keep what does not."""
    return Route("gate", "", run, role=Role.CUSTOMER)


def tick(name: str, run: Handler, *, reads: bool = False) -> Route:
    """Route the clock; the handler returns whether there is more to do, one that reads the units to write."""
    return Route("tick", name, run, reads=reads, role=Role.CUSTOMER)


class Router:
    """Finds the line for an event, checks the role once, and runs it."""

    def __init__(self, *routes: Route) -> None:
        """Take the lines of the table, each with its role; one without is a mistake that must not start."""
        for route in routes:
            if not isinstance(route, Route):
                raise TypeError(f"{route} stands in no section that says who may do it")
        self.routes = routes
        self._by = {(route.kind, route.name): route for route in routes}

    def __iter__(self) -> Iterator[Route]:
        return iter(self.routes)

    def of_kind(self, kind: RouteKind) -> Sequence[Route]:
        """List the routes of one kind, in the table's order."""
        return [route for route in self.routes if route.kind == kind]

    def named(self, kind: RouteKind, name: str) -> Route | None:
        """Return one route."""
        return self._by.get((kind, name))

    def only_reads(self, event: InboundEvent) -> bool:
        """Tell, without the store, whether an event's route changes nothing."""
        route: Route | None = None
        if isinstance(event, Press):
            route = self.named("button", event.verb)
        elif isinstance(event, Message) and event.text.startswith("/") and event.file is None:
            route = self.named("command", _name(event.text))
            first = [word.casefold() for word in event.text.split(maxsplit=2)[1:2]]
            if route is not None and first and first[0] in route.writes:
                return False
        return route is not None and route.reads

    def perform(self, ctx: Context) -> None:
        """Look up who acts, run the route and write its answers; what was wrong comes out as a StoreError."""
        ctx.sender = customers.sender(ctx.session, ctx.place.inbox_id, ctx.event.person.address)
        if self._admits(ctx, may_keep=True):
            self.dispatch(ctx)
        self.finish(ctx)

    def look(self, ctx: Context) -> None:
        """Run a route that only reads; its answers stay with the context."""
        ctx.sender = customers.sender(ctx.session, ctx.place.inbox_id, ctx.event.person.address)
        if self._admits(ctx, may_keep=False):
            self.dispatch(ctx)

    def explain(self, ctx: Context, error: StoreError) -> None:
        """Write the sentence that tells what was wrong."""
        ctx.sender = customers.sender(ctx.session, ctx.place.inbox_id, ctx.event.person.address)
        self.refuse(ctx, error)
        self.finish(ctx)

    def finish(self, ctx: Context) -> None:
        """Write the answers that were collected, and that a member of staff was active."""
        if ctx.sender.staff is not None and ctx.sender.staff.may(Role.AGENT):
            presence.touch(ctx.session, ctx.sender.staff.id, now=ctx.now)
        ctx.post_replies()

    def dispatch(self, ctx: Context) -> None:
        """Run the route of the event, or raise what a person did wrong as a StoreError."""
        event = ctx.event
        if isinstance(event, Press):
            return self._press(ctx, event)
        if isinstance(event, Message):
            return self._message(ctx, event)
        route = self.named("event", type(event).__name__)
        if route is not None:
            route.run(ctx)
        return None

    def refuse(self, ctx: Context, error: StoreError) -> None:
        """Tell the reader in one sentence what was wrong and what to do."""
        ctx.replies.clear()
        ctx.replies.append((ctx.place, OutboundMessage(wording(ctx, error))))

    def _admits(self, ctx: Context, *, may_keep: bool) -> bool:
        route = self.named("gate", "")
        return route is None or bool(route.run(ctx, may_keep=may_keep))

    def _press(self, ctx: Context, press: Press) -> None:
        route = self.named("button", press.verb)
        if route is None:
            raise RefusedError("stale_button")
        self._check(ctx, route)
        route.run(ctx, press.subject, press.revision)

    def _message(self, ctx: Context, message: Message) -> None:
        if message.place.is_group and message.person.is_anonymous:
            raise RefusedError("anonymous")
        if message.is_machine and not message.place.is_group:
            self._by["text", ""].run(ctx)  # kept, and never answered: not even its commands
            return None
        is_command = message.text.startswith("/") and not message.text.startswith("//")
        if is_command and not self._is_caption(ctx, message):
            return self._command(ctx, message)
        going_on = dialogs.live(ctx.session, seat(message), now=ctx.now)
        if going_on is not None and self._by.get(("dialog", going_on.kind)) is not None:
            return self._continue(ctx, going_on, message)
        return self._text(ctx, message)

    def _is_caption(self, ctx: Context, message: Message) -> bool:
        """Tell whether a customer sent a file below which a command stands that would not take it."""
        if message.file is None or message.place.is_group or ctx.sender.staff is not None:
            return False
        route = self.named("command", _name(message.text))
        return route is None or not route.files

    def _command(self, ctx: Context, message: Message) -> None:
        name = _name(message.text)
        route = self.named("command", name)
        if route is None:
            return self._unknown(ctx, name)
        self._check(ctx, route)
        route.run(ctx, *self._arguments(ctx, route, "".join(message.text.split(maxsplit=1)[1:]).strip()))
        return None

    def _unknown(self, ctx: Context, name: str) -> None:
        mine = [route.name for route in self.of_kind("command") if self._allowed(ctx, route)]
        spoken = command_named(name)
        meant = spoken if spoken in mine else suggest(name, mine)
        if meant is None:
            raise RefusedError("unknown_command", name=name)
        raise RefusedError("did_you_mean", name=name, meant=meant)

    def _arguments(self, ctx: Context, route: Route, rest: str) -> list[object]:
        given: list[object] = []
        for wanted in route.takes.split():
            kind, optional = wanted.rstrip("?"), wanted.endswith("?")
            value: object
            if kind == "ticket":
                value, rest = _ticket(ctx, rest)
            elif kind == "word":
                value, rest = _first(rest)
            else:
                value, rest = rest, ""
            if value in {None, ""}:
                if not optional:
                    raise UsageError(route.name)
                value = None
            given.append(value)
        return given

    def _continue(self, ctx: Context, going_on: Dialog, message: Message) -> None:
        route = self._by["dialog", going_on.kind]
        self._check(ctx, route)
        route.run(ctx, going_on, message.text)

    def _text(self, ctx: Context, message: Message) -> None:
        number = ctx.ticket_here() if message.place.is_group or ctx.sender.staff is not None else None
        desk = self.named("desk_text", "")
        if number is not None and desk is not None:
            self._check(ctx, desk)
            desk.run(ctx, number, message.text)
        elif message.place.is_group:
            return
        elif ctx.sender.staff is not None:
            raise RefusedError("plain_text_by_staff")
        else:
            self._by["text", ""].run(ctx)

    def _allowed(self, ctx: Context, route: Route) -> bool:
        roles = ctx.sender.staff.roles if ctx.sender.staff is not None else ()
        return route.is_open_to(roles)

    def _check(self, ctx: Context, route: Route) -> None:
        if not self._allowed(ctx, route):
            raise RoleError(route.role)
        elsewhere = ctx.place.is_group and ctx.place.chat != ctx.desk.staff_group
        if elsewhere and route.role is not Role.CUSTOMER:
            raise RefusedError("not_the_staff_group")


def wording(ctx: Context, error: StoreError) -> str:
    """Word what was wrong in the reader's language."""
    key = error.key if catalogue.knows(error.key) else "error.store"
    as_typed = key in AS_TYPED
    values = {name: value if as_typed else _worded(ctx, value) for name, value in error.values.items()}
    return ctx.say(key, **values)


def number_of(subject: str) -> int:
    """Read a number off a button, or refuse a button that no longer means anything."""
    if not (subject.isascii() and subject.isdigit() and len(subject) < 16):
        raise RefusedError("stale_button")
    return int(subject)


def seat(event: InboundEvent) -> Seat:
    """Return where a dialog with this sender would take place."""
    return Seat(event.place.inbox_id, event.place.chat, event.place.thread, event.person.address)


def _name(text: str) -> str:
    words = text[1:].split(maxsplit=1)
    return words[0].split("@")[0].lower() if words else ""


def _ticket(ctx: Context, rest: str) -> tuple[int | None, str]:
    """Read a ticket number off the front of the arguments, else take the one this place is about."""
    word, after = _first(rest)
    digits = unicodedata.normalize("NFKC", word).lstrip("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 16:
        return int(digits), after
    return ctx.ticket_here(), rest


def _first(rest: str) -> tuple[str, str]:
    """Part the first word from what follows it, on the same line or the next."""
    word, after = ([*rest.split(maxsplit=1), "", ""])[:2]
    return word, after.strip()


def _worded(ctx: Context, value: object) -> object:
    if isinstance(value, tuple):
        return ctx.say("tag.between").join(str(each) for each in value)
    key = f"word.{value}"
    return ctx.say(key) if isinstance(value, str) and catalogue.knows(key) else value
