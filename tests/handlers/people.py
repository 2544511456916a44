"""People who come, go and are given tickets: what tests of assignment share."""

import sqlalchemy as sa

from crm_store import staff as people
from crm_store.models.presence import Presence, PresenceState
from crm_store.models.staff import Staff
from crm_store.rules.roles import Role
from handlers.context import TickContext
from handlers.routes import ROUTES
from tests.factories import House


def tick(at: House) -> list[str]:
    """Let the clock give out tickets until there is no more to do, and return what goes out because of it."""
    route, more = ROUTES.named("tick", "assignment"), True
    assert route is not None
    while more:
        more = at.store.write_now(
            lambda session: bool(route.run(TickContext(session, at.now, at.desk, at.inbox_id)))
        )
    return at.outgoing()


def comes(at: House, *who: str) -> None:
    """Let people say that they are here."""
    for one in who:
        at.hears(one, "/back")


def hire(at: House, who: str, role: Role = Role.AGENT) -> None:
    """Give someone of the cast a role."""
    at.store.write_now(lambda session: people.grant(session, at.staff_ids[who], role, by="test", now=at.now))


def presences(at: House, who: str) -> list[tuple[str, str, str]]:
    """List state, author and reason of what is known of someone, oldest first."""
    rows = at.store.read_now(
        lambda session: session.scalars(
            sa.select(Presence).where(Presence.staff_id == at.staff_ids[who]).order_by(Presence.id)
        ).all()
    )
    return [(row.state, row.by, row.reason) for row in rows]


def member(at: House, who: str) -> Staff:
    """Return someone of the staff as they are kept."""
    return at.store.read_now(lambda session: session.get_one(Staff, at.staff_ids[who]))


HERE, AWAY = PresenceState.HERE.value, PresenceState.AWAY.value
