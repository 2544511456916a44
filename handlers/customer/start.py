"""The first meeting: a greeting that opens no ticket, the list of commands, the language."""

from collections.abc import Callable, Collection, Iterable, Sequence

from crm_store import customers
from crm_store import staff as people
from crm_store.errors import RefusedError
from crm_store.rules import tokens
from crm_store.rules.roles import Role, may
from handlers.context import Context
from handlers.customer import consent
from handlers.customer.opening import KINDS
from handlers.customer.presses import contact_of, end_dialog
from handlers.ports import Button
from handlers.router import Handler, Route
from handlers.supervisor import staff as invitations
from handlers.texts import catalogue
from scoring.traditional import simplify

SPOKEN = {
    **dict.fromkeys(("zh", "cn", "zhcn", "zhhans", "zhtw", "zhhk", "zhhant", "chinese", "mandarin"), "zh"),
    **dict.fromkeys(("中文", "汉语", "普通话", "国语", "华语", "简体", "简体中文", "繁体", "繁体中文"), "zh"),
    **dict.fromkeys(("en", "engb", "enus", "eng", "english", "英文", "英语"), "en"),
}
STAFF_GROUPS = (Role.AGENT, Role.SUPERVISOR, Role.MARKETER, Role.CUSTOMER)
FOR_ALL = frozenset({"help", "language"})
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
        end_dialog(ctx)  # whoever starts anew has left what they were writing
        ctx.reply("start.greeting", name=contact.name, buttons=_choices(ctx))
        consent.ask_once(ctx, contact)


def _choices(ctx: Context) -> Sequence[Sequence[Button]]:
    kinds = [Button(ctx.say(f"key.{kind.value}"), "begin", kind.value) for kind in KINDS]
    return [kinds, language_buttons(ctx)]


def language_buttons(ctx: Context) -> list[Button]:
    """Return a button for each language that is not spoken now."""
    return [Button(name, "language", code) for code, name in NAMES.items() if code != ctx.language]


def _belongs(route: Route, group: Role, held: Collection[Role]) -> bool:
    """Tell whether a command is listed under a role, for someone who holds these roles."""
    if not catalogue.knows(f"command.{route.name}"):
        return False
    if group is Role.CUSTOMER:
        return route.name in FOR_ALL if held else route.role is group and route.also is None
    if route.role is group:
        return may(held, group)
    seen_above = route.role is not Role.CUSTOMER and may(held, route.role)
    return route.also is group and may(held, group) and not seen_above


def help_from(routes: Callable[[], Iterable[Route]]) -> Handler:
    """Return a handler that lists what the sender may do, read from the table of contents."""

    def tell_help(ctx: Context) -> None:
        """List what customers can do, or what the sender's roles are for, under each role."""
        held = ctx.sender.staff.roles if ctx.sender.staff is not None else ()
        groups = STAFF_GROUPS if held else (Role.CUSTOMER,)
        parts: list[str] = []
        for group in groups:
            mine = [route for route in routes() if route.kind == "command" and _belongs(route, group, held)]
            if mine:
                heading = "staff" if held and group is Role.CUSTOMER else group.value
                lines = [f"/{route.name} · {ctx.say(f'command.{route.name}')}" for route in mine]
                parts.append("\n".join([ctx.say(f"help.{heading}"), *lines]))
        ctx.reply_text("\n\n".join(parts))

    return tell_help


def language(ctx: Context, word: str | None) -> None:
    """Speak another language from now on, or offer the choice; a group speaks the house's."""
    if ctx.place.is_group:
        raise RefusedError("private_only")
    if word is None:
        ctx.reply("language.ask", buttons=[[Button(name, "language", code) for code, name in NAMES.items()]])
        return
    code = SPOKEN.get("".join(filter(str.isalnum, simplify(tokens.fold(word)))))
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
