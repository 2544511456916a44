"""Macros: a saved reply and its steps, shown first, then carried out together or not at all."""

import re
from datetime import timedelta

from crm_store import customers, events, macros, snapshots, undo
from crm_store import staff as people
from crm_store.errors import RefusedError
from crm_store.macros import Saved
from crm_store.models.ticket import Ticket
from crm_store.rules.roles import Role
from handlers.agent import desk, macro_steps, naming, notes, talk
from handlers.context import Context
from handlers.ports import Button
from handlers.router import RoleError, UsageError, number_of
from handlers.texts import catalogue

NAME = re.compile(r"[^\W\d][\w-]{0,39}")
BLANK = re.compile(r"\{\{\s*(\w+)\s*\}\}")
BLANKS = ("customer", "number", "agent")
CHANGES = ("edit", "drop")
LONGEST = 3500
REGRET = timedelta(hours=1)  # how long a macro can be taken back


def macro(ctx: Context, number: int | None, text: str | None) -> None:
    """List the macros, change one, or show what one would do to a ticket."""
    first, _, rest = (text or "").strip().partition(" ")
    if not first:
        _list(ctx)
    elif first.casefold() in CHANGES:
        _change(ctx, first.casefold(), rest.strip())
    elif rest.strip():
        raise UsageError("macro")
    else:
        _preview(ctx, number, _named(ctx, first))


def pressed(ctx: Context, subject: str, revision: int) -> None:
    """Carry out a macro as it was shown, unless the ticket or the macro changed since."""
    number, _, macro_id = subject.partition("-")
    ticket = desk.held(ctx, number_of(number))
    saved = macros.by_id(ctx.session, number_of(macro_id))
    if revision != _revision(ctx, ticket):
        raise RefusedError("macro_stale", name=saved.name, number=ticket.number)
    run(ctx, ticket, saved)
    ctx.edit(ctx.say("macro.done", name=saved.name, number=ticket.number, who=ctx.staff.name))


def run(ctx: Context, ticket: Ticket, saved: Saved) -> None:
    """Send a macro's words and carry out its steps, in this one transaction."""
    before = snapshots.take(ctx.session, ticket)
    events.record(ctx.session, ticket.id, kind="macro_run", by=ctx.by, at=ctx.now, macro=saved.name)
    words = _filled(ctx, ticket, saved)
    if words:
        desk.answer(ctx, ticket, words)
    macro_steps.run(ctx, ticket, saved.steps, name=saved.name)
    undo.remember(
        ctx.session, kind="macro", by=ctx.by, at=ctx.now, window=REGRET, subject=f"ticket:{ticket.id}",
        before={"tickets": [before]},
    )  # fmt: skip


def _list(ctx: Context) -> None:
    found = macros.everything(ctx.session)
    if not found:
        ctx.reply("macro.nothing")
        return
    lines = [ctx.say("macro.line", name=one.name, what=_what(ctx, one)) for one in found]
    ctx.reply("macro.list", lines="\n".join(lines))


def _what(ctx: Context, saved: Saved) -> str:
    words = " ".join(saved.words(ctx.language).split())
    short = words if len(words) <= 60 else words[:59] + "…"
    steps = macro_steps.worded(ctx, saved.steps)
    return ctx.say("macro.between").join(part for part in (short, steps) if part)


def _preview(ctx: Context, number: int | None, saved: Saved) -> None:
    if number is None:
        raise UsageError("macro")
    ticket = desk.held(ctx, number)
    desk.check_owner(ctx, ticket)
    words = _filled(ctx, ticket, saved)
    shown = [
        ctx.say("macro.preview", name=saved.name, number=number),
        *([ctx.say("macro.says", text=words)] if words else []),
        *([ctx.say("macro.does", steps=macro_steps.worded(ctx, saved.steps))] if saved.steps else []),
    ]
    go = Button(ctx.say("key.macro"), "macro", f"{number}-{saved.id}", _revision(ctx, ticket))
    talk.tell(ctx, "\n\n".join(shown), ticket=ticket.id, buttons=[[go]])


def _revision(ctx: Context, ticket: Ticket) -> int:
    """Return what changes whenever something happens to a ticket."""
    return events.newest(ctx.session, ticket.id)


def _filled(ctx: Context, ticket: Ticket, saved: Saved) -> str:
    """Return a macro's words as this ticket's customer will read them."""
    customer = customers.by_id(ctx.session, ticket.customer_id)
    agent = people.by_id(ctx.session, ctx.staff.id)
    values = {"customer": customer.name, "number": f"#{ticket.number}", "agent": agent.name}
    words = saved.words(customer.language, ctx.desk.language)
    return BLANK.sub(lambda blank: values.get(blank[1].casefold(), blank[0]), words)


def _named(ctx: Context, word: str) -> Saved:
    found = macros.named(ctx.session, word.casefold())
    if found is None:
        raise naming.unknown(word, [one.name for one in macros.everything(ctx.session)], "macro")
    return found


def _change(ctx: Context, verb: str, text: str) -> None:
    if not ctx.staff.may(Role.SUPERVISOR):
        raise RoleError(Role.SUPERVISOR)
    if verb == "drop":
        saved = _named(ctx, text)
        macros.remove(ctx.session, saved.id)
        people.audit(ctx.session, by=ctx.by, what="macro.dropped", subject=saved.name, now=ctx.now)
        ctx.reply("macro.dropped", name=saved.name)
        return
    name, part, value = ([*text.split(maxsplit=2), "", "", ""])[:3]
    if part.casefold() not in (*catalogue.LANGUAGES, "steps"):
        raise RefusedError("macro_edit_usage")
    _edit(ctx, good_name(name), part.casefold(), value.strip())


def _edit(ctx: Context, name: str, part: str, value: str) -> None:
    if part == "steps":
        steps = macro_steps.read(value)
        macros.set_steps(ctx.session, macros.get_or_create(ctx.session, name, by=ctx.by, at=ctx.now), steps)
    else:
        check_words(value)
        found = macros.get_or_create(ctx.session, name, by=ctx.by, at=ctx.now)
        macros.set_text(ctx.session, found, part, value)
    people.audit(
        ctx.session, by=ctx.by, what="macro.changed", subject=name, now=ctx.now, part=part, value=value
    )
    saved = _named(ctx, name)
    ctx.reply("macro.saved", name=name, what=_what(ctx, saved) or ctx.say("macro.empty"))


def good_name(name: str) -> str:
    """Return a macro's name as it is kept, or refuse what cannot be one."""
    folded = name.casefold()
    if not NAME.fullmatch(folded) or folded in CHANGES:
        raise RefusedError("macro_name", word=name[: naming.SHOWN])
    return folded


def check_words(text: str) -> None:
    """Refuse words that no macro can say."""
    if len(text) > LONGEST:
        raise RefusedError("macro_words_long", longest=LONGEST)
    unknown = [blank for blank in BLANK.findall(text) if blank.casefold() not in BLANKS]
    if unknown:
        raise RefusedError(
            "macro_blank", blank=unknown[0], blanks=tuple(f"{{{{ {name} }}}}" for name in BLANKS)
        )
    if notes.as_note(text) is not None:
        raise RefusedError("macro_is_note")
