"""A customer on one page: who they are, what they wrote about, rated and bought, and what they agreed to."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

from crm_store import consents, customers, orders, ratings, tickets
from crm_store.consents import TOPICS, Scope
from crm_store.models.customer import Customer
from crm_store.rules.lifecycle import Kind
from handlers.agent import cards
from handlers.context import Context

LAST = 5


def show(ctx: Context, number: int) -> None:
    """Show the customer of a ticket."""
    ticket = tickets.by_number(ctx.session, number)
    customer = customers.by_id(ctx.session, ticket.customer_id)
    contact = cards.contact(ctx.session, ticket)
    lines = [
        *_person(ctx, customer),
        ctx.say("profile.reachable" if contact.is_reachable else "profile.unreachable"),
        *_consent(ctx, customer.id),
        *_tickets(ctx, customer.id),
        *_ratings(ctx, customer.id),
        *_orders(ctx, customer.id),
    ]
    ctx.reply_text("\n".join(lines))


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


def _tickets(ctx: Context, customer_id: int) -> Iterator[str]:
    yield ctx.say("profile.tickets")
    for ticket in tickets.of_customer(ctx.session, customer_id, limit=LAST):
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


def _orders(ctx: Context, customer_id: int) -> Iterator[str]:
    bought = orders.of_customer(ctx.session, customer_id)
    if not bought:
        yield ctx.say("profile.no_orders")
    locale = "zh_Hans_CN" if ctx.language == "zh" else "en"
    for sums in bought:
        total = format_currency(sums.total / 100, sums.currency, locale=locale)
        yield ctx.say("profile.orders", count=sums.count, total=total, last=_day(ctx, sums.last))


def _day(ctx: Context, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(ctx.desk.zone)):%Y-%m-%d}"
