"""What an attempt's end means for its row: pure decisions, written down by the store."""

from datetime import datetime, timedelta

from crm_store.claims import Claimed
from crm_store.models.outbox import Lane
from crm_store.settlements import MOST_ATTEMPTS, Settlement
from handlers.ports import DeliveryError

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
MOST_DOUBLINGS = 6  # the wait has reached its longest by then, and a day without a network must not overflow


def sent(row: Claimed, provider_id: str | None, at: datetime) -> Settlement:
    """Settle a row that the channel took."""
    return Settlement(row, "sent", at, provider_id=provider_id)


def failed(row: Claimed, error: DeliveryError, at: datetime) -> Settlement:
    """Settle a row that the channel did not take, or may have taken."""
    if error.kind == "limited":
        until = at + timedelta(seconds=error.retry_after or 1.0)
        return Settlement(row, "limited", at, reason=error.reason, not_before=until)
    if error.kind in {"never_sent", "moved"}:
        return _again(row, error, at, repeat=False)
    if error.kind == "doubtful":
        if row.priority is Lane.CAMPAIGN:
            return Settlement(row, "unknown", at, reason=error.reason)
        return _again(row, error, at, repeat=True)
    if error.kind == "unreachable":
        return Settlement(row, "unreachable", at, reason=error.reason)
    if error.kind == "gone":
        return Settlement(row, "gone", at, reason=error.reason)
    return Settlement(row, "failed", at, reason=error.reason)


def _again(row: Claimed, error: DeliveryError, at: datetime, *, repeat: bool) -> Settlement:
    if repeat and row.attempts + 1 >= MOST_ATTEMPTS:
        return Settlement(row, "failed", at, reason=error.reason, repeat=True)
    waits = (
        0.0 if error.moved_to else min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(row.attempts, MOST_DOUBLINGS))
    )
    return Settlement(
        row,
        "retry",
        at,
        reason=error.reason,
        not_before=at + timedelta(seconds=waits),
        repeat=repeat,
        moved_to=error.moved_to,
    )
