"""How satisfied customers are: the share, how sure we can be of it, and where it is going."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crm_store import opinions, rating_counts, ratings
from crm_store.models.survey import SurveyKind
from handlers.context import Context
from handlers.ports import Picture
from handlers.supervisor import fixed
from scoring import describe, trends
from scoring import satisfaction as scores
from scoring.satisfaction import Rate

PERIOD = timedelta(days=30)
WEEKS = timedelta(weeks=12)
FEW = 10  # below this many ratings a share says too little


def satisfaction(ctx: Context) -> None:
    """Answer with the satisfaction of the last 30 days in words, and the last weeks in a picture."""
    start = ctx.now - PERIOD
    current = scores.csat(_histogram(ctx, SurveyKind.CSAT, start, ctx.now))
    prior = scores.csat(_histogram(ctx, SurveyKind.CSAT, start - PERIOD, start))
    lines = [
        ctx.say("satisfaction.head"),
        _share(ctx, current),
        *_response(ctx, start),
        _change(ctx, current, prior),
        *_feedback(ctx, start),
        *_said(ctx, start),
    ]
    picture = Picture("satisfaction.png", "image/png", _trend(ctx, lines[1]))
    ctx.reply_text("\n".join(lines), picture=picture)


def _histogram(ctx: Context, kind: SurveyKind, start: datetime, end: datetime) -> Mapping[int, int]:
    return rating_counts.histogram(ctx.session, kind=kind, start=start, end=end)


def _share(ctx: Context, rate: Rate) -> str:
    if rate.value is None or rate.low is None or rate.high is None:
        return ctx.say("satisfaction.none")
    key = "satisfaction.share" if rate.n >= FEW else "satisfaction.few"
    return ctx.say(
        key,
        share=f"{rate.value:.0%}",
        low=f"{100 * rate.low:.0f}",
        high=f"{rate.high:.0%}",
        k=rate.k,
        n=rate.n,
    )


def _response(ctx: Context, start: datetime) -> Iterator[str]:
    asked = ratings.response(ctx.session, start, ctx.now)
    rate = scores.wilson(asked.answered, asked.asked)
    if rate.value is not None:
        share = f"{rate.value:.0%}"
        yield ctx.say("satisfaction.response", answered=asked.answered, asked=asked.asked, share=share)


def _change(ctx: Context, current: Rate, prior: Rate) -> str:
    if min(current.n, prior.n) < FEW:
        return ctx.say("satisfaction.change.few", n=prior.n)
    change = trends.change(current, prior)
    points = f"{100 * (change.difference or 0.0):+.0f}"
    return ctx.say(f"satisfaction.change.{change.verdict}", points=points, n=prior.n)


def _feedback(ctx: Context, start: datetime) -> Iterator[str]:
    """Tell the scores given with feedback apart: they were not asked for after a service."""
    given = describe.summary(_histogram(ctx, SurveyKind.FEEDBACK, start, ctx.now))
    if given.mean is not None:
        yield ctx.say("satisfaction.feedback", mean=f"{given.mean:.1f}", n=given.n)


def _said(ctx: Context, start: datetime) -> Iterator[str]:
    """Tell what people say of their own accord, beside the score and never in it."""
    mood = opinions.mood(ctx.session, start=start, end=ctx.now)
    rate = scores.wilson(mood.pleased, mood.told)
    if rate.value is None or rate.low is None or rate.high is None:
        return
    key = "satisfaction.said" if rate.n >= FEW else "satisfaction.said.few"
    low, high = f"{100 * rate.low:.0f}", f"{rate.high:.0%}"
    yield ctx.say(key, share=f"{rate.value:.0%}", low=low, high=high, k=rate.k, n=rate.n)
    named = [
        ctx.say("satisfaction.said.theme", theme=fixed.name(ctx.language, theme), count=count)
        for theme, count in opinions.themes(ctx.session, start=start, end=ctx.now)
    ]
    if named:
        yield ctx.say("satisfaction.said.themes", themes=ctx.say("fixed.between").join(named))


def _trend(ctx: Context, subtitle: str) -> bytes:
    from handlers.charts import trend  # on first use: it brings matplotlib, 40 MB

    zone = ZoneInfo(ctx.desk.zone)
    limits = trends.bounds(ctx.now - WEEKS, ctx.now, "W", zone)
    counts = _counts(rating_counts.by_bucket(ctx.session, limits))
    labels = trend.TrendLabels(
        title=ctx.say("chart.title"),
        subtitle=subtitle,
        share=ctx.say("chart.share"),
        answers=ctx.say("chart.answers"),
        interval=ctx.say("chart.interval"),
        few=ctx.say("chart.few"),
        unfinished=ctx.say("chart.unfinished"),
        empty=ctx.say("chart.empty"),
        day=lambda start: _day(ctx.language, start.astimezone(zone)),
    )
    return trend.satisfaction_trend(trends.series(counts, limits, now=ctx.now), labels=labels)


def _counts(buckets: Sequence[Mapping[int, int]]) -> list[trends.Count]:
    return [(nth, score, count) for nth, bucket in enumerate(buckets) for score, count in bucket.items()]


def _day(language: str, local: datetime) -> str:
    return f"{local.month}月{local.day}日" if language == "zh" else f"{local.day} {local:%b}"
