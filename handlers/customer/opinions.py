"""What feedback and complaints let feel, kept beside the ticket and never mixed into its rating."""

from crm_store import opinions
from crm_store.opinions import Said
from crm_store.rules.lifecycle import Kind
from handlers.context import Context

NOTHING = 0.5  # a text that tells nothing


def keep(ctx: Context, number: int, customer_id: int, *, kind: Kind) -> None:
    """Keep how pleased the words of a new ticket are, and what they are about."""
    if kind is Kind.INQUIRY:
        return
    understood = ctx.understood
    sentiment = NOTHING if understood.sentiment is None else understood.sentiment
    opinions.keep(ctx.session, number, customer_id, Said(kind, sentiment, understood.themes), at=ctx.now)
