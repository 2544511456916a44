"""What each kind of ticket is promised: shown, and changed target by target; each change is a new version."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from crm_store import sla_policies
from crm_store.errors import RefusedError
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.rules.sla import Policy, Spans, Target
from crm_store.sla_policies import AsUsual, Change, Promise, Promised, Share
from handlers.agent import cards, until
from handlers.context import Context
from handlers.texts import catalogue

LONGEST = timedelta(days=366)
WARN, ESCALATE = range(1, 100), range(101, 1001)  # percent of a target
_PERCENT = re.compile(r"(\d{1,4}) ?%?")
_NONE = frozenset({"none", "no", "off", "无", "不限", "没有"})
_BACK = frozenset({"-", "–", "—", "usual", "照常"})
_TARGETS: Mapping[str, Target] = {
    **dict.fromkeys(("first", "首次", "首次回复"), Target.FIRST_RESPONSE),
    **dict.fromkeys(("next", "后续", "后续回复"), Target.NEXT_RESPONSE),
    **dict.fromkeys(("resolution", "resolve", "解决"), Target.RESOLUTION),
}
_WARN, _ESCALATE = frozenset({"warn", "提醒"}), frozenset({"escalate", "上报"})


def sla(ctx: Context, text: str | None) -> None:
    """Show the targets, or change one of them."""
    words = unicodedata.normalize("NFKC", text or "").casefold().split()
    policy = _changed(ctx, words) if words else sla_policies.current(ctx.session)
    ctx.reply_text("\n".join(_shown(ctx, policy)))


def _changed(ctx: Context, words: list[str]) -> Policy:
    return sla_policies.change(ctx.session, [read(words)], by=ctx.by, now=ctx.now)


def read(words: Sequence[str]) -> Change:
    """Read a change of the targets as it is typed, folded and word by word, or refuse it."""
    if words[0] in _WARN | _ESCALATE:
        return _percent(words)
    kind = _kinds().get(words[0])
    if kind is None or len(words) < 3:
        raise RefusedError("sla_unclear")
    priority = _priorities().get(words[1])
    rest = words[1:] if priority is None else words[2:]
    what = _TARGETS.get(rest[0])
    if what is None or len(rest) < 2:
        raise RefusedError("sla_unclear")
    promise, value = Promise(kind, what, priority), " ".join(rest[1:])
    if value in _BACK and priority is not None:
        return AsUsual(promise)
    return Promised(promise, None if value in _NONE else _span(value))


def _percent(words: Sequence[str]) -> Share:
    found, is_warning = _PERCENT.fullmatch(" ".join(words[1:])), words[0] in _WARN
    if found is None or int(found[1]) not in (WARN if is_warning else ESCALATE):
        raise RefusedError("sla_percent")
    return Share("warn" if is_warning else "escalate", int(found[1]))


def _kinds() -> Mapping[str, Kind]:
    """Give the kinds by their codes and by their words in every language."""
    named = {
        catalogue.say(language, f"word.{kind}"): kind for language in catalogue.LANGUAGES for kind in Kind
    }
    return named | {kind.value: kind for kind in Kind}


def _priorities() -> Mapping[str, Priority]:
    """Give the priorities by their codes and by the short words of every language."""
    named = {
        word: priority
        for language in catalogue.LANGUAGES
        for priority in Priority
        for word in (
            catalogue.say(language, f"word.{priority}"),
            catalogue.say(language, f"sla.word.{priority}"),
        )
    }
    return named | {priority.value: priority for priority in Priority}


def _span(value: str) -> timedelta:
    span = until.span(value)
    if span is None or not timedelta(minutes=1) <= span <= LONGEST:
        raise RefusedError("sla_span", text=value[:40])
    return span


def _shown(ctx: Context, policy: Policy) -> Iterator[str]:
    """Word every kind's targets, what differs by priority, and when whom is told."""
    yield ctx.say("sla.head", version=policy.version)
    for kind in Kind:
        name = ctx.say(f"word.{kind}")
        usual = policy.targets.get(kind, {})
        spans = Spans(*(usual.get(what) for what in Target))
        yield ctx.say("sla.line", name=name, targets=_targets(ctx, spans))
        for (of, priority), own in policy.by_priority.items():
            if of is kind and own:
                told = _targets(ctx, policy.spans(kind, priority))
                yield ctx.say("sla.line", name=f"{name} · {ctx.say(f'word.{priority}')}", targets=told)
    yield ctx.say("sla.ladder", warn=policy.warn_percent, escalate=policy.escalate_percent)


def _targets(ctx: Context, spans: Spans) -> str:
    told = [(what, spans.of(what)) for what in Target]
    if all(span is None for _, span in told):
        return ctx.say("sla.nothing")
    return ctx.say("sla.between").join(
        ctx.say(f"sla.target.{what}", span=ctx.say("sla.none") if span is None else cards.span(ctx.say, span))
        for what, span in told
    )
