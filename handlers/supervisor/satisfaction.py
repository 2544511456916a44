"""How satisfied customers are: the share, how sure it is, what may mislead, and where it is going."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from crm_store import opinions, rating_counts, rating_groups
from crm_store.models.survey import SurveyKind
from crm_store.rating_groups import EVERYTHING, Dimension
from handlers.context import Context
from handlers.ports import Button, Picture
from handlers.router import UsageError
from handlers.supervisor import fixed, groups, low_ratings, periods, sheets
from handlers.supervisor.periods import Period
from handlers.supervisor.sheets import FEW, Speaker
from scoring import describe, trends
from scoring import satisfaction as scores
from scoring.satisfaction import Rate

TREND = timedelta(weeks=12)
BY_MONTH = timedelta(days=200)  # a longer period is drawn by months
DIMENSIONS: Mapping[str, Dimension] = {
    **dict.fromkeys(("agents", "agent", "客服", "坐席"), "agent"),
    **dict.fromkeys(("channels", "channel", "渠道"), "channel"),
    **dict.fromkeys(("themes", "theme", "主题"), "theme"),
    **dict.fromkeys(("kinds", "kind", "类型"), "kind"),
    **dict.fromkeys(("segments", "segment", "人群", "标签"), "segment"),
}  # fmt: skip


def satisfaction(ctx: Context, text: str | None) -> None:
    """Answer with the satisfaction of a period in words and a picture; by groups, where they are named."""
    words = (text or "").strip()
    first, _, rest = words.partition(" ")
    if first.casefold() in DIMENSIONS:  # either may come first
        words = f"{rest} {first}"
    period, dimension = periods.read(words, now=ctx.now, zone=ctx.desk.zone)
    if not dimension:
        _whole(ctx, period)
    elif dimension.casefold() in DIMENSIONS:
        groups.show(ctx, period, DIMENSIONS[dimension.casefold()])
    else:
        raise UsageError("satisfaction")


def _whole(ctx: Context, period: Period) -> None:
    current, prior = (_csat(ctx, one) for one in (period, period.prior(ctx.desk.zone)))
    told = share(ctx, current)
    lines = [
        ctx.say("satisfaction.head", period=periods.name(ctx.language, period, ctx.desk.zone)),
        told,
        *_response(ctx, period),
        change(ctx, current, prior),
        *_recommended(ctx, period),
        *_effort(ctx, period),
        *_feedback(ctx, period),
        *_said(ctx, period),
    ]
    picture = Picture("satisfaction.png", "image/png", _trend(ctx, period, told))
    sheets.answer(ctx, lines, picture, buttons=_keys(ctx, period))


def _keys(ctx: Context, period: Period) -> Sequence[Sequence[Button]]:
    low = rating_groups.count_low(ctx.session, EVERYTHING, start=period.start, end=period.end)
    first = low_ratings.key(ctx.say("key.low", count=low), period, EVERYTHING) if low else []
    by = [
        Button(ctx.say(f"key.by.{dimension}"), "groups", f"{period.code}~{dimension}")
        for dimension in ("agent", "channel", "theme")
    ]
    return [row for row in (first, by) if row]


def _histogram(ctx: Context, kind: SurveyKind, period: Period) -> Mapping[int, int]:
    return rating_counts.histogram(ctx.session, kind=kind, start=period.start, end=period.end)


def _csat(ctx: Context, period: Period) -> Rate:
    return scores.csat(_histogram(ctx, SurveyKind.CSAT, period))


def share(ctx: Speaker, rate: Rate) -> str:
    """Word a share of satisfied customers, or that too few have told."""
    if rate.value is None:
        return ctx.say("satisfaction.none")
    return ctx.say("satisfaction.share" if rate.n >= FEW else "satisfaction.few", **sheets.interval(rate))


def change(ctx: Speaker, current: Rate, prior: Rate) -> str:
    """Word what became of a share since the period before; only what is sure is called a change."""
    if min(current.n, prior.n) < FEW:
        return ctx.say("satisfaction.change.few", n=prior.n)
    found = trends.change(current, prior)
    points = f"{100 * (found.difference or 0.0):+.0f}"
    return ctx.say(f"satisfaction.change.{found.verdict}", points=points, n=prior.n)


def _response(ctx: Context, period: Period) -> Iterator[str]:
    """Tell how many answered, and what their silence may hide."""
    strata = rating_groups.strata(ctx.session, start=period.start, end=period.end)
    bias = scores.response_bias(
        scores.Group(one.channel, one.asked, one.answered, one.satisfied) for one in strata
    )
    rate = bias.response
    if rate.value is None:
        return
    yield ctx.say("satisfaction.response", answered=rate.k, asked=rate.n, share=sheets.percent(rate.value))
    if rate.k < FEW:
        return
    if "low_response" in bias.cautions:
        yield ctx.say(
            "satisfaction.low_response", worst=sheets.percent(bias.worst), best=sheets.percent(bias.best)
        )
    if "uneven_response" in bias.cautions:
        yield ctx.say("satisfaction.uneven", share=sheets.percent(bias.weighted.value))


def _recommended(ctx: Context, period: Period) -> Iterator[str]:
    """Tell the net promoter score, where someone was asked for it."""
    now, before = (
        scores.nps(_histogram(ctx, SurveyKind.NPS, one)) for one in (period, period.prior(ctx.desk.zone))
    )
    if now.value is None or now.low is None or now.high is None:
        return
    if now.n < FEW:
        yield ctx.say("satisfaction.nps.few", n=now.n)
        return
    score, low, high = (f"{value:+.0f}" for value in (now.value, now.low, now.high))
    yield ctx.say("satisfaction.nps", score=score, low=low, high=high, n=now.n)
    if before.n >= FEW:
        found = trends.nps_change(now, before)
        yield ctx.say(f"satisfaction.nps.{found.verdict}", points=f"{found.difference or 0.0:+.0f}")


def _effort(ctx: Context, period: Period) -> Iterator[str]:
    """Tell how easy customers found it, where someone was asked."""
    effort = scores.ces(_histogram(ctx, SurveyKind.CES, period))
    if effort.mean is None:
        return
    key = "satisfaction.ces" if effort.agree.n >= FEW else "satisfaction.ces.few"
    yield ctx.say(key, mean=f"{effort.mean:.1f}", **sheets.interval(effort.agree))


def _feedback(ctx: Context, period: Period) -> Iterator[str]:
    """Tell the scores given with feedback apart: they were not asked for after a service."""
    given = describe.summary(_histogram(ctx, SurveyKind.FEEDBACK, period))
    if given.mean is not None:
        yield ctx.say("satisfaction.feedback", mean=f"{given.mean:.1f}", n=given.n)


def _said(ctx: Context, period: Period) -> Iterator[str]:
    """Tell what people say of their own accord, never mixed into what they were asked."""
    felt = opinions.mood(ctx.session, start=period.start, end=period.end)
    rate = scores.wilson(felt.pleased, felt.told)
    if rate.value is None:
        return
    yield ctx.say("satisfaction.said" if rate.n >= FEW else "satisfaction.said.few", **sheets.interval(rate))
    named = opinions.themes(ctx.session, start=period.start, end=period.end)
    if named:
        listed = (
            ctx.say("satisfaction.said.theme", theme=fixed.name(ctx.language, theme), count=count)
            for theme, count in named
        )
        yield ctx.say("satisfaction.said.themes", themes=ctx.say("fixed.between").join(listed))


def _trend(ctx: Context, period: Period, subtitle: str) -> bytes:
    from handlers.charts import trend  # on first use: it brings matplotlib, 40 MB

    months = period.end - period.start > BY_MONTH
    start = min(period.start, period.end - TREND)
    limits = trends.bounds(start, period.end, "M" if months else "W", ZoneInfo(ctx.desk.zone))
    found = rating_counts.by_bucket(ctx.session, limits)
    counts = [(nth, score, count) for nth, one in enumerate(found) for score, count in one.items()]
    by = "month" if months else "week"
    labels = trend.TrendLabels(
        title=ctx.say(f"chart.title.{by}"),
        subtitle=subtitle,
        share=ctx.say("chart.share"),
        answers=ctx.say("chart.answers"),
        interval=ctx.say("chart.interval"),
        few=ctx.say("chart.few"),
        unfinished=ctx.say(f"chart.unfinished.{by}"),
        empty=ctx.say("chart.empty"),
        day=sheets.bucket(ctx.language, ctx.desk.zone, months=months),
    )
    return trend.satisfaction_trend(trends.series(counts, limits, now=ctx.now), labels=labels)
