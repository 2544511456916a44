"""How loyal customers are: stages and where they are going, who answers and recommends, whom to win back."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import cast

from babel.numbers import format_currency

from crm_store import rating_counts, ratings, scores
from crm_store.models.score import ScoreRun
from crm_store.models.survey import SurveyKind
from crm_store.rules.roles import Role
from handlers.context import Context
from handlers.ports import Button, Picture
from handlers.supervisor import sheets
from handlers.texts import catalogue
from scoring import loyalty as told
from scoring import trends
from scoring.loyalty import STAGES, Stage
from scoring.satisfaction import Rate, wilson

PAGE = 8
ASKED = timedelta(days=90)  # how far back answers to surveys count
FACTORS = 3
Counts = Mapping[str, int]


def loyalty(ctx: Context) -> None:
    """Answer with the stages of all customers in words and a picture, and what can be done about them."""
    run = scores.newest(ctx.session)
    if run is None:
        ctx.reply("loyalty.none")
        return
    counts = scores.by_stage(ctx.session)
    months = scores.months(ctx.session)
    head = ctx.say("loyalty.head", count=sum(counts.values()), day=run.as_of)
    lines = [
        head,
        *_stages(ctx, counts),
        *_trend(ctx, counts, months),
        _basis(ctx, run),
        *_factors(ctx, run),
        *_answers(ctx),
    ]
    sheets.answer(ctx, lines, _picture(ctx, run, counts, months), buttons=_keys(ctx, counts))


def turn(ctx: Context, subject: str, revision: int) -> None:
    """Show a page of the customers at risk, those who brought most first."""
    run = scores.newest(ctx.session)
    count = scores.by_stage(ctx.session).get("at_risk", 0)
    if run is None or not count:
        ctx.reply("loyalty.nobody")
        return
    page = max(min(revision, (count - 1) // PAGE), 0)
    found = scores.at_risk(ctx.session, offset=PAGE * page, limit=PAGE)
    lines = [
        ctx.say("loyalty.at_risk", count=count, first=PAGE * page + 1, last=PAGE * page + len(found)),
        *(_listed(ctx, one, run.currency) for one in found),
    ]
    may_look = ctx.staff.may(Role.AGENT)
    keys = [[Button(f"👤 {one.name}"[:40], "customer", one.customer_id)] for one in found if may_look]
    ends = [
        Button(ctx.say(f"key.loyalty.{word}"), "at_risk", "", to)
        for word, to in (("back", page - 1), ("more", page + 1))
        if 0 <= to <= (count - 1) // PAGE
    ]
    ctx.reply_text("\n".join(lines), buttons=[*keys, *([ends] if ends else [])])


def _stages(ctx: Context, counts: Counts) -> Iterator[str]:
    n = sum(counts.values())
    if n < sheets.FEW:
        yield ctx.say("loyalty.few", n=n, least=sheets.FEW)
    for stage in STAGES:
        rate = wilson(counts.get(stage, 0), n)
        yield ctx.say(
            "loyalty.stage",
            mark=MARKS[stage],
            stage=ctx.say(f"profile.stage.{stage}"),
            **sheets.interval(rate),
        )


def _trend(ctx: Context, counts: Counts, months: Mapping[str, Counts]) -> Iterator[str]:
    """Say where the share at risk is going since the first month's end that is known."""
    if not months:
        return
    since, before = next(iter(months.items()))
    now, then = (wilson(one.get("at_risk", 0), sum(one.values())) for one in (counts, before))
    if min(now.n, then.n) < sheets.FEW:
        yield ctx.say("loyalty.trend.few", n=then.n, since=since)
        return
    change = trends.change(now, then)
    points = f"{100 * (change.difference or 0.0):+.0f}"
    yield ctx.say(f"loyalty.trend.{change.verdict}", points=points, since=since, n=then.n)


def _basis(ctx: Context, run: ScoreRun) -> str:
    """Say what the stages rest on: the chance of buying again, or days of silence while that is not known."""
    buying = cast("Mapping[str, float] | None", run.models.get("buying"))
    if buying is None:
        cuts = told.Cuts()
        return ctx.say("loyalty.silence", quiet=cuts.quiet_days, gone=cuts.gone_days)
    values = {name: f"{buying[name]:.3g}" for name in ("r", "alpha", "a", "b")}
    return ctx.say("loyalty.model", n=round(buying["n"]), **values)


def _factors(ctx: Context, run: ScoreRun) -> Iterator[str]:
    """Say what goes together with being at risk."""
    found = cast("Sequence[Mapping[str, object]]", run.findings.get("factors", ()))
    if not found:
        yield ctx.say("loyalty.no_factors")
    for one in list(found)[:FACTORS]:
        rates = (cast("Mapping[str, int]", one[side]) for side in ("with_it", "others"))
        own, others = (wilson(rate["k"], rate["n"]) for rate in rates)
        yield ctx.say(
            "loyalty.factor",
            what=_factor(ctx, str(one["column"]), str(one["value"])),
            others=sheets.percent(others.value),
            **sheets.interval(own),
        )


def _factor(ctx: Context, column: str, value: str) -> str:
    """Name a value of something that is known of customers."""
    if column == "category":
        return ctx.say("loyalty.factor.category", value=value)
    key = {"language": "word.language", "region": "region"}.get(column, f"loyalty.factor.{column}")
    return ctx.say(f"{key}.{value}")


def _answers(ctx: Context) -> Iterator[str]:
    """Say how many surveys are answered, and how many of those asked would recommend us."""
    start = ctx.now - ASKED
    asked = ratings.response(ctx.session, start, ctx.now)
    answered = told.feedback_rate(asked.answered, asked.asked)
    yield _rate(ctx, "loyalty.feedback", answered)
    hist = rating_counts.histogram(ctx.session, kind=SurveyKind.NPS, start=start, end=ctx.now)
    yield _rate(ctx, "loyalty.recommend", told.recommendation_rate(hist))


def _rate(ctx: Context, key: str, rate: Rate) -> str:
    """Word a rate with its interval, or say that nobody was asked or too few."""
    if not rate.n:
        return ctx.say(f"{key}.none")
    return ctx.say(key if rate.n >= sheets.FEW else f"{key}.few", least=sheets.FEW, **sheets.interval(rate))


def _keys(ctx: Context, counts: Counts) -> Sequence[Sequence[Button]]:
    risky = counts.get("at_risk", 0)
    if not risky:
        return []
    return [
        [Button(ctx.say("key.loyalty.at_risk", count=risky), "at_risk")],
        [Button(ctx.say("key.loyalty.win_back"), "win_back")],
    ]


def _listed(ctx: Context, one: scores.Listed, currency: str) -> str:
    locale = "zh_Hans_CN" if ctx.language == "zh" else "en"
    money = format_currency(one.revenue / 100, currency, locale=locale)
    if one.p_active is None or one.usual is None:
        return ctx.say("loyalty.listed.silent", name=one.name, money=money, last=one.last_day)
    return ctx.say(
        "loyalty.listed",
        name=one.name,
        money=money,
        last=one.last_day,
        chance=sheets.percent(one.p_active),
        usual=sheets.percent(one.usual),
    )


def _picture(ctx: Context, run: ScoreRun, counts: Counts, months: Mapping[str, Counts]) -> Picture:
    from handlers.charts import stages  # on first use: it brings matplotlib, 40 MB

    known = [(ctx.say("loyalty.today"), counts)]
    bars = [
        stages.StageBar(name, {stage: by.get(stage, 0) for stage in STAGES})
        for name, by in [*((_month(ctx, end), by) for end, by in months.items()), *known]
    ]
    labels = stages.StageLabels(
        title=ctx.say("loyalty.chart"),
        subtitle=ctx.say("loyalty.chart.count", count=sum(counts.values()), day=run.as_of),
        stages={stage: ctx.say(f"profile.stage.{stage}") for stage in STAGES},
        empty=ctx.say("loyalty.none"),
    )
    return Picture("loyalty.png", "image/png", stages.stage_chart(bars, labels=labels))


def _month(ctx: Context, end: str) -> str:
    return catalogue.short_month(ctx.language, date.fromisoformat(end))


MARKS: Mapping[Stage, str] = {"new": "🌱", "active": "🟢", "at_risk": "🟠", "lapsed": "⚪"}
