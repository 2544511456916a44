"""/stats: what one did in the last 30 days, or for supervisors the team, side by side and never ranked."""

from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from crm_store import assignments, rating_counts, staff, staff_figures
from crm_store.models.staff import Staff
from crm_store.models.survey import SurveyKind
from crm_store.rating_counts import Only
from crm_store.rules.roles import Role
from crm_store.staff_figures import Figures
from handlers.agent import cards
from handlers.context import Context
from handlers.router import RoleError, UsageError
from scoring import satisfaction as scores

PERIOD = timedelta(days=30)
FEW = 10  # below this many ratings a share says too little
TEAM = {"team", "all", "团队", "全部"}


def show(ctx: Context, word: str | None) -> None:
    """Tell one's own figures, or everyone's."""
    asked = (word or "").casefold()
    if asked and asked not in TEAM:
        raise UsageError("stats")
    if asked and not ctx.staff.may(Role.SUPERVISOR):
        raise RoleError(Role.SUPERVISOR)
    figures = staff_figures.of_period(ctx.session, ctx.now - PERIOD, ctx.now)
    if not asked:
        me = staff.by_id(ctx.session, ctx.staff.id)
        lines = [ctx.say("stats.mine", name=me.name), *_lines(ctx, me, figures.get(me.id, Figures()))]
        ctx.reply_text("\n".join(lines))
        return
    lines = [ctx.say("stats.team")]
    for member in sorted(
        staff.with_role(ctx.session, ctx.place.inbox_id, Role.AGENT), key=lambda one: one.name
    ):
        lines += ["", member.name, *_lines(ctx, member, figures.get(member.id, Figures()))]
    ctx.reply_text("\n".join([*lines, "", ctx.say("stats.unranked")]))


def _lines(ctx: Context, member: Staff, figures: Figures) -> Iterator[str]:
    yield ctx.say("stats.work", taken=figures.taken, replied=figures.replied, resolved=figures.resolved)
    if figures.resolved:
        share = f"{figures.reopened / figures.resolved:.0%}"
        yield ctx.say("stats.reopened", count=figures.reopened, of=figures.resolved, share=share)
    if figures.first_answers:
        seconds = median(wait.total_seconds() for wait in figures.first_answers)
        typical = cards.span(ctx.say, timedelta(seconds=seconds))
        yield ctx.say("stats.first", span=typical, n=len(figures.first_answers))
    yield _satisfied(ctx, member)
    load = assignments.load_of(ctx.session, [member.id]).get(member.id, 0)
    yield ctx.say("stats.open", load=load, capacity=member.capacity)


def _satisfied(ctx: Context, member: Staff) -> str:
    """Word the share of satisfied customers with its interval, or that there are too few to say."""
    counts = rating_counts.histogram(
        ctx.session, kind=SurveyKind.CSAT, start=ctx.now - PERIOD, end=ctx.now, only=Only(agent_id=member.id)
    )
    rate = scores.csat(counts)
    if rate.value is None or rate.low is None or rate.high is None:
        return ctx.say("stats.unrated")
    if rate.n < FEW:
        return ctx.say("stats.few", k=rate.k, n=rate.n)
    return ctx.say(
        "stats.rated", k=rate.k, n=rate.n, share=f"{rate.value:.0%}", low=f"{100 * rate.low:.0f}",
        high=f"{rate.high:.0%}",
    )  # fmt: skip
