"""The lines of a ticket's log that move its clock, and what was taken back left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.ticket import Event
from crm_store.rules.lifecycle import Status
from crm_store.rules.sla_clock import Line, Move
from crm_store.store import Prepared
from crm_store.types import instant

Detail = Mapping[str, object]
MOVES = {
    "opened": Move.OPEN, "split": Move.OPEN, "heard": Move.HEAR, "replied": Move.REPLY,
    "waiting": Move.PAUSE, "held": Move.PAUSE, "snoozed": Move.PAUSE, "woken": Move.GO_ON,
    "reopened": Move.GO_ON, "resolved": Move.STOP, "closed": Move.STOP, "merged": Move.STOP,
    "absorbed": Move.ABSORB,
}  # fmt: skip
_PAUSES = {"waiting": Status.PENDING, "held": Status.ON_HOLD, "snoozed": Status.SNOOZED}
_STANDS = {Move.OPEN, Move.PAUSE, Move.GO_ON, Move.STOP}
_LOG = Prepared(
    sa.select(Event.kind, Event.at, Event.by, Event.detail)
    .where(
        Event.ticket_id == sa.bindparam("ticket"),
        Event.kind.in_([sa.literal_column(f"'{kind}'") for kind in sorted({*MOVES, "unmerged", "undone"})]),
    )
    .order_by(Event.id)
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a log, as it is written."""

    kind: str
    by: str
    at: datetime
    detail: Detail


def of_ticket(session: Session, ticket_id: int) -> list[tuple[Line, Detail]]:
    """Read a ticket's log as its clock sees it, oldest first: what was taken back never happened."""
    lines: list[tuple[str, Line, Detail]] = []
    for kind, at, by, detail in _LOG.run(session, ticket=ticket_id):
        entry = Entry(str(kind), str(by), instant(cast("int", at)), orjson.loads(cast("str", detail)))
        if entry.kind == "unmerged":
            _forget_merge(lines, entry.detail)
        elif entry.kind == "undone":
            _forget_undone(lines, entry)
        elif entry.kind in MOVES:
            lines.append((entry.kind, line(entry), entry.detail))
    return [(line, detail) for _, line, detail in lines]


def line(entry: Entry) -> Line:
    """Give what a line of a log does to its ticket's clock."""
    return Line(
        MOVES[entry.kind],
        entry.at,
        by_customer=entry.by.startswith("customer:"),
        pause=_PAUSES.get(entry.kind),
        limit=asked_for(entry.detail),
    )


def asked_for(detail: Detail) -> datetime | None:
    """Read off the line that opened a ticket by when an answer is due that was asked for."""
    due = detail.get("answer_due")
    return datetime.fromisoformat(due) if isinstance(due, str) else cast("datetime | None", due)


def _forget_merge(lines: list[tuple[str, Line, Detail]], parted: Detail) -> None:
    """Take out the merge that was taken back: `source` names it on the target's side."""
    wanted = ("absorbed", parted["source"]) if "source" in parted else ("merged", parted.get("target"))
    for place in range(len(lines) - 1, -1, -1):
        kind, _, detail = lines[place]
        if (kind, detail.get("source" if kind == "absorbed" else "into")) == wanted:
            del lines[place]
            break
    if parted.get("status") in {Status.PENDING, Status.SNOOZED}:
        _forget_waking(lines)


def _forget_waking(lines: list[tuple[str, Line, Detail]]) -> None:
    """Let a ticket wait on that only a merge had woken."""
    last = max((place for place, (_, line, _) in enumerate(lines) if line.move is Move.PAUSE), default=-1)
    lines[last + 1 :] = [
        one for one in lines[last + 1 :] if not (one[0] == "woken" and one[2].get("reason") == "merged")
    ]


def _forget_undone(lines: list[tuple[str, Line, Detail]], entry: Entry) -> None:
    """Take out the last change of status when the ticket was put back as it stood before it."""
    wanted = _group(Status(str(entry.detail.get("status", Status.OPEN))))
    if _stands(lines) == wanted:
        return
    last = max(place for place, (_, line, _) in enumerate(lines) if line.move in _STANDS)
    at = lines[last][1].at
    lines[:] = [one for one in lines if not (one[1].at == at and one[1].move in _STANDS - {Move.OPEN})]


def _stands(lines: Sequence[tuple[str, Line, Detail]]) -> Status:
    """Tell what a log says a ticket stands as: open, resolved, or what it waits as."""
    status = Status.OPEN
    for _, line, _ in lines:
        if line.move in {Move.OPEN, Move.GO_ON} or (line.move is Move.REPLY and status is Status.SNOOZED):
            status = Status.OPEN
        elif line.move is Move.PAUSE and line.pause is not None:
            status = line.pause
        elif line.move is Move.STOP:
            status = Status.RESOLVED
    return status


def _group(status: Status) -> Status:
    if status in {Status.RESOLVED, Status.CLOSED, Status.MERGED}:
        return Status.RESOLVED
    return Status.OPEN if status is Status.NEW else status
