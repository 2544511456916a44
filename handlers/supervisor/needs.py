"""What customers ask for and what lets them down, each finding with one thing to do about it."""

from collections.abc import Iterator, Sequence

from crm_store.needs import About
from handlers.context import Context
from handlers.ports import Button, Picture
from handlers.router import UsageError
from handlers.supervisor import findings, periods, sheets, suggestions
from handlers.supervisor.findings import Asked, Cause, Tie, Topic
from handlers.supervisor.periods import Period
from handlers.supervisor.sheets import FEW, Speaker
from scoring.satisfaction import Rate

MOST = 8  # themes in words
TAGS = 5
CAUSES = 3


def show(ctx: Context, text: str | None) -> None:
    """Answer with the needs of a period in words and a picture, and a button for each finding."""
    period, rest = periods.read(text or "", now=ctx.now, zone=ctx.desk.zone)
    if rest:
        raise UsageError("needs")
    named = periods.name(ctx.language, period, ctx.desk.zone)
    found = findings.asked(ctx.session, period, zone=ctx.desk.zone, now=ctx.now)
    if not found.n:
        ctx.reply("needs.none", period=named)
        return
    causes = findings.causes(ctx.session, period)
    lines = [
        ctx.say("needs.head", period=named, n=found.n),
        *_asked(ctx, found),
        *_ties(ctx, findings.ties(ctx.session, period)),
        *_causes(ctx, causes),
    ]
    content = _draw(ctx, found, subtitle=ctx.say("chart.needs.period", period=named, n=found.n))
    keys = suggestions.suggested(ctx, period, found, causes)
    sheets.answer(ctx, lines, Picture("needs.png", "image/png", content), buttons=keys or _look(ctx, period))


def _look(ctx: Context, period: Period) -> Sequence[Sequence[Button]]:
    return [suggestions.look(ctx, period, About())]


def _asked(ctx: Context, found: Asked) -> Iterator[str]:
    if found.n < FEW:
        yield ctx.say("needs.few")
    between = ctx.say("fixed.between")
    kinds = (
        ctx.say("needs.share", name=ctx.say(f"word.{kind}"), **sheets.interval(rate))
        for kind, rate in found.kinds
    )
    yield ctx.say("needs.kinds", kinds=between.join(kinds))
    yield ctx.say("needs.themes")
    for topic in found.topics[:MOST]:
        yield _topic(ctx, topic)
    if found.tags:
        tags = (ctx.say("satisfaction.said.theme", theme=tag, count=n) for tag, n in found.tags[:TAGS])
        yield ctx.say("needs.tags", tags=between.join(tags))


def _share(ctx: Context, name: str, rate: Rate) -> str:
    return ctx.say("needs.share", name=name, **sheets.interval(rate))


def _topic(ctx: Context, topic: Topic) -> str:
    told = ctx.say(
        "needs.share", name=sheets.theme(ctx.language, topic.theme), **sheets.interval(topic.share)
    )
    if topic.trend == "cannot_tell":
        return ctx.say("needs.topic", told=told)
    points = f"{100 * (topic.slope.value or 0.0):+.1f}"
    going = ctx.say(f"needs.{topic.trend}", points=points)
    return ctx.say("needs.topic.going", told=told, going=going)


def _ties(ctx: Context, found: Sequence[Tie]) -> Iterator[str]:
    for tie in found:
        yield ctx.say(f"needs.tie.{tie.side}", v=f"{tie.strength:.2f}", n=tie.n)


def _causes(ctx: Context, found: Sequence[Cause]) -> Iterator[str]:
    if not found:
        yield ctx.say("needs.causes.none")
        return
    yield ctx.say("needs.causes")
    for cause in found[:CAUSES]:
        yield cause_line(ctx, cause)


def cause_line(ctx: Speaker, cause: Cause) -> str:
    """Word how many more a group lets down than if it were like the rest."""
    return ctx.say(
        "needs.cause",
        name=suggestions.group_name(ctx, cause.group),
        excess=f"{cause.driver.excess_bad or 0.0:.0f}",
        rest=sheets.percent(cause.driver.rest.value),
        **sheets.interval(cause.driver.rate),
    )


def _draw(ctx: Context, found: Asked, *, subtitle: str) -> bytes:
    from handlers.charts import needs as charts  # on first use: it brings matplotlib, 40 MB

    bars = [
        charts.NeedBar(
            sheets.theme(ctx.language, topic.theme), topic.share.k, topic.share.value,
            topic.share.low or 0.0, topic.share.high or 0.0, topic.trend,
        )
        for topic in found.topics
        if topic.share.value is not None
    ]  # fmt: skip
    labels = charts.NeedLabels(
        title=ctx.say("chart.needs"),
        subtitle=subtitle,
        interval=ctx.say("chart.interval"),
        up=ctx.say("chart.up"),
        down=ctx.say("chart.down"),
        new=ctx.say("chart.new"),
        empty=ctx.say("chart.needs.empty"),
    )
    return charts.need_chart(bars, labels=labels)
