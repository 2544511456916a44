"""Every resolved ticket checked a week later, and ten of each agent drawn for the supervisors to read."""

import hmac
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from crm_store import calendars, outbox, quality, readers, sla_policies
from crm_store.models.conversation import Direction
from crm_store.models.outbox import Lane
from crm_store.models.quality import QualityCheck
from crm_store.models.ticket import Ticket
from crm_store.outbox import Draft
from crm_store.quality import Resolution
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.rules.roles import Role
from crm_store.rules.sla import deadline
from handlers.context import TickContext
from handlers.ports import Button, OutboundMessage
from handlers.texts import catalogue
from scoring.quality import QUIET, Line, Talk, check

CHUNK = 10
EACH = 10  # tickets of one agent and week
WEEK = timedelta(days=7)


def look_back(ctx: TickContext) -> bool:
    """Check resolutions that are a week old, draw last week's tickets, and tell whether there is more."""
    found = quality.unchecked(ctx.session, before=ctx.now - QUIET, limit=CHUNK)
    for one in found:
        ctx.session.add(_checked(ctx, one))
    _draw(ctx)
    return len(found) == CHUNK


def _checked(ctx: TickContext, one: Resolution) -> QualityCheck:
    talk = Talk(_lines(ctx, one), one.at, quality.came_again(ctx.session, one))
    told = check(talk, now=ctx.now)
    return QualityCheck(
        event_id=one.event_id, ticket_id=one.ticket_id, agent_id=one.agent_id,
        channel=quality.channel_of(ctx.session, one.ticket_id), at=one.at,
        answered=told.answered, in_time=told.in_time, language=told.language, settled=told.settled,
    )  # fmt: skip


def _lines(ctx: TickContext, one: Resolution) -> Sequence[Line]:
    """Give what was said, with the time by which each message was to be answered."""
    ticket = ctx.session.get_one(Ticket, one.ticket_id)
    spans = sla_policies.of_version(ctx.session, ticket.sla_version).spans(
        Kind(ticket.kind), Priority(ticket.priority)
    )
    hours = calendars.of_version(ctx.session, ticket.calendar_version).hours
    lines: list[Line] = []
    for message in quality.said(ctx.session, one):
        inbound = message.direction == Direction.INBOUND
        target = spans.next if any(line.inbound for line in lines) else spans.first
        due = deadline(target, start=message.at, hours=hours) if inbound else None
        lines.append(
            Line(message.at, inbound, message.body, due, automatic=not inbound and message.staff_id is None)
        )
    return lines


def _draw(ctx: TickContext) -> None:
    """Draw ten tickets an agent of the week that is over, once; which ones, nobody can foresee."""
    monday = _monday(ctx.now, ctx.desk.zone)
    week = f"{monday.astimezone(ZoneInfo(ctx.desk.zone)):%Y-%m-%d}"
    if not quality.begin_draw(ctx.session, week, now=ctx.now):
        return
    of: dict[int, list[Resolution]] = defaultdict(list)
    for one in quality.resolved_in(ctx.session, start=monday - WEEK, end=monday):
        of[one.agent_id].append(one)
    chosen: list[Resolution] = []
    for mine in of.values():
        mine.sort(key=lambda one: _lot(ctx.desk.secret, week, one))
        chosen += mine[:EACH]
    quality.draw(ctx.session, week, chosen, now=ctx.now)
    if chosen:
        _tell(ctx, len(chosen))


def _monday(now: datetime, zone: str) -> datetime:
    """Return when the present week began on the house's wall clock."""
    local = now.astimezone(ZoneInfo(zone))
    first = local.date() - timedelta(days=local.weekday())
    return datetime.combine(first, time(0), ZoneInfo(zone))


def _lot(secret: bytes, week: str, one: Resolution) -> bytes:
    return hmac.new(secret, f"quality|{week}|{one.event_id}".encode(), sha256).digest()


def _tell(ctx: TickContext, count: int) -> None:
    for reader in readers.with_role(ctx.session, ctx.inbox_id, Role.SUPERVISOR):
        words = catalogue.say(reader.language, "quality.drawn", count=count)
        start = Button(catalogue.say(reader.language, "key.quality.start"), "quality_next")
        body = OutboundMessage(words, [[start]]).body()
        draft = Draft(inbox_id=ctx.inbox_id, chat=reader.address, body=body, priority=Lane.NOTICE)
        outbox.enqueue(ctx.session, draft, now=ctx.now)
