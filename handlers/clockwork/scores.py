"""What customers are worth, computed anew every night, and soon after orders came in."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_store import purchase_sums, scores
from handlers import worth
from handlers.context import TickContext

AT_NIGHT = 3  # o'clock, by the house's clock
REST, PEOPLE = timedelta(minutes=1), 1_000  # between two runs while orders come in, for so many customers
Unit = Callable[[Session], object]


def recompute(ctx: TickContext) -> Iterable[Unit]:
    """Return what to write of every customer's worth, in short units; nothing while the newest run holds."""
    if not _is_due(ctx):
        return []
    found = worth.study(ctx.session, now=ctx.now, zone=ctx.desk.zone)
    if found is None:
        return []
    return _units(found, ctx.now)


def _units(found: worth.Study, now: datetime) -> Iterator[Unit]:
    """Yield what to write of a study, so many customers at a time."""
    run: list[int] = []

    def begin(session: Session) -> None:
        run.append(scores.begin(session, worth.run_of(found, now=now)))

    def keep(session: Session, *, rows: Sequence[scores.Row]) -> None:
        scores.keep(session, run[-1], rows)

    def finish(session: Session) -> None:
        scores.finish(session, run[-1], now=now)

    yield begin
    left = worth.rows(found)
    while rows := list(islice(left, scores.AT_ONCE)):
        yield partial(keep, rows=rows)
    for month_end, counts in found.months.items():
        yield partial(scores.keep_month, month_end=month_end, counts=counts)
    yield finish


def _is_due(ctx: TickContext) -> bool:
    newest = scores.newest(ctx.session)
    if newest is None:
        return True
    local = ctx.now.astimezone(ZoneInfo(ctx.desk.zone))
    if newest.as_of < local.date().isoformat() and local.hour >= AT_NIGHT:
        return True
    known = cast("int", newest.findings.get("customers", 0))
    rest = REST * max(1, known // PEOPLE)
    return newest.last_order < purchase_sums.newest(ctx.session) and ctx.now - newest.started >= rest
