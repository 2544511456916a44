"""A customer on one page: who they are, what they wrote about, rated and bought, and what they agreed to."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

from crm_store import consents, customers, holdings, orders, ratings, search, staff, tickets
from crm_store.consents import TOPICS, Scope
from crm_store.errors import RefusedError
from crm_store.models.customer import Customer
from crm_store.orders import Purchases
from crm_store.rules import tokens
from crm_store.rules.lifecycle import Kind
from handlers.agent import cards, filters, naming, worth
from handlers.context import Context
from handlers.ports import Button
from handlers.router import UsageError

LAST = 5
MANY = 20
FEW = 2
NAMESAKES = 6
PAGE, TICKETS, NOTES, CAMPAIGNS, ORDERS = range(5)


def show(ctx: Context, number: int | None, text: str | None) -> None:
    """Show the customer of a ticket, or the one of this name."""
    if text:
        _named(ctx, text)
    elif number is None:
        raise UsageError("customer")
    else:
        _page(ctx, customers.by_id(ctx.session, tickets.by_number(ctx.session, number).customer_id))


def pressed(ctx: Context, subject: str, revision: int) -> None:
    """Show the customer who was pressed, or one part of what is known of them in full."""
    if not (subject.isascii() and subject.isdigit() and len(subject) < 16):
        raise RefusedError("stale_button")
    customer = customers.by_id(ctx.session, int(subject))
    part = {TICKETS: _all_tickets, NOTES: _all_notes, CAMPAIGNS: _campaigns, ORDERS: _all_orders}.get(
        revision
    )
    if part is None:
        _page(ctx, customer)
        return
    ctx.reply_text("\n".join([ctx.say("profile.part", name=customer.name), *part(ctx, customer)]))


def _named(ctx: Context, text: str) -> None:
    """Show the one customer of a name, or let the reader choose among several."""
    found = search.customers(ctx.session, tokens.terms(text), limit=NAMESAKES)
    if not found:
        known = customers.names(ctx.session)
        raise naming.unknown(text, filters.parts(known), "search_customer")
    if len(found) == 1:
        _page(ctx, customers.by_id(ctx.session, found[0][0]))
        return
    keys = [[Button(_namesake(ctx, row_id, name), "customer", row_id)] for row_id, name in found]
    ctx.reply("profile.several", name=text, count=len(found), buttons=keys)


def _namesake(ctx: Context, customer_id: int, name: str) -> str:
    newest = next(iter(tickets.of_customer(ctx.session, customer_id, limit=1)), None)
    return name if newest is None else f"{name} · #{newest.number}"


def _page(ctx: Context, customer: Customer) -> None:
    if customer.erased is not None:
        ctx.reply_text("\n".join([ctx.say("profile.erased"), *_tickets(ctx, customer.id)]))
        return
    bought = list(orders.of_customer(ctx.session, customer.id))
    lines = [
        *_person(ctx, customer),
        *_reachable(ctx, customer),
        *_consent(ctx, customer.id),
        *_tickets(ctx, customer.id),
        *_ratings(ctx, customer.id),
        *_orders(ctx, bought),
        *worth.lines(ctx, customer.id, bought),
        *_sent(ctx, customer.id),
        *_notes(ctx, customer.id, limit=FEW),
    ]
    ctx.reply_text("\n".join(lines), buttons=_more(ctx, customer, bought))


def _more(ctx: Context, customer: Customer, bought: list[Purchases]) -> list[list[Button]]:
    """Offer what the page shows only in part."""
    parts = [
        (TICKETS, len(tickets.of_customer(ctx.session, customer.id, limit=LAST + 1)) > LAST),
        (NOTES, len(holdings.notes(ctx.session, customer.id, limit=FEW + 1)) > FEW),
        (CAMPAIGNS, len(holdings.campaigns(ctx.session, customer.id)) > 1),
        (ORDERS, bool(bought)),
    ]
    keys = [
        Button(ctx.say(f"key.profile.{part}"), "customer", customer.id, part) for part, more in parts if more
    ]
    return [keys] if keys else []


def _reachable(ctx: Context, customer: Customer) -> Iterator[str]:
    contact = customers.contact_of(ctx.session, customer.id, ctx.place.inbox_id)
    reached = contact is not None and contact.is_reachable
    yield ctx.say("profile.reachable" if reached else "profile.unreachable")


def _person(ctx: Context, customer: Customer) -> Iterator[str]:
    yield ctx.say(
        "profile.head",
        name=customer.name,
        speaks=ctx.say(f"word.language.{customer.language}"),
        since=_day(ctx, customer.created),
    )
    known = [told for told in (customer.phone, customer.email) if told]
    if known:
        yield ctx.say("profile.contact", contact=" · ".join(known))
    if customer.region:
        yield ctx.say("profile.city", city=customer.region)
    words = customers.tags(ctx.session, customer.id)
    if words:
        yield ctx.say("profile.tags", tags=" · ".join(words))


def _consent(ctx: Context, customer_id: int) -> Iterator[str]:
    channel = ctx.place.channel
    if consents.is_suppressed(ctx.session, customer_id, channel):
        yield ctx.say("profile.suppressed")
        return
    agreed = any(consents.is_granted(ctx.session, Scope(customer_id, channel, topic)) for topic in TOPICS)
    yield ctx.say("profile.consent" if agreed else "profile.no_consent")


def _tickets(ctx: Context, customer_id: int, *, limit: int = LAST) -> Iterator[str]:
    yield ctx.say("profile.tickets")
    for ticket in tickets.of_customer(ctx.session, customer_id, limit=limit):
        yield ctx.say(
            "profile.ticket",
            mark=cards.MARKS[Kind(ticket.kind)],
            number=ticket.number,
            status=ctx.say(f"word.{ticket.status}"),
            opened=_day(ctx, ticket.opened),
            subject=ticket.subject[:60],
        )


def _ratings(ctx: Context, customer_id: int) -> Iterator[str]:
    given = ratings.of_customer(ctx.session, customer_id, limit=LAST)
    if not given:
        yield ctx.say("profile.no_ratings")
        return
    scores = ctx.say("profile.between").join(
        ctx.say(f"profile.rating.{rating.kind}", score=rating.score, number=rating.ticket_id)
        for rating in given
    )
    yield ctx.say("profile.ratings", scores=scores)


def _orders(ctx: Context, bought: list[Purchases]) -> Iterator[str]:
    if not bought:
        yield ctx.say("profile.no_orders")
        return
    for sums in bought:
        total = _money(ctx, sums.total, sums.currency)
        yield ctx.say("profile.orders", count=sums.count, total=total, last=_day(ctx, sums.last))


def _money(ctx: Context, hundredths: int, currency: str) -> str:
    locale = "zh_Hans_CN" if ctx.language == "zh" else "en"
    return format_currency(hundredths / 100, currency, locale=locale)


def _sent(ctx: Context, customer_id: int) -> Iterator[str]:
    reached = holdings.campaigns(ctx.session, customer_id)
    if reached:
        last = reached[-1]
        at = cast("datetime", last["at"])
        yield ctx.say("profile.campaigns", count=len(reached), name=last["name"], at=_day(ctx, at))


def _notes(ctx: Context, customer_id: int, *, limit: int) -> Iterator[str]:
    for note in holdings.notes(ctx.session, customer_id, limit=limit):
        writer = (
            ctx.say("desk.bot") if note.staff_id is None else staff.by_id(ctx.session, note.staff_id).name
        )
        text = " ".join(note.body.split())[:200]
        yield ctx.say(
            "profile.note", number=note.ticket_id or "–", name=writer, at=_day(ctx, note.at), text=text
        )


def _all_tickets(ctx: Context, customer: Customer) -> Iterator[str]:
    return _tickets(ctx, customer.id, limit=MANY)


def _all_notes(ctx: Context, customer: Customer) -> Iterator[str]:
    return _notes(ctx, customer.id, limit=MANY)


def _campaigns(ctx: Context, customer: Customer) -> Iterator[str]:
    for one in list(holdings.campaigns(ctx.session, customer.id))[: -MANY - 1 : -1]:
        yield ctx.say("profile.campaign", at=_day(ctx, cast("datetime", one["at"])), name=one["name"])


def _all_orders(ctx: Context, customer: Customer) -> Iterator[str]:
    for order in orders.latest(ctx.session, customer.id, limit=MANY):
        total = _money(ctx, order.amount, order.currency)
        yield ctx.say(
            "profile.order", at=_day(ctx, order.at), number=order.number, product=order.product, total=total
        )


def _day(ctx: Context, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(ctx.desk.zone)):%Y-%m-%d}"
