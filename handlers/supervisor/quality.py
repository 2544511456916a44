"""/quality: how well customers are talked to, by rule and by reading, and what helps at the weakest point."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import timedelta

from crm_store import quality, staff, tickets
from crm_store.errors import RefusedError
from crm_store.models.quality import QualityCheck, QualitySample
from crm_store.quality import QUESTIONS
from handlers.agent import cards
from handlers.context import Context
from handlers.ports import Button
from handlers.router import UsageError, number_of
from scoring import quality as scores
from scoring.quality import Checks, Quality
from scoring.satisfaction import Rate, wilson

PERIOD = timedelta(days=90)
MOMENT = timedelta(microseconds=1)  # this very one belongs to the period
FEW = 10
CHECKS = ("answered", "in_time", "language", "settled")
BY: Mapping[str, str] = {
    "agents": "agents", "同事": "agents", "客服": "agents", "channels": "channels", "渠道": "channels",
}  # fmt: skip
REVIEW = {"review", "抽查"}


def show(ctx: Context, word: str | None) -> None:
    """Tell the checks of the last 90 days: of all, by agent, by channel, or begin to read what was drawn."""
    asked = (word or "").casefold()
    if asked in REVIEW:
        _ask(ctx)
        return
    if asked and asked not in BY:
        raise UsageError("quality")
    found = quality.checks(ctx.session, start=ctx.now - PERIOD, end=ctx.now + MOMENT)
    lines = [ctx.say("quality.head")]
    lines += _groups(ctx, found, BY[asked]) if asked else _all(ctx, found)
    waiting = quality.count_open(ctx.session)
    keys = [[Button(ctx.say("key.quality.start"), "quality_next")]] if waiting else []
    if waiting:
        lines.append(ctx.say("quality.waiting", count=waiting))
    ctx.reply_text("\n".join(lines), buttons=keys)


def _all(ctx: Context, found: Sequence[QualityCheck]) -> Iterator[str]:
    measured = scores.rates(_plain(one) for one in found)
    for name in (*CHECKS, "flawless"):
        yield ctx.say(f"quality.{name}", rate=_rate(ctx, getattr(measured, name)))
    yield from _read(ctx)
    weakest = _weakest(measured)
    yield ctx.say("quality.too_few") if weakest is None else ctx.say(f"quality.weakest.{weakest}")


def _weakest(measured: Quality) -> str | None:
    """Name the check passed least often, where enough tickets tell."""
    told = [
        (rate.value, name)
        for name in CHECKS
        if (rate := getattr(measured, name)).value is not None and rate.n >= FEW
    ]
    return min(told)[1] if told else None


def _read(ctx: Context) -> Iterator[str]:
    """Tell what supervisors found by reading."""
    found = quality.samples(ctx.session, start=ctx.now - PERIOD, end=ctx.now + MOMENT)
    if not found:
        return
    yield ctx.say("quality.read", n=len(found))
    for question in QUESTIONS:
        answers = [bool(getattr(one, question)) for one in found if getattr(one, question) is not None]
        yield ctx.say(f"quality.read.{question}", rate=_rate(ctx, wilson(sum(answers), len(answers))))


def _groups(ctx: Context, found: Sequence[QualityCheck], by: str) -> Iterator[str]:
    """Tell the flawless share of each agent or channel, by name: side by side, not ranked on chance."""
    names: Callable[[QualityCheck], Hashable] = (
        (lambda one: staff.by_id(ctx.session, one.agent_id).name)
        if by == "agents"
        else (lambda one: ctx.say(f"strategy.channel.{one.channel}"))
    )
    of: dict[str, list[Checks]] = defaultdict(list)
    for one in found:
        of[str(names(one))].append(_plain(one))
    for name, mine in sorted(of.items()):
        measured = scores.rates(mine)
        yield ctx.say("quality.group", name=name, rate=_rate(ctx, measured.flawless))
        weakest = _weakest(measured)
        if weakest is not None:
            rate = getattr(measured, weakest)
            yield ctx.say("quality.group.weakest", what=ctx.say(f"quality.{weakest}", rate=_rate(ctx, rate)))
    if not of:
        yield ctx.say("quality.too_few")


def _plain(one: QualityCheck) -> Checks:
    return Checks(one.answered, one.in_time, one.language, one.settled)


def _rate(ctx: Context, rate: Rate) -> str:
    if rate.value is None or rate.low is None or rate.high is None:
        return ctx.say("quality.unknown")
    key = "quality.rate" if rate.n >= FEW else "quality.rate.few"
    return ctx.say(
        key,
        share=f"{rate.value:.0%}",
        low=f"{100 * rate.low:.0f}",
        high=f"{rate.high:.0%}",
        k=rate.k,
        n=rate.n,
    )


def ask_next(ctx: Context, subject: str, revision: int) -> None:
    """Show the next drawn ticket to read."""
    _ask(ctx)


def _ask(ctx: Context) -> None:
    if ctx.place.is_group:
        raise RefusedError("private_only")
    sample = quality.next_sample(ctx.session)
    if sample is None:
        ctx.reply("quality.nothing")
        return
    ctx.reply_text(_paper(ctx, sample), buttons=_keys(ctx, sample))


def mark(ctx: Context, subject: str, revision: int) -> None:
    """Take the answer to one of the four questions; after the fourth, show the next ticket."""
    number, _, question = subject.partition("-")
    sample = ctx.session.get(QualitySample, number_of(number), with_for_update=True)
    if sample is None or question not in QUESTIONS:
        raise RefusedError("stale_button")
    if sample.reader_id not in {None, ctx.staff.id}:
        raise RefusedError("quality_taken", name=staff.by_id(ctx.session, sample.reader_id or 0).name)
    setattr(sample, question, bool(revision))
    sample.reader_id = ctx.staff.id
    first_time = sample.done is None
    if all(getattr(sample, one) is not None for one in QUESTIONS):
        sample.done = sample.done or ctx.now
    ctx.session.flush()
    ctx.edit(_paper(ctx, sample), buttons=_keys(ctx, sample))
    if first_time and sample.done is not None:
        _ask(ctx)


def _paper(ctx: Context, sample: QualitySample) -> str:
    ticket = tickets.by_number(ctx.session, sample.ticket_id)
    text, _ = cards.with_history(ctx.session, ticket, ctx.language, now=ctx.now, zone=ctx.desk.zone)
    agent = staff.by_id(ctx.session, sample.agent_id).name
    return f"{ctx.say('quality.paper', agent=agent, left=quality.count_open(ctx.session))}\n\n{text}"


def _keys(ctx: Context, sample: QualitySample) -> list[list[Button]]:
    keys = []
    for question in QUESTIONS:
        given = getattr(sample, question)
        words = ctx.say(f"quality.question.{question}")
        yes, no = (
            Button(
                f"{'✓ ' if given is answer else ''}{label}",
                "quality_mark",
                f"{sample.id}-{question}",
                int(answer),
            )
            for answer, label in ((True, words), (False, ctx.say("key.quality.no")))
        )
        keys.append([yes, no])
    return keys
