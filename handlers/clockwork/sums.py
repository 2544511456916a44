"""Ratings summed day by day, so that reports stay quick however many there are."""

from crm_store import rating_counts
from handlers.context import TickContext


def sum_days(ctx: TickContext) -> bool:
    """Sum some days of ratings, and tell whether there are more."""
    return rating_counts.sum_days(ctx.session, now=ctx.now)
