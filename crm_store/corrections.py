"""Corrections of what messages were: kept once for each text, read by intake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.correction import KindCorrection
from crm_store.rules.lifecycle import Kind
from crm_store.store import Prepared, adding

MOST = 200  # the newest ones are compared with a new message
_KNOWN = Prepared(
    sa.select(KindCorrection.key, KindCorrection.now)
    .order_by(KindCorrection.at.desc())
    .limit(sa.literal_column(str(MOST)))
)


@dataclass(frozen=True, slots=True)
class Corrected:
    """A text that was taken for one kind and is another; its key is what texts are compared by."""

    key: str
    text: str
    was: Kind
    now: Kind


def keep(session: Session, corrected: Corrected, *, by: str, at: datetime) -> None:
    """Remember what a text is; a later word replaces an earlier one."""
    row = {
        "text": corrected.text, "was": corrected.was.value, "now": corrected.now.value, "by": by, "at": at,
    }  # fmt: skip
    session.execute(
        adding(session, KindCorrection)
        .values(key=corrected.key, **row)
        .on_conflict_do_update(index_elements=["key"], set_=row)
    )


def known(session: Session) -> Sequence[tuple[str, Kind]]:
    """List the newest corrections: the key of a text, and what it is."""
    return [(cast("str", key), Kind(cast("str", now))) for key, now in _KNOWN.run(session)]
