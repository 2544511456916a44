"""Who is to be won back: the open recovery tasks, each one tap away from its ticket and from done."""

from collections.abc import Sequence

from crm_store import events, recoveries, staff
from crm_store.errors import RefusedError
from crm_store.recoveries import Waiting
from crm_store.spans import Page
from handlers.context import Context
from handlers.ports import Button
from handlers.router import number_of
from handlers.supervisor import sheets
from handlers.texts import catalogue

PAGE = 6
QUOTED = 60  # characters of a comment


def show(ctx: Context) -> None:
    """List the open recovery tasks, the oldest first."""
    text, buttons = _sheet(ctx, 0)
    ctx.reply_text(text, buttons=buttons)


def turn(ctx: Context, subject: str, revision: int) -> None:
    """Show another page of the open recovery tasks."""
    text, buttons = _sheet(ctx, revision)
    ctx.reply_text(text, buttons=buttons)


def done(ctx: Context, subject: str, revision: int) -> None:
    """Keep that a customer was looked after, and show what is left; a second press changes nothing."""
    task = recoveries.by_id(ctx.session, number_of(subject))
    if task is None:
        raise RefusedError("stale_button")
    if task.done is None:
        task.done, task.done_by = ctx.now, ctx.staff.id
        ctx.session.flush()
        about = f"recovery:{task.id}"
        staff.audit(ctx.session, by=ctx.by, what="recovery.done", subject=about, now=ctx.now)
        if task.ticket_id is not None:
            events.record(ctx.session, task.ticket_id, kind="won_back", by=ctx.by, at=ctx.now)
    elif task.done_by not in {None, ctx.staff.id}:
        raise RefusedError("recovery_done", name=staff.by_id(ctx.session, task.done_by or 0).name)
    text, buttons = _sheet(ctx, revision)
    ctx.edit(text, buttons=buttons)


def _sheet(ctx: Context, page: int) -> tuple[str, Sequence[Sequence[Button]]]:
    count = recoveries.count_open(ctx.session)
    if not count:
        return ctx.say("recoveries.none"), ()
    last = (count - 1) // PAGE
    page = max(min(page, last), 0)
    found = recoveries.open_ones(ctx.session, page=Page(page * PAGE, PAGE))
    head = ctx.say("recoveries.head", count=count)
    keys = [
        [
            Button(f"#{one.ticket_id}", "card", one.ticket_id),
            Button(ctx.say("key.recovered", number=one.ticket_id), "recovered", one.task_id, page),
        ]
        for one in found
    ]
    pages = sheets.pages(ctx, "tasks", "all", page=page, last=last)
    return "\n".join([head, *(_line(ctx, one) for one in found)]), [*keys, *pages]


def _line(ctx: Context, one: Waiting) -> str:
    said = " ".join((one.comment or "").split())
    return ctx.say(
        "recoveries.line" if said else "recoveries.silent",
        number=one.ticket_id,
        name=one.customer,
        score=one.score,
        at=catalogue.moment(ctx.language, one.opened, ctx.desk.zone),
        comment=said if len(said) <= QUOTED else f"{said[: QUOTED - 1]}…",
    )
