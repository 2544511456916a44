"""How the machine itself does: what runs when, and what waits that should not."""

from crm_store import health
from handlers.context import Context
from handlers.ports import Job
from handlers.texts import catalogue


def jobs(ctx: Context) -> None:
    """List what the clock sets off, when next, and how it went last."""
    found = sorted(ctx.desk.jobs(), key=lambda job: job.name)
    if not found:
        ctx.reply("jobs.none")
        return
    lines = []
    for job in found:
        at = ctx.say("jobs.never")
        if job.next is not None:
            at = catalogue.moment(ctx.language, job.next, ctx.desk.zone)
        lines.append(ctx.say(f"jobs.line.{job.outcome or 'waiting'}", name=_name(ctx, job), at=at))
    ctx.reply("jobs.list", lines="\n".join(lines))


def _name(ctx: Context, job: Job) -> str:
    """Name what a job does."""
    name, _, number = job.name.partition(":")
    known = f"jobs.name.{name}"
    return ctx.say(known, number=number) if catalogue.knows(known) else job.name


def doctor(ctx: Context) -> None:
    """Tell what waits in the store that should not, and what to do about it."""
    found = health.kept(ctx.session, now=ctx.now)
    told = [
        ("dead", found.dead), ("unknown", found.unknown), ("late", found.late), ("overdue", found.overdue),
    ]  # fmt: skip
    lines = [
        ctx.say(f"doctor.chat.{what}" if count else f"doctor.chat.{what}.ok", count=count)
        for what, count in told
    ]
    failed = [job for job in ctx.desk.jobs() if job.outcome == "failed"]
    lines += [ctx.say("doctor.chat.job", name=_name(ctx, job)) for job in failed]
    ctx.reply_text("\n".join([*lines, ctx.say("doctor.chat.more")]))
