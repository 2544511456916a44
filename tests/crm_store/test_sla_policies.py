"""Versions of the SLA policy."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import sla_policies
from crm_store.models.staff import Audit
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.rules.sla import PRESET, Spans, Target
from crm_store.sla_policies import AsUsual, Promise, Promised, Share
from crm_store.store import Store

NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRST = Promise(Kind.COMPLAINT, Target.FIRST_RESPONSE)
URGENT = Promise(Kind.COMPLAINT, Target.FIRST_RESPONSE, Priority.URGENT)


def test_the_preset_holds_until_one_is_stored_and_is_stored_once(store: Store) -> None:
    def unit(session: Session) -> None:
        assert sla_policies.current(session) is PRESET
        first = sla_policies.seed(session, now=NOW)
        assert sla_policies.seed(session, now=NOW) == first
        found = sla_policies.current(session)
        assert (found.version, found.targets) == (first, PRESET.targets)

    store.write_now(unit)


def test_each_change_is_a_version_and_old_ones_stay(store: Store) -> None:
    def unit(session: Session) -> None:
        first = sla_policies.seed(session, now=NOW)
        sla_policies.change(session, [Promised(FIRST, HOUR / 2)], by="staff:1", now=NOW)
        sla_policies.change(session, [Promised(URGENT, HOUR / 4)], by="staff:1", now=NOW)
        none = Promise(Kind.INQUIRY, Target.RESOLUTION)
        sla_policies.change(session, [Promised(none, None)], by="staff:1", now=NOW)
        found = sla_policies.current(session)
        assert found.version == first + 3
        assert found.spans(Kind.COMPLAINT, Priority.HIGH).first == HOUR / 2
        assert found.spans(Kind.COMPLAINT, Priority.URGENT).first == HOUR / 4
        assert found.spans(Kind.INQUIRY, Priority.NORMAL) == Spans(4 * HOUR, 4 * HOUR, None)
        old = sla_policies.of_version(session, first)
        assert old.spans(Kind.COMPLAINT, Priority.URGENT).first == HOUR
        dropped = sla_policies.change(session, [AsUsual(URGENT)], by="staff:1", now=NOW)
        assert dropped.spans(Kind.COMPLAINT, Priority.URGENT).first == HOUR / 2
        assert sla_policies.current(session) == dropped
        assert session.scalar(sa.select(sa.func.count(Audit.id)).where(Audit.what == "sla.changed")) == 4

    store.write_now(unit)


def test_nothing_is_promised_without_a_version(store: Store) -> None:
    found = store.read_now(lambda session: sla_policies.of_version(session, None))
    assert found.spans(Kind.COMPLAINT, Priority.HIGH) == Spans()


def test_warnings_may_come_at_other_shares(store: Store) -> None:
    def unit(session: Session) -> None:
        changed = sla_policies.change(
            session, [Share("warn", 50), Share("escalate", 200)], by="staff:1", now=NOW
        )
        assert (changed.warn_percent, changed.escalate_percent) == (50, 200)
        assert sla_policies.current(session) == changed

    store.write_now(unit)
