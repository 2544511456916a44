"""What two tickets become when one goes into the other: each column joined by a rule of its own."""

from dataclasses import dataclass
from datetime import datetime

from crm_store.rules.lifecycle import ACTIVE, Kind, Priority, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a ticket brings to a merge: the columns that merging may change, instants aware."""

    kind: Kind
    priority: Priority
    status: Status
    assignee_id: int | None
    opened: datetime
    first_due: datetime | None
    next_due: datetime | None
    resolution_due: datetime | None
    first_replied: datetime | None
    bot_quiet: bool


def joined(target: Share, source: Share) -> Share:
    """Tell what the target becomes: the earlier start, the stricter promise, the more urgent work.

    The ticket that nobody has answered yet, joined with one that somebody has, is a message waiting for the
    next answer, so what was its first deadline is one for the next. Joining the same source twice changes
    nothing more, and the order of several sources does not matter, except to who owns what nobody owned.
    """
    replied = stricter(target.first_replied, source.first_replied)
    waits = [one.first_due for one in (target, source) if one.first_replied is None]
    owner = target.assignee_id if target.assignee_id is not None else source.assignee_id
    return Share(
        kind=Kind.COMPLAINT if Kind.COMPLAINT in {target.kind, source.kind} else target.kind,
        priority=max(target.priority, source.priority, key=lambda one: one.rank),
        status=_status(target.status, source.status, is_owned=owner is not None),
        assignee_id=owner,
        opened=min(target.opened, source.opened),
        first_due=stricter(target.first_due, source.first_due),
        next_due=stricter(target.next_due, source.next_due, *(waits if replied else ())),
        resolution_due=stricter(target.resolution_due, source.resolution_due),
        first_replied=replied,
        bot_quiet=target.bot_quiet or source.bot_quiet,
    )


def stricter(*instants: datetime | None) -> datetime | None:
    """Return the earliest of some instants; None stands for none."""
    return min((one for one in instants if one is not None), default=None)


def _status(target: Status, source: Status, *, is_owned: bool) -> Status:
    """Wake a target that waits for its customer when a source comes with words nobody has answered."""
    if source in {Status.NEW, Status.OPEN} and target in {Status.PENDING, Status.SNOOZED}:
        return Status.OPEN
    return Status.OPEN if target is Status.NEW and is_owned else target


def refusal(source: Status, target: Status) -> str | None:
    """Name the rule that forbids to merge tickets in these statuses, or None.

    A closed or merged ticket stays as it is, and open work does not vanish in what is resolved.
    """
    if source in {Status.CLOSED, Status.MERGED}:
        return "merge_over"
    if target is Status.CLOSED or (target is Status.RESOLVED and source in ACTIVE):
        return "merge_target_over"
    return None
