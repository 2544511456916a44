"""Units that tests of the store run."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.inbox import Inbox
from crm_store.store import Prepared, Store

INSERT = Prepared(
    sa.insert(Inbox)
    .values(channel=sa.bindparam("channel"), account=sa.bindparam("account"))
    .returning(Inbox.id)
)
RENAME = Prepared(
    sa.update(Inbox).where(Inbox.account == sa.bindparam("old")).values(channel=sa.bindparam("new"))
)


def adding(account: str) -> Callable[[Session], str]:
    """Return a unit that adds an inbox."""

    def unit(session: Session) -> str:
        session.add(Inbox(channel="telegram", account=account))
        session.flush()
        return account

    return unit


def failing(account: str) -> Callable[[Session], str]:
    """Return a unit that adds an inbox and then fails."""

    def unit(session: Session) -> str:
        adding(account)(session)
        raise ValueError(account)

    return unit


def accounts(store: Store) -> list[str]:
    return store.read_now(
        lambda session: list(session.scalars(sa.select(Inbox.account).order_by(Inbox.account)))
    )
