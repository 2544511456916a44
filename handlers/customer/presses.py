"""What the customer's flows share: whose press it is, and the dialog they are in."""

from datetime import timedelta

from crm_store import dialogs, merges, tickets
from crm_store.customers import Contact
from crm_store.errors import RefusedError
from crm_store.models.ticket import Ticket
from handlers.context import Context
from handlers.router import number_of, seat

PATIENCE = timedelta(minutes=10)


def contact_of(ctx: Context) -> Contact:
    """Return the customer who acts; what is between us and one customer is not said in a group."""
    if ctx.place.is_group:
        raise RefusedError("private_only")
    return ctx.contact()


def own_ticket(ctx: Context, subject: str) -> Ticket:
    """Return the ticket of a button, or refuse one that is not the presser's.

    A button of a ticket that was merged is about the one it went into.
    """
    contact = contact_of(ctx)
    ticket = tickets.by_number(ctx.session, number_of(subject))
    if ticket.customer_id != contact.customer_id:
        raise RefusedError("not_your_ticket")
    return tickets.by_number(ctx.session, merges.current(ctx.session, ticket.id))


def start_dialog(ctx: Context, kind: str, *, step: str) -> None:
    """Wait for what the sender writes next."""
    dialogs.start(ctx.session, seat(ctx.event), kind=kind, step=step, expires=ctx.now + PATIENCE)


def end_dialog(ctx: Context) -> None:
    """Wait no longer."""
    dialogs.end(ctx.session, seat(ctx.event))
