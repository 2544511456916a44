"""What a macro may do to a ticket, step by step: each step is what the command of that name does."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crm_store.errors import RefusedError, StoreError
from crm_store.macros import Step
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind, Priority
from handlers.agent import closing, desk, handover, naming, resolving, sorting
from handlers.context import Context
from handlers.router import wording

BETWEEN = re.compile(r"[;；\n]+")
MOST = 12


@dataclass(frozen=True, slots=True)
class Doing:
    """How a step is carried out, and how its argument is checked when the macro is saved."""

    run: Callable[[Context, Ticket, str], None]
    check: Callable[[str], object]


def _tag(ctx: Context, ticket: Ticket, argument: str) -> None:
    for name in sorting.tag_words(argument):
        sorting.put(ctx, ticket, name)


def _untag(ctx: Context, ticket: Ticket, argument: str) -> None:
    for name in sorting.tag_words(argument):
        sorting.take_off(ctx, ticket, name)


def _priority(ctx: Context, ticket: Ticket, argument: str) -> None:
    sorting.set_priority(ctx, ticket, naming.choice(argument, Priority, "priority"))


def _kind(ctx: Context, ticket: Ticket, argument: str) -> None:
    sorting.set_kind(ctx, ticket, naming.choice(argument, Kind, "kind"))


def _note(ctx: Context, ticket: Ticket, argument: str) -> None:
    desk.note(ctx, ticket.number, argument)


def _take(ctx: Context, ticket: Ticket, argument: str) -> None:
    if ticket.assignee_id != ctx.staff.id:
        desk.claim(ctx, ticket, reason="took")


def _assign(ctx: Context, ticket: Ticket, argument: str) -> None:
    handover.pass_on(ctx, ticket, argument)


def _resolve(ctx: Context, ticket: Ticket, argument: str) -> None:
    cause, remedy = resolving.cause_and_remedy(argument)
    if ticket.kind == Kind.COMPLAINT and not (cause and remedy):
        raise RefusedError("macro_resolves_complaint", number=ticket.number)
    resolving.settle(ctx, ticket, cause, remedy)


def _close(ctx: Context, ticket: Ticket, argument: str) -> None:
    if ticket.kind == Kind.COMPLAINT and not ticket.is_resolved:
        raise RefusedError("close_complaint", number=ticket.number)
    closing.end(ctx, ticket, reason=closing.REASON, words=argument)


def _any(argument: str) -> None:
    """Take any argument, or none."""


def _needed(argument: str) -> None:
    if not argument:
        raise RefusedError("macro_step_empty")


DOINGS: Mapping[str, Doing] = {
    "tag": Doing(_tag, sorting.tag_words),
    "untag": Doing(_untag, sorting.tag_words),
    "priority": Doing(_priority, lambda argument: naming.choice(argument, Priority, "priority")),
    "kind": Doing(_kind, lambda argument: naming.choice(argument, Kind, "kind")),
    "note": Doing(_note, _needed),
    "take": Doing(_take, _any),
    "assign": Doing(_assign, _needed),
    "resolve": Doing(_resolve, _any),
    "close": Doing(_close, _any),
}


def read(text: str) -> Sequence[Step]:
    """Read steps as they are typed: `tag refund; priority high; resolve`."""
    steps = [_step(part.strip()) for part in BETWEEN.split(text) if part.strip()]
    if len(steps) > MOST:
        raise RefusedError("macro_too_long", most=MOST)
    return steps


def _step(text: str) -> Step:
    verb, _, argument = text.partition(" ")
    verb, argument = verb.strip().lstrip("/").casefold(), argument.strip()
    if verb not in DOINGS:
        raise naming.unknown(verb, DOINGS, "step", steps=tuple(DOINGS))
    DOINGS[verb].check(argument)
    return verb, argument


def run(ctx: Context, ticket: Ticket, steps: Sequence[Step], *, name: str) -> None:
    """Carry the steps out in their order; whatever one of them refuses, refuses them all."""
    for place, (verb, argument) in enumerate(steps, 1):
        try:
            DOINGS[verb].run(ctx, ticket, argument)
        except StoreError as error:
            what = ctx.say(f"macro.step.{verb}", argument=argument).strip()
            why = wording(ctx, error)
            raise RefusedError("macro_failed", name=name, place=place, what=what, why=why) from error


def worded(ctx: Context, steps: Sequence[Step]) -> str:
    """Word the steps for a list or a preview."""
    return ctx.say("macro.between").join(
        ctx.say(f"macro.step.{verb}", argument=argument).strip() for verb, argument in steps
    )
