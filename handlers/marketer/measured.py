"""What was measured beside what a channel's strategy asks for, with n and interval, and whether it is met."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from crm_store import campaign_figures, rating_counts, waits
from crm_store.campaign_figures import Figures
from crm_store.models.survey import SurveyKind
from crm_store.rules.strategy import ANSWER_WITHIN, ANSWERED_IN_TIME, CSAT_AT_LEAST, MESSAGES, Strategy
from crm_store.waits import Waits
from handlers.agent import cards
from handlers.context import Context
from handlers.marketer import reports
from handlers.supervisor.sheets import FEW
from scoring import contact, durations
from scoring.contact import Goal, Measured, Policy
from scoring.durations import Percentile
from scoring.satisfaction import Rate, csat

PERIOD = timedelta(days=90)
SHARES = (0.5, 0.9)  # of the waiting times: half within, nine of ten within
_SECOND = timedelta(seconds=1)
LIMITS = {speed: span // _SECOND for speed, span in ANSWER_WITHIN.items()}
BOUNDS = durations.edges(LIMITS.values())


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured on a channel."""

    messages: Figures = field(default_factory=Figures)
    compared: Figures = field(default_factory=Figures)
    waits: Waits = field(default_factory=Waits)
    scores: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing at all."""
        waited = self.waits.answered or self.waits.waiting or self.waits.resolved
        return not (self.messages.tried.number or waited or self.scores)


def look(ctx: Context) -> Mapping[str, Found]:
    """Measure every channel over the last 90 days."""
    start, end, session = ctx.now - PERIOD, ctx.now, ctx.session
    messages = campaign_figures.by_channel(session, start=start, end=end)
    compared = campaign_figures.effect_by_channel(session, start=start, end=end)
    waited = waits.by_channel(session, BOUNDS, hours=ctx.hours, start=start, end=end)
    rated = rating_counts.by(session, "channel", kind=SurveyKind.CSAT, start=start, end=end)
    scores = {str(channel): counts for channel, counts in rated.items()}
    return {
        channel: Found(
            messages.get(channel, Figures()),
            compared.get(channel, Figures()),
            waited.get(channel, Waits()),
            scores.get(channel, {}),
        )
        for channel in {*messages, *waited, *scores}
    }


def said(ctx: Context, row: Strategy, found: Found) -> Iterator[str]:
    """Tell how the messages of a channel do: delivered, answered, opted out, and what they changed."""
    sent, tried = found.messages.sent, found.messages.tried
    if not tried.number:
        return
    targets = MESSAGES[row.communication.quality]
    counts = Measured(
        delivered=(sent.number, tried.number),
        answered=(sent.wrote, sent.number),
        opted_out=(sent.left, sent.number),
    )
    yield _judged(ctx, "delivered", counts, target=targets.delivered)
    yield _judged(ctx, "answered", counts, target=None)
    yield _judged(ctx, "opted_out", counts, target=targets.opted_out)
    compared = found.compared
    if not compared.held_out.number:
        yield ctx.say("measured.no_holdout")
        return
    effect = contact.effect(
        (compared.tried.bought, compared.tried.number), (compared.held_out.bought, compared.held_out.number)
    )
    yield ctx.say(
        "measured.effect",
        here=reports.share(ctx, effect.treated),
        there=reports.share(ctx, effect.control),
        lift=reports.lift(ctx, effect),
    )


def served(ctx: Context, row: Strategy, found: Found) -> Iterator[str]:
    """Tell how those who write on a channel are served: how soon, and how satisfied they are."""
    waited = found.waits
    if waited.answered or waited.waiting:
        limit = LIMITS[row.service.speed]
        in_time = Measured(answered=durations.within(waited.answered, waited.waiting, BOUNDS, limit))
        yield _judged(ctx, "answered", in_time, target=ANSWERED_IN_TIME, word="in_time")
    for what, counts in (("first", waited.answered), ("resolved", waited.resolved)):
        if counts:
            half, most = (durations.percentile(counts, BOUNDS, share) for share in SHARES)
            yield _waited(ctx, what, half, most)
    if found.scores:
        rate = csat(found.scores)
        counts_of = Measured(satisfied=(rate.k, rate.n))
        yield _judged(ctx, "satisfied", counts_of, target=CSAT_AT_LEAST[row.service.quality])


def _judged(ctx: Context, goal: Goal, found: Measured, *, target: float | None, word: str = "") -> str:
    """Word a measured share, and whether it meets its target as far as can be told."""
    policy = Policy("", "", cap=1, days=1, goal=goal, target=target)
    [line] = contact.strategy([policy], {("", ""): found})
    rates: Mapping[Goal, Rate] = {
        "delivered": line.delivered,
        "answered": line.answered,
        "opted_out": line.opted_out,
        "satisfied": line.satisfied,
    }
    told = ctx.say(f"measured.{word or goal}", share=reports.share(ctx, rates[goal]))
    if target is None or rates[goal].n < FEW:
        return told
    return ctx.say("measured.judged", told=told, outcome=ctx.say(f"measured.outcome.{line.outcome}"))


def _waited(ctx: Context, what: str, half: Percentile, most: Percentile) -> str:
    """Word the times that half and nine of ten stayed within."""
    if half.n < FEW:
        return ctx.say("measured.few", what=ctx.say(f"measured.{what}"), n=half.n)
    return ctx.say(
        "measured.waited",
        what=ctx.say(f"measured.{what}"),
        half=_span(ctx, half),
        most=_span(ctx, most),
        n=half.n,
    )


def _span(ctx: Context, found: Percentile) -> str:
    """Word a time with its interval; an end beyond what was seen stays open."""
    value, low, high = (
        "…" if one is None else cards.span(ctx.say, timedelta(seconds=one))
        for one in (found.value, found.low, found.high)
    )
    return ctx.say("measured.span", value=value, low=low, high=high)
