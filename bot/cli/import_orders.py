"""`import orders`: from a CSV or XLSX file, matched to customers, each kept once by its number."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.cli import import_report
from bot.cli.stores import opened
from bot.clock import utc_now
from bot.config import Settings
from crm_store import journal, order_imports, purchase_sums, scores
from crm_store.order_imports import ImportedOrder, Kept
from crm_store.rules.zones import instant_of
from crm_store.store import Store
from handlers.texts import catalogue

if TYPE_CHECKING:
    from scoring.clean_orders import OrderReport, OrderRow

AT_ONCE = 100  # rows written in one go: a running bot waits no longer than for its own
BREATH = 0.005  # seconds in which a running bot gets its turn
USUAL = {"zh": "CNY", "en": "USD"}
By = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class _House:
    """What orders need to be understood: whose they may be, the zone, and the currency when none is told."""

    customers: By
    zone: str
    currency: str


def orders(settings: Settings, file: Path, *, dry_run: bool, report: Path | None) -> None:
    """Add orders from a file or update them; every change and refusal is told."""
    found = _read(file, settings)
    with opened(settings, make=not dry_run) as store:
        house = store.read_now(partial(_look, settings=settings))
        matched, found = _match(found, house)
        import_report.tell(found, "import.orders.title", settings.language, file=file, report=report)
        if any(row.currency is None for row in found.rows):
            print(catalogue.say(settings.language, "import.orders.currency", currency=house.currency))
        if dry_run:
            print(catalogue.say(settings.language, "import.dry"))
            return
        kept = _write(store, matched, settings)
    for line in kept.refused:
        print(catalogue.say(settings.language, "import.orders.taken", line=line))
    counts = {"created": kept.created, "updated": kept.updated, "same": kept.same}
    print(catalogue.say(settings.language, "import.orders.done", **counts))


def _read(file: Path, settings: Settings) -> "OrderReport":
    from scoring import clean_orders

    local = utc_now().astimezone(ZoneInfo(settings.timezone)).replace(tzinfo=None)
    return import_report.cleaned(file, settings.language, lambda table: clean_orders.orders(table, now=local))


def _look(session: Session, *, settings: Settings) -> _House:
    inbox_id = journal.first_inbox(session)
    currency = purchase_sums.main_currency(session) or USUAL[settings.language]
    return _House(order_imports.customers_by_key(session, inbox_id), settings.timezone, currency)


def _match(found: "OrderReport", house: _House) -> "tuple[list[ImportedOrder], OrderReport]":
    """Find whose each order is; one of nobody, or of two customers, is left out and told."""
    from scoring.clean import Change

    matched: list[ImportedOrder] = []
    good: list[OrderRow] = []
    refused: list[Change] = []
    for row in found.rows:
        owners = _owners(row, house.customers)
        if len(owners) == 1:
            matched.append(_imported(row, owners.pop(), house))
            good.append(row)
        else:
            reason = "order_of_two" if owners else "order_of_nobody"
            refused.append(Change(row.line, None, row.number, None, reason))
    rejected = sorted([*found.rejected, *refused], key=lambda change: change.line)
    return matched, replace(found, rows=tuple(good), rejected=tuple(rejected))


def _owners(row: "OrderRow", customers: By) -> set[int]:
    named = ((key, getattr(row, key)) for key in order_imports.KEYS)
    return {customers[key][value] for key, value in named if value is not None and value in customers[key]}


def _imported(row: "OrderRow", customer_id: int, house: _House) -> ImportedOrder:
    return ImportedOrder(
        line=row.line,
        number=row.number,
        customer_id=customer_id,
        product=row.product or "",
        category=row.category,
        channel=row.channel,
        amount=row.amount,
        currency=row.currency or house.currency,
        at=instant_of(row.at, house.zone),
    )


def _write(store: Store, rows: Sequence[ImportedOrder], settings: Settings) -> Kept:
    """Write the orders part by part, and let trends be counted anew from the earliest change on."""
    whole = Kept()
    for start in range(0, len(rows), AT_ONCE):
        part = store.write_now(partial(order_imports.keep, orders=rows[start : start + AT_ONCE]))
        whole.created += part.created
        whole.updated += part.updated
        whole.same += part.same
        whole.refused += part.refused
        if part.earliest is not None:
            whole.note(part.earliest)
        time.sleep(BREATH)
    if whole.earliest is not None:
        since = _local_day(whole.earliest, settings.timezone)
        store.write_now(partial(scores.forget_months, since=since))
    return whole


def _local_day(at: datetime, zone: str) -> str:
    return at.astimezone(UTC).astimezone(ZoneInfo(zone)).date().isoformat()
