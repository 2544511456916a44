"""What became of a campaign: who got it, what they did next, and what it changed."""

from collections.abc import Iterator

from crm_store import approvals, campaign_figures, campaigns, runs, staff
from crm_store.campaign_figures import Figures, Group
from crm_store.errors import RefusedError
from crm_store.models.campaign import Campaign
from handlers.context import Context
from handlers.marketer import previews
from handlers.router import UsageError
from handlers.supervisor.sheets import FEW
from handlers.texts import catalogue
from scoring import contact, experiment
from scoring.experiment import Comparison
from scoring.satisfaction import Rate, wilson

HALF = 0.5  # the rise of a rate that is worth finding when nobody said what is


def report(ctx: Context, word: str) -> None:
    """Tell what became of a campaign, each share with how sure it is."""
    digits = word.strip().lstrip("#＃")
    if not digits.isdecimal() or len(digits) > 15:
        raise UsageError("report")
    campaign = campaigns.by_number(ctx.session, int(digits))
    made = runs.runs(ctx.session, campaign.id)
    if not made:
        raise RefusedError("campaign_not_run", number=campaign.id)
    found = campaign_figures.of_campaign(ctx.session, campaign.id, now=ctx.now)
    lines = [*_head(ctx, campaign, len(made)), "", *_delivery(ctx, found)]
    if found.sent.number:
        lines += ["", *_answers(ctx, found.sent), "", *effect(ctx, found)]
    ctx.reply_text("\n".join(lines))


def share(ctx: Context, rate: Rate) -> str:
    """Word a share with its interval, or that it says too little."""
    if rate.value is None or rate.low is None or rate.high is None:
        return ctx.say("report.nothing")
    if rate.n < FEW:
        return ctx.say("report.few", k=rate.k, n=rate.n)
    values = {name: _percent(value) for name, value in (("low", rate.low), ("high", rate.high))}
    return ctx.say("report.share", k=rate.k, n=rate.n, share=_percent(rate.value), **values)


def _percent(value: float) -> str:
    """Word a share, to a tenth where a whole percent would hide it."""
    return f"{value:.1%}" if 0 < value < 0.1 or 0.99 < value < 1 else f"{value:.0%}"


def _head(ctx: Context, campaign: Campaign, number: int) -> Iterator[str]:
    yield ctx.say(
        "report.head",
        number=campaign.id,
        name=campaign.name,
        state=ctx.say(f"word.campaign_{campaign.state}"),
        runs=number,
    )
    yield ctx.say("preview.audience", audience=previews.audience(ctx, campaign.audience))
    said = approvals.of_campaign(ctx.session, campaign.id)
    if said is not None and said.decided is not None and said.decided_by is not None:
        yield ctx.say(
            "report.approved",
            who=staff.by_id(ctx.session, said.decided_by).name,
            at=catalogue.moment(ctx.language, said.decided, ctx.desk.zone),
        )


def _delivery(ctx: Context, found: Figures) -> Iterator[str]:
    tried = found.tried.number
    if not tried:
        yield ctx.say("report.unsent")
        return
    yield ctx.say("report.sent", share=share(ctx, wilson(found.sent.number, tried)))
    for what, number in (
        ("failed", found.failed.number - found.failed.blocked),
        ("blocked", found.failed.blocked),
        ("unknown", found.unknown.number),
    ):
        if number:
            yield ctx.say(f"report.{what}", share=share(ctx, wilson(number, tried)))


def _answers(ctx: Context, sent: Group) -> Iterator[str]:
    yield ctx.say("report.of_sent", number=sent.number)
    yield ctx.say("report.wrote", share=share(ctx, wilson(sent.wrote, sent.number)))
    yield ctx.say("report.left", share=share(ctx, wilson(sent.left, sent.number)))
    yield ctx.say("report.rated", share=share(ctx, wilson(sent.satisfied, sent.ratings)))
    yield ctx.say("report.bought", share=share(ctx, wilson(sent.bought, sent.number)))
    if sent.open:
        yield ctx.say("report.open", number=sent.open)


def effect(ctx: Context, found: Figures) -> Iterator[str]:
    """Tell what the messages changed against those who were held out, or what a hold-out would tell."""
    held, tried = found.held_out, found.tried
    if not held.number:
        yield ctx.say("report.no_holdout")
        rate = wilson(found.sent.bought, found.sent.number).value
        if rate and rate * (1 + HALF) <= 1:
            yield ctx.say("report.would_take", share=_percent(rate), n=experiment.required(rate, rate * HALF))
        return
    yield ctx.say("report.held_out", number=held.number)
    for what, here, there in (("bought", tried.bought, held.bought), ("wrote", tried.wrote, held.wrote)):
        compared = contact.effect((here, tried.number), (there, held.number))
        yield ctx.say(
            "report.effect",
            what=ctx.say(f"report.effect.{what}"),
            here=share(ctx, compared.treated),
            there=share(ctx, compared.control),
            lift=lift(ctx, compared),
        )


def lift(ctx: Context, found: Comparison) -> str:
    """Word a lift with its interval and what may be said of it."""
    verdict = _verdict(ctx, found)
    if min(found.treated.n, found.control.n) < FEW:
        return ctx.say("report.lift.few")
    if found.lift is not None and found.lift_low is not None:
        high = "∞" if found.lift_high is None else f"{100 * found.lift_high:+.0f}"
        return ctx.say(
            "report.lift", lift=f"{100 * found.lift:+.0f}", low=f"{100 * found.lift_low:+.0f}", high=high,
            verdict=verdict,
        )  # fmt: skip
    if found.difference is None or found.low is None or found.high is None:
        return ctx.say("report.lift.few")
    values = {"low": found.low, "high": found.high, "points": found.difference}
    return ctx.say(
        "report.points", verdict=verdict, **{name: f"{100 * one:+.0f}" for name, one in values.items()}
    )


def _verdict(ctx: Context, found: Comparison) -> str:
    if found.finding == "cannot_tell" and found.needed is not None:
        return ctx.say("report.finding.needed", n=found.needed)
    return ctx.say(f"report.finding.{found.finding}")
