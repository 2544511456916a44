"""Satisfaction by agent, channel, theme, kind or customer tag: fair rates, never ranked on noise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crm_store import rating_groups
from crm_store.errors import RefusedError
from crm_store.rating_counts import Histogram
from crm_store.rating_groups import Dimension, Group
from handlers.context import Context
from handlers.ports import Button, Picture
from handlers.supervisor import low_ratings, periods, sheets
from handlers.supervisor.periods import Period
from handlers.supervisor.sheets import FEW
from scoring import satisfaction as scores
from scoring import shrink
from scoring.drivers import bad
from scoring.satisfaction import Rate
from scoring.shrink import Posterior, Prior

MOST = 12
BUTTONS = 6
ABREAST = 2
ALL: tuple[Dimension, ...] = ("agent", "channel", "theme", "kind", "segment")


@dataclass(frozen=True, slots=True)
class Rated:
    """One group: its value and name, its share as counted, its fair rate, and how many of it are low."""

    value: str
    name: str
    raw: Rate
    fair: Posterior
    low: int


def turn(ctx: Context, subject: str, revision: int) -> None:
    """Show the groups that were pressed, in exactly the period of the button."""
    code, _, name = subject.partition("~")
    for dimension in ALL:
        if dimension == name:
            show(ctx, periods.of_code(code, ctx.desk.zone), dimension)
            return
    raise RefusedError("stale_button")


def show(ctx: Context, period: Period, dimension: Dimension) -> None:
    """Answer with the groups of a period in words and a picture."""
    counts = rating_groups.by(ctx.session, dimension, start=period.start, end=period.end)
    found, prior = _rated(ctx, dimension, counts)
    named = periods.name(ctx.language, period, ctx.desk.zone)
    title = ctx.say(f"groups.title.{dimension}")
    lines = [ctx.say("groups.head", title=title, period=named), *_lines(ctx, found, prior)]
    if dimension == "segment" and found:
        lines.append(ctx.say("groups.overlap"))
    content = _draw(ctx, found, prior, title=title, subtitle=lines[1])
    keys = _keys(ctx, period, dimension, found)
    sheets.answer(ctx, lines, Picture("groups.png", "image/png", content), buttons=keys)


def _rated(
    ctx: Context, dimension: Dimension, counts: Mapping[str, Histogram]
) -> tuple[Sequence[Rated], Prior | None]:
    """Return the groups by the lower end of their fair interval, and what all together suggest.

    Where no difference was found they come by size, for there is no better and worse.
    """
    name = sheets.namer(ctx.session, ctx.language, dimension)
    values = sorted(counts, key=lambda value: (-sum(counts[value].values()), value))
    rates = [scores.csat(counts[value]) for value in values]
    prior = shrink.fit([rate.k for rate in rates], [rate.n for rate in rates])
    fair = shrink.posterior([rate.k for rate in rates], [rate.n for rate in rates], prior)
    if len(rates) == 1:  # there is nothing to draw it towards
        fair = [Posterior(rate.k, rate.n, rate.value, rate.low, rate.high) for rate in rates]
    order = range(len(values)) if prior is None or prior.degenerate else shrink.rank(fair)
    return [
        Rated(values[at], name(values[at]), rates[at], fair[at], bad(counts[values[at]])[0]) for at in order
    ], prior


def _lines(ctx: Context, found: Sequence[Rated], prior: Prior | None) -> Iterator[str]:
    if prior is None:
        yield ctx.say("satisfaction.none")
        return
    pooled = scores.wilson(prior.k, prior.n)
    yield ctx.say("groups.all", **sheets.interval(pooled))
    enough = [one for one in found if one.raw.n >= FEW][:MOST]
    few = [one for one in found if one.raw.n < FEW]
    yield ctx.say(_verdict(enough, prior, pooled))
    for one in enough:
        yield ctx.say(f"groups.line.{_standing(one, prior, pooled)}", name=one.name, **_values(one))
    if few:
        between = ctx.say("fixed.between")
        names = between.join(ctx.say("groups.few.one", name=one.name, n=one.raw.n) for one in few[:MOST])
        yield ctx.say("groups.few", names=names)


def _verdict(enough: Sequence[Rated], prior: Prior, pooled: Rate) -> str:
    """Choose what may be said of the differences between groups."""
    if len(enough) < 2:
        return "groups.one"
    if prior.degenerate:
        return "groups.alike"
    differs = any(_standing(one, prior, pooled) != "same" for one in enough)
    return "groups.ranked" if differs else "groups.unsure"


def _standing(one: Rated, prior: Prior, pooled: Rate) -> str:
    """Tell whether a group's fair interval lies above or below the rate of all."""
    if prior.degenerate or one.fair.low is None or one.fair.high is None or pooled.value is None:
        return "same"
    return "above" if one.fair.low > pooled.value else "below" if one.fair.high < pooled.value else "same"


def _values(one: Rated) -> dict[str, object]:
    fair = Rate(one.fair.k, one.fair.n, one.fair.value, one.fair.low, one.fair.high)
    return {**sheets.interval(fair), "raw": sheets.percent(one.raw.value)}


def _keys(
    ctx: Context, period: Period, dimension: Dimension, found: Sequence[Rated]
) -> Sequence[Sequence[Button]]:
    """Lead to the low ratings of the groups that have most of them."""
    worst = sorted((one for one in found if one.low), key=lambda one: -one.low)[:BUTTONS]
    keys = [
        key
        for one in worst
        for key in low_ratings.key(
            ctx.say("key.low.of", name=one.name, count=one.low), period, Group(dimension, one.value)
        )
    ]
    return [keys[at : at + ABREAST] for at in range(0, len(keys), ABREAST)]


def _draw(ctx: Context, found: Sequence[Rated], prior: Prior | None, *, title: str, subtitle: str) -> bytes:
    from handlers.charts import groups as charts  # on first use: it brings matplotlib, 40 MB

    points = [
        charts.GroupPoint(one.name, one.raw.n, one.fair.value, one.fair.low, one.fair.high, one.raw.value)
        for one in found
        if one.fair.value is not None and one.fair.low is not None and one.fair.high is not None
    ]
    labels = charts.GroupLabels(
        title=title,
        subtitle=subtitle,
        interval=ctx.say("chart.interval"),
        fair=ctx.say("chart.fair"),
        raw=ctx.say("chart.raw"),
        few=ctx.say("chart.few"),
        all=ctx.say("chart.all"),
        empty=ctx.say("chart.empty"),
    )
    pooled = None if prior is None else scores.wilson(prior.k, prior.n).value
    return charts.group_chart(points, pooled, labels=labels)
