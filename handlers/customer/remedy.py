"""Whether a complaint was put right, in its customer's own words: yes or no."""

from crm_store import assignments, events, readers, remedies, surveys
from crm_store.errors import RefusedError
from crm_store.models.survey import SurveyKind
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind
from crm_store.rules.roles import Role
from handlers import asking
from handlers.agent import boards, notices, topics
from handlers.context import Context
from handlers.customer import inquiry, opening
from handlers.customer.opening import Request
from handlers.customer.presses import own_ticket
from handlers.router import number_of


def answer(ctx: Context, subject: str, revision: int) -> None:
    """Thank for a yes; after a no the complaint is open again, and the supervisors hear of it."""
    check = remedies.by_id(ctx.session, number_of(subject))
    if check is None or check.asked is None:
        raise RefusedError("stale_button")
    ticket = own_ticket(ctx, str(check.ticket_id))
    if not ticket.is_resolved or ticket.episode != check.episode:
        ctx.reply("remedy.open", number=ticket.number)
        return
    check.answered, check.is_right = ctx.now, bool(revision)
    events.record(ctx.session, ticket.id, kind="checked", by=ctx.by, at=ctx.now, is_right=check.is_right)
    if check.is_right:
        ctx.edit(ctx.say("remedy.right", number=ticket.number))
        _ask_how_easy(ctx, ticket)
        return
    ctx.edit(ctx.say("remedy.wrong", number=ticket.number))
    if inquiry.may_reopen(ctx, ticket):
        inquiry.reopen(ctx, ticket, "")
        _give_to_supervisor(ctx, ticket)
        notices.tell_supervisors(ctx, ticket.id, "notice.not_right")
    else:
        _follow_up(ctx, ticket)


def _ask_how_easy(ctx: Context, ticket: Ticket) -> None:
    """Ask at once what was to be asked later: it is put right."""
    waiting = surveys.planned_of_ticket(ctx.session, ticket.id, SurveyKind.CES)
    if waiting is not None:
        asking.ask(ctx, waiting)


def _give_to_supervisor(ctx: Context, ticket: Ticket) -> None:
    """Make the supervisor the owner whom the customer was told of, or the one with the fewest complaints."""
    named = assignments.promised(ctx.session, [ticket.id]).get(ticket.id)
    supervisors = readers.with_role(ctx.session, ctx.place.inbox_id, Role.SUPERVISOR)
    owner = next((one for one in supervisors if one.staff_id == named), None)
    owner = owner or readers.freest_supervisor(ctx.session, ctx.place.inbox_id)
    if owner is None or ticket.assignee_id == owner.staff_id:
        return
    was = ticket.assignee_id
    ticket.assign(owner.staff_id)
    events.record(
        ctx.session, ticket.id, kind="assigned", by="bot", at=ctx.now, to=owner.staff_id, was=was,
        reason="not_right",
    )  # fmt: skip
    boards.refresh(topics.bench(ctx), ticket)


def _follow_up(ctx: Context, ticket: Ticket) -> None:
    """Open a complaint that follows one which can be reopened no more."""
    words = ticket.subject or ctx.say(f"key.{Kind.COMPLAINT.value}")
    request = Request(words, chosen=Kind.COMPLAINT, follow_up_of=ticket.id, with_answers=False)
    number = opening.open_ticket(ctx, ctx.contact(), request)
    notices.tell_supervisors(ctx, number, "notice.not_right")
