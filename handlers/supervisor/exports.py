"""Tables as files: the audit, tickets and ratings of a period, safe to open in a spreadsheet."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_store import audits, exports
from crm_store.errors import RefusedError
from handlers.agent import naming
from handlers.context import Context
from handlers.ports import Document
from handlers.router import UsageError

MOST = 50_000
USUAL = timedelta(days=30)
AUDIT = ("at", "by", "what", "subject", "detail")
SPAN = re.compile(r"(\d{1,4})([dw])")
DAYS = {"d": 1, "w": 7}
RISKY = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula
Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: its columns, and the rows of a period."""

    columns: Sequence[str]
    rows: Callable[[Session, datetime, datetime], Iterator[Row]]


def _audit(session: Session, start: datetime, end: datetime) -> Iterator[Row]:
    for line in audits.entries(session, start=start, end=end):
        yield line.at, line.by, line.what, line.subject, line.detail


TABLES: Mapping[str, Table] = {
    "audit": Table(AUDIT, _audit),
    "tickets": Table(
        exports.TICKET, lambda session, start, end: exports.tickets(session, start=start, end=end)
    ),
    "ratings": Table(
        exports.RATING, lambda session, start, end: exports.ratings(session, start=start, end=end)
    ),
}


def export(ctx: Context, text: str | None) -> None:
    """Send a table of a period as a file, to the one who asks and nobody else."""
    name, _, since = (text or "").strip().partition(" ")
    if not name:
        raise UsageError("export")
    if ctx.place.is_group:
        raise RefusedError("export_private")
    if name.casefold() not in TABLES:
        raise naming.unknown(name, TABLES, "export", names=tuple(TABLES))
    start = begin(since.strip(), now=ctx.now, zone=ctx.desk.zone)
    end = ctx.now + timedelta(microseconds=1)  # this very moment belongs to it
    content, count = written(ctx.session, TABLES[name.casefold()], start, end)
    shown = f"{start.astimezone(ZoneInfo(ctx.desk.zone)):%Y-%m-%d}"
    words = ctx.say("export.done", name=name.casefold(), count=count, since=shown)
    ctx.reply_text(words, picture=Document(f"{name.casefold()}-{shown}.csv", "text/csv", content))


def written(session: Session, table: Table, start: datetime, end: datetime) -> tuple[bytes, int]:
    """Write the rows of a period as CSV that Excel reads as UTF-8, and count them."""
    paper = StringIO()
    lines = csv.writer(paper)
    lines.writerow(table.columns)
    count = 0
    for count, row in enumerate(table.rows(session, start, end), 1):
        if count > MOST:
            raise RefusedError("export_too_long", most=MOST)
        lines.writerow([cell(value) for value in row])
    return paper.getvalue().encode("utf-8-sig"), count


def begin(text: str, *, now: datetime, zone: str) -> datetime:
    """Read since when: `30d`, `2w`, `2026-03` or `2026-03-01`; without words, 30 days."""
    if not text:
        return now - USUAL
    span = SPAN.fullmatch(text.casefold())
    if span:
        return now - timedelta(days=int(span[1]) * DAYS[span[2]])
    try:
        local = datetime.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        raise RefusedError("export_since", text=text[: naming.SHOWN]) from None
    return local.replace(tzinfo=ZoneInfo(zone)) if local.tzinfo is None else local


def cell(value: object) -> str:
    """Write a value as a cell that no spreadsheet runs."""
    if value is None:
        return ""
    shown = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{shown}" if shown.startswith(RISKY) and not isinstance(value, int) else shown
