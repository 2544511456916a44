"""Search for staff: tickets by what was written in them, and customers by their name."""

from collections.abc import Callable
from itertools import islice
from zoneinfo import ZoneInfo

from crm_store import customers, search, tags, tickets
from crm_store.errors import RefusedError
from crm_store.models.conversation import Direction
from crm_store.rules.lifecycle import Kind
from crm_store.search import Hit
from handlers.agent import cards, filters
from handlers.agent.filters import Asked
from handlers.context import Context
from handlers.ports import Button
from scoring.match import suggest

PAGE = 8
PEOPLE = 3
ABREAST = 4
BEFORE, AFTER = 24, 48  # characters shown around a hit
ROOM = 40  # bytes of a search that fit into a button


def find(ctx: Context, typed: str) -> None:
    """Show the first page of what was found, newest first."""
    _show(ctx, filters.read(ctx, typed))


def turn(ctx: Context, subject: str, revision: int) -> None:
    """Show another page of the same search."""
    _show(ctx, filters.read(ctx, f"{subject} page={revision}"))


def open_card(ctx: Context, subject: str, revision: int) -> None:
    """Show the ticket whose number was pressed, with what was said last."""
    if not (subject.isascii() and subject.isdigit() and len(subject) < 16):
        raise RefusedError("stale_button")
    ticket = tickets.by_number(ctx.session, int(subject))
    text, _ = cards.with_history(ctx.session, ticket, ctx.language, now=ctx.now, zone=ctx.desk.zone)
    ctx.reply_text(text, buttons=cards.keys(cards.sayer(ctx.language), ticket))


def _show(ctx: Context, asked: Asked) -> None:
    start = PAGE * (asked.page - 1)
    found = list(islice(search.find(ctx.session, asked.question), start, start + PAGE + 1))
    people = search.customers(ctx.session, asked.question.terms, limit=PEOPLE) if asked.page == 1 else []
    if not found and not people:
        ctx.reply_text(_nothing(ctx, asked))
        return
    shown = found[:PAGE]
    lines = [ctx.say("search.head", asked=asked.typed, page=asked.page)]
    lines += [ctx.say("search.customer", name=name) for _, name in people]
    lines += [_line(ctx, hit) for hit in shown]
    keys = [[Button(f"👤 {name}"[:40], "customer", row_id)] for row_id, name in people]
    numbers = [Button(f"#{hit.ticket_id}", "card", hit.ticket_id) for hit in shown]
    keys += [numbers[at : at + ABREAST] for at in range(0, len(numbers), ABREAST)]
    if len(found) > PAGE:
        lines, keys = _more(ctx, asked, lines, keys)
    ctx.reply_text("\n".join(lines), buttons=keys)


def _more(
    ctx: Context, asked: Asked, lines: list[str], keys: list[list[Button]]
) -> tuple[list[str], list[list[Button]]]:
    """Lead to the next page: by a button, or by a command where the search is too long for one."""
    subject = asked.typed.replace(":", "=").replace("：", "=")
    if len(subject.encode()) <= ROOM:
        return lines, [*keys, [Button(ctx.say("key.search_more"), "search", subject, asked.page + 1)]]
    command = f"/search {asked.typed} page:{asked.page + 1}"
    return [*lines, ctx.say("search.more", command=command)], keys


def _line(ctx: Context, hit: Hit) -> str:
    ticket = tickets.by_number(ctx.session, hit.ticket_id)
    key = "search.note" if hit.direction is Direction.NOTE else "search.hit"
    return ctx.say(
        key,
        mark=cards.MARKS[Kind(ticket.kind)],
        number=ticket.number,
        name=customers.by_id(ctx.session, ticket.customer_id).name,
        status=ctx.say(f"word.{ticket.status}"),
        day=f"{hit.at.astimezone(ZoneInfo(ctx.desk.zone)):%Y-%m-%d}",
        text=snippet(hit, lambda found: ctx.say("search.mark", hit=found)),
    )


def snippet(hit: Hit, mark: Callable[[str], str]) -> str:
    """Cut what stands around a hit out of its text and mark the hit."""
    start, end = hit.span.start, hit.span.end
    before, after = hit.text[:start], hit.text[end:]
    head = "…" + before[-BEFORE:] if len(before) > BEFORE else before
    tail = after[:AFTER] + "…" if len(after) > AFTER else after
    return " ".join(f"{head}{mark(hit.text[start:end])}{tail}".split())


def _nothing(ctx: Context, asked: Asked) -> str:
    """Say that nothing was found, and what may have been meant: a tag or a customer's name."""
    known = [*tags.names(ctx.session), *customers.names(ctx.session)]
    meant = suggest(asked.words, filters.parts(known))
    words = ctx.say("search.none", asked=asked.typed)
    return words if meant is None else f"{words}\n{ctx.say('search.meant', meant=meant)}"
