"""A house whose clock strikes: ticks run as the program runs them."""

from datetime import timedelta
from pathlib import Path

from handlers.context import TickContext
from handlers.routes import ROUTES
from tests.factories import STAFF_GROUP, House, house

MEI, LI, WANG, CHEN = "101", "102", "201", "202"


def open_house(folder: Path, *, group: bool = True, url: str | None = None) -> House:
    """Build a house that reads English and keeps the preset SLA, open around the clock."""
    return house(folder, ROUTES, staff_group=STAFF_GROUP if group else None, url=url)


def strike(at: House, *names: str, **span: float) -> list[str]:
    """Let time pass, run ticks until they have no more to do, and return what goes out because of it."""
    at.now += timedelta(**span)
    at.outgoing()
    for name in names:
        route = ROUTES.named("tick", name)
        assert route is not None
        for _ in range(100):
            run = route.run
            more = at.store.write_now(
                lambda session, run=run: run(TickContext(session, at.now, at.desk, at.inbox_id))
            )
            if not more:
                break
        else:
            raise AssertionError(f"the tick {name} never ends")
    return at.outgoing()
