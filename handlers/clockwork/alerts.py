"""Figures that leave their usual range: looked at each morning, told once an episode, with the rule."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_store import alerts, needs, outbox, rating_counts
from crm_store.alerts import Episode
from crm_store.models.alert import AlertKind
from crm_store.models.need import NO_THEME
from crm_store.models.outbox import Lane
from crm_store.needs import About, Topic
from crm_store.outbox import Draft
from crm_store.rating_groups import EVERYTHING
from handlers.agent import cards
from handlers.clockwork import telling
from handlers.clockwork.telling import Audience
from handlers.context import TickContext
from handlers.ports import Button, OutboundMessage
from handlers.supervisor import low_ratings, sheets, suggestions
from handlers.supervisor.periods import Period
from handlers.texts import catalogue
from scoring import drivers, trends
from scoring.trends import Alert

HOUR = 9  # local; the night is over and yesterday is whole
DAYS, WEEKS = 84, 27  # how far is looked back
FRESH_DAYS, FRESH_WEEKS = 3, 2  # an episode that began before is no news any more
MOST = 5  # in one message
Unit = Callable[[Session], object]


@dataclass(frozen=True, slots=True)
class News:
    """An episode, how long it goes on so far, and which tickets it is about."""

    episode: Episode
    alert: Alert
    period: Period
    about: About


def watch(ctx: TickContext) -> Sequence[Unit]:
    """Look once a day, after nine, at the days and weeks that are over; return what is to be written."""
    local = ctx.now.astimezone(ZoneInfo(ctx.desk.zone))
    today = local.date().toordinal()
    if local.hour < HOUR or alerts.watched(ctx.session) == today:
        return ()
    found = [*_shares(ctx), *sorted(_volumes(ctx), key=lambda one: -abs(one.alert.z or 0.0))]
    tell = [partial(_tell, ctx=ctx, found=found)] if found else []
    return [*tell, partial(alerts.watch, day=today)]


def _volumes(ctx: TickContext) -> Iterator[News]:
    """Compare each whole day's tickets with those of the days before it."""
    began = needs.first(ctx.session)
    if began is None:
        return
    start = max(began, ctx.now - timedelta(days=DAYS))
    if start >= ctx.now:
        return  # the first ticket came this very moment
    limits = trends.bounds(start, ctx.now, "D", ZoneInfo(ctx.desk.zone))
    days = limits[:-1] if limits[-1] > ctx.now else limits
    if len(days) < 2:
        return
    topics: tuple[Topic, ...] = ("kind", "theme")
    for topic in topics:
        counts = needs.by_bucket(ctx.session, days, topic)
        if topic == "kind":
            yield from _of_all(ctx, days, [sum(column) for column in zip(*counts.values(), strict=True)])
        for value in sorted(set(counts) - {NO_THEME}):
            yield from _leaps(days, counts[value], About(topic, value))


def _of_all(ctx: TickContext, days: Sequence[datetime], counts: Sequence[int]) -> Iterator[News]:
    """Judge all tickets together: whether they collapse, which only days tell on which the desk is open."""
    zone = ZoneInfo(ctx.desk.zone)
    opened = [at for at in range(len(counts)) if ctx.hours.on(days[at].astimezone(zone).date())]
    for alert in trends.volume_alerts([counts[at] for at in opened]):
        if alert.direction == "down":
            whole = replace(alert, start=opened[alert.start], end=opened[alert.end])
            yield from _news(days, whole, AlertKind.VOLUME, About())


def _leaps(days: Sequence[datetime], counts: Sequence[int], about: About) -> Iterator[News]:
    for alert in trends.volume_alerts(counts):
        if alert.direction == "up":
            yield from _news(days, alert, AlertKind.VOLUME, about)


def _shares(ctx: TickContext) -> Iterator[News]:
    """Compare the share of dissatisfied ratings in the last whole week with the weeks before it."""
    start = ctx.now - timedelta(weeks=WEEKS)
    limits = trends.bounds(start, ctx.now, "W", ZoneInfo(ctx.desk.zone))
    weeks = limits[:-1] if limits[-1] > ctx.now else limits
    counted = [drivers.bad(scores) for scores in rating_counts.by_bucket(ctx.session, weeks)]
    chart = trends.p_chart([bad for bad, _ in counted], [n for _, n in counted], len(counted) - 1)
    for alert in chart.alerts:
        if alert.direction == "up":
            point = chart.points[alert.start]
            rule = {"n": point.rate.n, "k": point.rate.k, "limit": point.upper, "usual": chart.centre.n}
            yield from _news(weeks, alert, AlertKind.BAD_SHARE, About(), rule=rule)


def _news(
    cuts: Sequence[datetime],
    alert: Alert,
    kind: AlertKind,
    about: About,
    *,
    rule: Mapping[str, object] | None = None,
) -> Iterator[News]:
    """Give an episode that began lately."""
    fresh = FRESH_WEEKS if kind is AlertKind.BAD_SHARE else FRESH_DAYS
    spans = list(pairwise(cuts))
    if alert.start < len(spans) - fresh:
        return
    kept = {"value": alert.value, "expected": alert.expected, "z": alert.z, **(rule or {})}
    key = f"{about.topic}:{about.value}" if about.value else alert.direction
    started, ended = spans[alert.start][0], spans[alert.end][1]
    yield News(Episode(kind, key, started, kept), alert, Period(started, ended, "days"), about)


def _tell(session: Session, *, ctx: TickContext, found: Sequence[News]) -> None:
    """Tell the staff group, or the supervisors in private where there is none, what was not told before."""
    here = replace(ctx, session=session)
    new = [one for one in found if alerts.begin(session, one.episode, now=ctx.now)][:MOST]
    if not new:
        return
    group = ctx.desk.staff_group
    audience = [Audience(group, ctx.desk.language)] if group is not None else telling.supervisors(here)
    for one in audience:
        message = _message(one.language, new, ctx.desk.zone)
        draft = Draft(inbox_id=ctx.inbox_id, chat=one.chat, body=message.body(), priority=Lane.NOTICE)
        outbox.enqueue(session, draft, now=ctx.now)


def _message(language: str, new: Sequence[News], zone: str) -> OutboundMessage:
    say = cards.sayer(language)
    lines = [say("alert.head"), *(_line(language, one, zone) for one in new)]
    keys = [row for one in new if (row := _key(language, one))]
    return OutboundMessage("\n".join(lines), keys)


def _line(language: str, one: News, zone: str) -> str:
    """Say what is unusual, how much against what is usual, since when, and by which rule."""
    say, rule = cards.sayer(language), one.episode.rule
    since = catalogue.day(language, one.period.start.astimezone(ZoneInfo(zone)).date())
    z = "–" if one.alert.z is None else f"{one.alert.z:.1f}"
    if one.episode.kind is AlertKind.BAD_SHARE:
        limit = rule["limit"]
        return say(
            "alert.bad_share", since=since, k=rule["k"], n=rule["n"], share=sheets.percent(one.alert.value),
            expected=sheets.percent(one.alert.expected), usual=rule["usual"], z=z,
            limit=sheets.percent(limit if isinstance(limit, float) else None),
        )  # fmt: skip
    return say(
        f"alert.volume.{one.alert.direction}", about=suggestions.topic_name(language, one.about), since=since,
        count=f"{one.alert.value:.0f}", usual=f"{one.alert.expected:g}", z=z,
    )  # fmt: skip


def _key(language: str, one: News) -> list[Button]:
    say = cards.sayer(language)
    if one.episode.kind is AlertKind.BAD_SHARE:
        return low_ratings.key(say("key.alert.low"), one.period, EVERYTHING)
    label = say("key.alert.tickets", about=suggestions.topic_name(language, one.about))
    return sheets.key(label, "tickets", suggestions.ticket_subject(one.period, one.about))
