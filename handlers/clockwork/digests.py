"""The week in one message: each supervisor gets it in private on Monday morning, once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_store import alerts, needs, outbox, rating_counts, ratings, readers, recoveries, scores
from crm_store.models.outbox import Lane
from crm_store.models.score import Stage
from crm_store.models.survey import SurveyKind
from crm_store.needs import About
from crm_store.outbox import Draft
from crm_store.readers import Reader
from crm_store.rules.roles import Role
from handlers.context import TickContext
from handlers.ports import OutboundMessage
from handlers.supervisor import findings, periods, satisfaction, sheets, suggestions
from handlers.supervisor import needs as needed
from handlers.supervisor.findings import Asked, Cause
from handlers.supervisor.periods import Period
from handlers.supervisor.sheets import Voice
from scoring.satisfaction import Rate, csat, wilson

HOUR = 8  # local
UNTIL = 2  # Wednesday; later the week is no news any more
QUIET = 5  # a week with fewer tickets brings no digest: its figures would say nothing
CHUNK = 20
Unit = Callable[[Session], object]


@dataclass(frozen=True, slots=True)
class Week:
    """What the digest tells, in no language yet."""

    period: Period
    current: Rate
    prior: Rate
    response: Rate
    asked: Asked
    causes: Sequence[Cause]
    breaches: int
    recoveries: int
    at_risk: int


def send(ctx: TickContext) -> Sequence[Unit]:
    """Write last week's digest to the supervisors who have not got it; return what is to be written."""
    local = ctx.now.astimezone(ZoneInfo(ctx.desk.zone))
    if local.weekday() > UNTIL or (local.weekday() == 0 and local.hour < HOUR):
        return ()
    period = periods.last_week(ctx.now, ctx.desk.zone)
    everyone = readers.with_role(ctx.session, ctx.inbox_id, Role.SUPERVISOR)
    waiting = alerts.undigested(ctx.session, period.start, everyone)[:CHUNK]
    if not waiting or needs.count(ctx.session, About(), start=period.start, end=period.end) < QUIET:
        return ()
    week = _week(ctx, period)
    return [partial(_send, ctx=ctx, week=week, reader=reader) for reader in waiting]


def _week(ctx: TickContext, period: Period) -> Week:
    current, prior = (
        csat(rating_counts.histogram(ctx.session, kind=SurveyKind.CSAT, start=one.start, end=one.end))
        for one in (period, period.prior(ctx.desk.zone))
    )
    asked = ratings.response(ctx.session, period.start, period.end)
    return Week(
        period=period,
        current=current,
        prior=prior,
        response=wilson(asked.answered, asked.asked),
        asked=findings.asked(ctx.session, period, zone=ctx.desk.zone, now=ctx.now),
        causes=findings.causes(ctx.session, period),
        breaches=alerts.breaches(ctx.session, start=period.start, end=period.end),
        recoveries=recoveries.count_open(ctx.session),
        at_risk=scores.by_stage(ctx.session).get(Stage.AT_RISK, 0),
    )


def _send(session: Session, *, ctx: TickContext, week: Week, reader: Reader) -> None:
    if not alerts.digest(session, week.period.start, reader.staff_id, now=ctx.now):
        return
    speaker = Voice(session, reader.language)
    keys = suggestions.suggested(speaker, week.period, week.asked, week.causes)
    message = OutboundMessage("\n".join(_lines(speaker, week, ctx.desk.zone)), keys)
    draft = Draft(inbox_id=ctx.inbox_id, chat=reader.address, body=message.body(), priority=Lane.NOTICE)
    outbox.enqueue(session, draft, now=ctx.now)


def _lines(ctx: Voice, week: Week, zone: str) -> Iterator[str]:
    yield ctx.say("digest.head", period=periods.name(ctx.language, week.period, zone))
    yield satisfaction.share(ctx, week.current)
    if week.current.n:
        yield satisfaction.change(ctx, week.current, week.prior)
    if week.response.value is not None:
        share = sheets.percent(week.response.value)
        yield ctx.say("satisfaction.response", answered=week.response.k, asked=week.response.n, share=share)
    yield ctx.say("digest.tickets", n=week.asked.n, breaches=week.breaches)
    growing = [topic for topic in week.asked.topics if topic.trend in {"growing", "new"}]
    if growing:
        names = (sheets.theme(ctx.language, topic.theme) for topic in growing)
        yield ctx.say("digest.growing", themes=ctx.say("fixed.between").join(names))
    for cause in week.causes[:1]:
        yield needed.cause_line(ctx, cause)
    if week.recoveries:
        yield ctx.say("digest.recoveries", count=week.recoveries)
    if week.at_risk:
        yield ctx.say("digest.at_risk", count=week.at_risk)
    if week.asked.unread.k:
        yield ctx.say("digest.quality", **sheets.interval(week.asked.unread))
