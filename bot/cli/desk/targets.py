"""SLA targets as records: the words of `/sla`, one field each."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.cli.desk.parts import BY, Change, Here, Part, text
from bot.cli.records import Form, Kind, Record
from crm_store import sla_policies
from crm_store.rules import lifecycle
from crm_store.rules.sla import Target
from crm_store.sla_policies import AsUsual, Promise, Share
from handlers.supervisor import sla

FIELDS = ("kind", "priority", "target", "value")
USUAL, NONE = "-", "none"
WORDS: Mapping[Target, str] = {
    Target.FIRST_RESPONSE: "first", Target.NEXT_RESPONSE: "next", Target.RESOLUTION: "resolution",
}  # fmt: skip


def _held(here: Here) -> Sequence[Record]:
    policy = sla_policies.current(here.session)
    usual = [
        _record(Promise(kind, what), policy.targets.get(kind, {}).get(what))
        for kind in lifecycle.Kind
        for what in Target
    ]
    special = [
        _record(Promise(kind, what, priority), policy.by_priority[kind, priority][what])
        for kind in lifecycle.Kind
        for priority in lifecycle.Priority
        for what in Target
        if what in policy.by_priority.get((kind, priority), {})
    ]
    shares = [Share("warn", policy.warn_percent), Share("escalate", policy.escalate_percent)]
    return [*usual, *special, *map(_share, shares)]


def _record(promise: Promise, span: timedelta | None) -> Record:
    return {
        "kind": promise.kind.value,
        "priority": "" if promise.priority is None else promise.priority.value,
        "target": WORDS[promise.what],
        "value": NONE if span is None else _span(span),
    }


def _share(share: Share) -> Record:
    return {"kind": share.what, "priority": "", "target": "", "value": f"{share.percent}%"}


def _span(span: timedelta) -> str:
    """Write an open time so that it reads the same again."""
    for word, unit in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1))):
        if span % unit == timedelta(0):
            return f"{span // unit}{word}"
    return f"{-(-span // timedelta(milliseconds=600)) / 100:.2f}m"  # hundredths of a minute, rounded up


def _read(record: Record) -> sla_policies.Change:
    told = " ".join(str(record.get(field, "")) for field in FIELDS)
    return sla.read(told.casefold().split())


def _check(here: Here, record: Record) -> Record:
    change = _read(record)
    if isinstance(change, Share):
        return _share(change)
    if isinstance(change, AsUsual):
        return {**_record(change.promise, None), "value": USUAL}
    return _record(change.promise, change.span)


def _keep(here: Here, changes: Sequence[Change]) -> None:
    sla_policies.change(here.session, [_read(one.record) for one in changes], by=BY, now=here.now)


TARGETS = Part(
    Kind("sla", dict.fromkeys(FIELDS, Form.TEXT), key=FIELDS[:-1], needed=("kind", "value")),
    _held,
    _check,
    _keep,
    blank=dict.fromkeys(FIELDS, ""),
    says_nothing=lambda record: text(record, "value") == USUAL,
    together=True,
)
