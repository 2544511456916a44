"""The first meeting: a greeting that opens no ticket, the list of commands, the language."""

from collections.abc import Callable, Iterable, Sequence

from crm_store import customers
from crm_store import staff as people
from crm_store.errors import RefusedError
from crm_store.rules.roles import may
from handlers.agent import staff as invitations
from handlers.context import Context
from handlers.customer import consent
from handlers.customer.opening import KINDS
from handlers.customer.presses import contact_of
from handlers.ports import Button
from handlers.router import Handler, Route
from handlers.texts import catalogue

SPOKEN = {"zh": "zh", "中文": "zh", "chinese": "zh", "汉语": "zh", "en": "en", "english": "en", "英文": "en"}
NAMES = {"zh": "中文", "en": "English"}


def start(ctx: Context, payload: str | None) -> None:
    """Greet whoever comes; an invitation makes them staff."""
    if payload is not None and payload.startswith(invitations.PREFIX):
        invitations.redeem(ctx, payload.removeprefix(invitations.PREFIX))
    elif ctx.sender.staff is not None:
        people.rename(ctx.session, ctx.staff.id, ctx.event.person.name)
        ctx.staff.name = ctx.event.person.name
        ctx.reply("start.staff", name=ctx.staff.name)
    else:
        contact = contact_of(ctx)
        ctx.reply("start.greeting", name=contact.name, buttons=_choices(ctx))
        consent.ask_once(ctx, contact)


def _choices(ctx: Context) -> Sequence[Sequence[Button]]:
    kinds = [Button(ctx.say(f"key.{kind.value}"), "begin", kind.value) for kind in KINDS]
    return [kinds, language_buttons(ctx)]


def language_buttons(ctx: Context) -> list[Button]:
    """Return a button for each language that is not spoken now."""
    return [Button(name, "language", code) for code, name in NAMES.items() if code != ctx.language]


def help_from(routes: Callable[[], Iterable[Route]]) -> Handler:
    """Return a handler that lists what the sender may do, read from the table of contents."""

    def tell_help(ctx: Context) -> None:
        """List the commands of the sender's roles."""
        roles = ctx.sender.staff.roles if ctx.sender.staff is not None else ()
        lines = [
            f"/{route.name} · {ctx.say(f'command.{route.name}')}"
            for route in routes()
            if route.kind == "command" and may(roles, route.role) and catalogue.knows(f"command.{route.name}")
        ]
        ctx.reply_text("\n".join([ctx.say("help.head"), "", *lines]))

    return tell_help


def language(ctx: Context, word: str | None) -> None:
    """Speak another language from now on, or offer the choice."""
    if word is None:
        ctx.reply("language.ask", buttons=[[Button(name, "language", code) for code, name in NAMES.items()]])
        return
    code = SPOKEN.get(word.strip().casefold())
    if code is None:
        raise RefusedError("unknown_language", word=word)
    _speak(ctx, code)


def language_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Speak the language whose button was pressed."""
    if subject not in NAMES:
        raise RefusedError("stale_button")
    _speak(ctx, subject)


def _speak(ctx: Context, code: str) -> None:
    if ctx.sender.staff is not None:
        people.by_id(ctx.session, ctx.staff.id).language = code
        ctx.sender.staff.language = code
    if ctx.sender.staff is None or ctx.sender.contact is not None:
        contact = ctx.sender.contact if ctx.sender.staff is not None else contact_of(ctx)
        if contact is not None:
            customers.choose_language(ctx.session, contact, code, chosen=True)
    ctx.reply("language.set")
