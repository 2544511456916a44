"""Leads from chat: /lead makes one of a ticket and moves it on, /leads shows what is due."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from crm_store import calendars, customers, events, leads, staff
from crm_store.errors import RefusedError
from crm_store.leads import Step, Wanted
from crm_store.models.lead import Lead
from crm_store.rules.leads import OPEN, Stage
from crm_store.rules.roles import Role
from handlers.agent import desk, naming, talk, until
from handlers.context import Context
from handlers.router import UsageError
from handlers.texts import catalogue
from scoring.satisfaction import wilson

SIGNS = {"¥": "CNY", "￥": "CNY", "元": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
PRICE = re.compile(
    r"(?P<product>.+?)\s+(?P<before>[¥￥$€£]|[A-Z]{3}\s?)?(?P<amount>\d[\d,]*(?:\.\d{1,2})?)\s?(?P<after>元|[A-Za-z]{3})?"
)
NEXT = {"next", "下一步"}
PERIOD = timedelta(days=90)
MOST = 10**12


def lead(ctx: Context, number: int, text: str) -> None:
    """Make a lead of a ticket, move it to a stage, or say what is done next."""
    ticket = desk.held(ctx, number)
    first, _, rest = text.strip().partition(" ")
    if first.casefold() in NEXT:
        _plan(ctx, _found(ctx, number), rest.strip())
    elif (stage := _stage(first)) is not None and stage is not Stage.NEW:
        _move(ctx, _found(ctx, number), stage, rest.strip())
    else:
        made = leads.open_lead(ctx.session, ticket, _wanted(text.strip()), owner_id=ctx.staff.id, now=ctx.now)
        events.record(
            ctx.session, number, kind="lead_opened", by=ctx.by, at=ctx.now, what=made.product, lead=made.id
        )
        talk.tell(ctx, ctx.say("lead.made", number=number, what=_what(made)), ticket=ticket.id)


def show(ctx: Context) -> None:
    """List the open leads, one's own or for supervisors all, and how many of the ended ones were won."""
    everyone = ctx.staff.may(Role.SUPERVISOR)
    found = leads.open_ones(ctx.session, owner_id=None if everyone else ctx.staff.id)
    lines = [ctx.say("leads.head", count=len(found)) if found else ctx.say("leads.none")]
    lines += [line for one in found for line in _line(ctx, one)]
    if everyone:
        ended = leads.ended_in(ctx.session, start=ctx.now - PERIOD, end=ctx.now + timedelta(microseconds=1))
        won = wilson(ended.get(Stage.WON, 0), sum(ended.values()))
        if won.value is not None and won.low is not None and won.high is not None:
            share, low, high = f"{won.value:.0%}", f"{100 * won.low:.0f}", f"{won.high:.0%}"
            lines.append(ctx.say("leads.won", share=share, low=low, high=high, k=won.k, n=won.n))
    ctx.reply_text("\n".join(lines))


def _line(ctx: Context, one: Lead) -> Iterator[str]:
    due = ctx.say("leads.no_step")
    if one.next_due is not None:
        key = "leads.overdue" if one.next_due < ctx.now else "leads.step"
        at = catalogue.moment(ctx.language, one.next_due, ctx.desk.zone)
        due = ctx.say(key, step=one.next_step or "", at=at)
    yield ctx.say(
        "leads.line",
        number=one.ticket_id,
        customer=customers.by_id(ctx.session, one.customer_id).name,
        what=_what(one),
        stage=ctx.say(f"lead.stage.{one.stage}"),
        owner=staff.by_id(ctx.session, one.owner_id).name,
        due=due,
    )


def _move(ctx: Context, found: Lead, to: Stage, reason: str) -> None:
    if to is Stage.LOST and not reason:
        raise RefusedError("lead_reason", number=found.ticket_id)
    if found.stage not in OPEN:
        raise RefusedError("lead_ended", number=found.ticket_id, stage=ctx.say(f"lead.stage.{found.stage}"))
    leads.move(ctx.session, found, Step(to, ctx.by, ctx.now, reason or None))
    stage = ctx.say(f"lead.stage.{to}")
    events.record(
        ctx.session, found.ticket_id, kind="lead_moved", by=ctx.by, at=ctx.now, what=found.product,
        step=to.value, words=reason, lead=found.id,
    )  # fmt: skip
    words = ctx.say("lead.moved", number=found.ticket_id, what=_what(found), stage=stage)
    talk.tell(ctx, words, ticket=found.ticket_id)


def _plan(ctx: Context, found: Lead, text: str) -> None:
    when, _, step = text.partition(" ")
    if not when or not step.strip():
        raise UsageError("lead")
    due = until.read(when, calendars.current(ctx.session).hours, ctx.desk.zone, now=ctx.now)
    leads.plan(found, step.strip(), due)
    at = catalogue.moment(ctx.language, due, ctx.desk.zone)
    words = ctx.say("lead.planned", number=found.ticket_id, step=step.strip(), at=at)
    talk.tell(ctx, words, ticket=found.ticket_id)


def _found(ctx: Context, number: int) -> Lead:
    found = leads.newest(ctx.session, number)
    if found is None:
        raise RefusedError("no_lead", number=number)
    return found


def _stage(word: str) -> Stage | None:
    asked = word.casefold()
    for one in Stage:
        if asked == one.value or any(
            asked == catalogue.say(language, f"lead.stage.{one}").casefold()
            for language in catalogue.LANGUAGES
        ):
            return one
    return None


def _wanted(text: str) -> Wanted:
    found = PRICE.fullmatch(text)
    if found is None:
        raise RefusedError("lead_price", text=text[: naming.SHOWN])
    amount = int(Decimal(found["amount"].replace(",", "")) * 100)
    if not 0 < amount < MOST:
        raise RefusedError("lead_price", text=text[: naming.SHOWN])
    sign = (found["before"] or found["after"] or "¥").strip()
    return Wanted(found["product"].strip(), amount, SIGNS.get(sign, sign.upper()))


def _what(one: Lead) -> str:
    return f"{one.product} {one.currency} {one.amount / 100:,.2f}"
