"""A house whose staff all read English, for tests that read what they are told."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.staff import Staff
from tests.factories import House


def speaks_english(at: House) -> House:
    """Let every member of staff read English."""

    def unit(session: Session) -> None:
        session.execute(sa.update(Staff).values(language="en"))

    at.store.write_now(unit)
    return at
