"""The low ratings behind a figure: the very tickets, each one tap away from its card."""

from collections.abc import Sequence

from crm_store import rating_groups
from crm_store.errors import RefusedError
from crm_store.rating_groups import EVERYTHING, Dimension, Group, LowRating
from crm_store.spans import Page
from handlers.context import Context
from handlers.ports import Button
from handlers.supervisor import periods, sheets
from handlers.supervisor.periods import Period
from handlers.texts import catalogue

PAGE = 8
ABREAST = 4
QUOTED = 60  # characters of a comment
LETTERS: dict[str, Dimension] = {
    "a": "agent", "c": "channel", "k": "kind", "t": "theme", "s": "segment",
}  # fmt: skip


def key(label: str, period: Period, group: Group) -> list[Button]:
    """Return the button that lists the low ratings of a group in exactly this period."""
    return sheets.key(label, "low", subject(period, group))


def subject(period: Period, group: Group) -> str:
    """Return what a button says to mean the low ratings of a group in a period."""
    return f"{period.code}~{group.dimension[0]}{group.value}" if group.value else period.code


def turn(ctx: Context, about: str, revision: int) -> None:
    """Show a page of the low ratings of a period, newest first."""
    period, group = read(about, ctx.desk.zone)
    count = rating_groups.count_low(ctx.session, group, start=period.start, end=period.end)
    offset = PAGE * max(min(revision, (count - 1) // PAGE), 0)
    found = rating_groups.low(ctx.session, group, start=period.start, end=period.end, page=Page(offset, PAGE))
    named = periods.name(ctx.language, period, ctx.desk.zone)
    if not found:
        ctx.reply("low.none", period=named)
        return
    head = ctx.say("low.head", period=named, count=count, first=offset + 1, last=offset + len(found))
    if group.value:
        name = sheets.namer(ctx.session, ctx.language, group.dimension)(group.value)
        head = ctx.say("low.about", about=name, head=head)
    pages = sheets.pages(ctx, "low", about, page=offset // PAGE, last=(count - 1) // PAGE)
    ctx.reply_text("\n".join([head, *(_line(ctx, one) for one in found)]), buttons=[*_cards(found), *pages])


def read(about: str, zone: str) -> tuple[Period, Group]:
    """Read the period and the group of a button."""
    code, _, name = about.partition("~")
    if not name:
        return periods.of_code(code, zone), EVERYTHING
    if name[0] not in LETTERS or not name[1:]:
        raise RefusedError("stale_button")
    return periods.of_code(code, zone), Group(LETTERS[name[0]], name[1:])


def _line(ctx: Context, one: LowRating) -> str:
    said = " ".join((one.comment or "").split())
    if len(said) > QUOTED:
        said = f"{said[: QUOTED - 1]}…"
    return ctx.say(
        "low.line" if said else "low.silent",
        number=one.ticket_id,
        score=one.score,
        agent=one.agent or ctx.say("desk.nobody"),
        at=catalogue.moment(ctx.language, one.at, ctx.desk.zone),
        comment=said,
    )


def _cards(found: Sequence[LowRating]) -> list[list[Button]]:
    tickets = dict.fromkeys(one.ticket_id for one in found)
    numbers = [Button(f"#{number}", "card", number) for number in tickets]
    return [numbers[at : at + ABREAST] for at in range(0, len(numbers), ABREAST)]
