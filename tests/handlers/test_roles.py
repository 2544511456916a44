"""Every route with a role refuses whoever lacks it, in their language: made from the table itself."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crm_store import dialogs
from crm_store import staff as people
from crm_store.dialogs import Seat
from crm_store.models.outbox import OutboxRow
from crm_store.rules.roles import Role
from handlers.router import Route
from handlers.routes import ROUTES
from handlers.texts import catalogue
from tests.factories import CAST, House
from tests.handlers.desk import desk, send_all, ticket
from tests.stores import closing

HELD = {"mei": frozenset[Role](), "li": frozenset[Role](), "wang": frozenset({Role.AGENT}),
        "chen": frozenset({Role.SUPERVISOR}), "zhao": frozenset({Role.MARKETER})}  # fmt: skip
GUARDED = [route for route in ROUTES if route.role is not Role.CUSTOMER]
REFUSED = [
    (route, who)
    for route in GUARDED
    if route.kind in {"command", "button", "dialog"}
    for who, roles in HELD.items()
    if not route.is_open_to(roles)
]


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


@pytest.fixture(scope="module")
def shut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give one house for all that is refused in it: none of that leaves a trace."""
    with closing():
        at = desk(tmp_path_factory.mktemp("shut"))
        ticket(at)
        ticket(at, "li")
        yield at


def refusal(who: str, role: Role) -> str:
    language = "en" if who in {"li", "chen"} else "zh"
    return catalogue.say(language, "refused.role", role=catalogue.say(language, f"word.{role}"))


@pytest.mark.parametrize(("route", "who"), REFUSED, ids=lambda given: getattr(given, "name", given))
def test_refuses_whoever_lacks_the_role(shut: House, route: Route, who: str) -> None:
    shut.passes(hours=2)  # nobody is in a hurry, and no dialog of before goes on
    person = CAST[who]
    if route.kind == "button":
        told = shut.presses(who, f"v1:{route.name}:1:0")
    elif route.kind == "command":
        told = shut.hears(who, f"/{route.name} 1 x")
    else:
        seat = Seat(shut.inbox_id, person.address, "", person.address)
        shut.store.write_now(
            lambda session: dialogs.start(
                session, seat, kind=route.name, step="any", expires=shut.now + timedelta(hours=1)
            )
        )
        told = shut.hears(who, "words")
    assert told == [f"{person.address}: {refusal(who, route.role)}"]


@pytest.mark.parametrize(
    "route", [route for route in GUARDED if route.kind == "command"], ids=lambda r: r.name
)
def test_lets_in_whoever_holds_it(home: House, route: Route) -> None:
    ticket(home)
    chen = home.staff_ids["chen"]
    home.store.write_now(lambda session: people.grant(session, chen, Role.ADMIN, by="t", now=home.now))
    refused = {refusal("chen", role) for role in Role}
    told = home.hears("chen", f"/{route.name} 1 x")
    assert not any(line.partition(": ")[2] in refused for line in told)


@pytest.mark.parametrize("who", ["mei", "zhao"])
def test_text_below_a_card_needs_an_agent(home: House, who: str) -> None:
    number = ticket(home, "li")
    home.hears("wang", f"/take {number}")
    [card] = send_all(home)

    def show(session):  # type: ignore[no-untyped-def]  # a unit of the test
        session.get_one(OutboxRow, card.id).chat = CAST[who].address

    home.store.write_now(show)
    home.outgoing()
    home.hears(who, "hello", reply_to=card.provider_id)
    assert not [row for row in home.rows() if row.chat == CAST["li"].address and "hello" in row.body]


def test_a_revoked_role_is_gone_at_once(home: House) -> None:
    ticket(home)
    wang = home.staff_ids["wang"]
    home.store.write_now(lambda session: people.revoke(session, wang, Role.AGENT, by="t", now=home.now))
    assert home.hears("wang", "/take 1") == [f"{CAST['wang'].address}: {refusal('wang', Role.AGENT)}"]


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_command_has_words_for_menu_and_usage(language: str) -> None:
    known = catalogue.sentences(language)
    for route in ROUTES.of_kind("command"):
        assert f"command.{route.name}" in known, route.name
        needed = [taken for taken in route.takes.split() if not taken.endswith("?")]
        assert not needed or f"usage.{route.name}" in known, route.name


def test_a_supervisor_reads_the_strategy_and_loads_none(home: House) -> None:
    assert home.hears("chen", "/strategy") == [
        f"{CAST['chen'].address}: {catalogue.say('en', 'strategy.none')}"
    ]
    assert home.hears("chen", "/strategy load") == [
        f"{CAST['chen'].address}: {refusal('chen', Role.MARKETER)}"
    ]
    home.hears("zhao", "/strategy load")
    assert "version 1" in home.hears("chen", "/strategy")[0]
