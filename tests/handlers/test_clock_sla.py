"""The ladder of deadlines: who hears, in which words, how often."""

from pathlib import Path

import sqlalchemy as sa

from crm_store.models.sla import SlaNotice, TicketClock
from tests.crm_store.test_deadlines import opened
from tests.factories import STAFF_GROUP
from tests.handlers.clockwork import CHEN, WANG, open_house, strike
from tests.handlers.desk import get, log, send_all

QUESTION = "Where is my order 1042?"
WARNED = "⏰ #1 Li 李: the first answer is due 2 Mar 13:00, 48 min from now. Owner: {}"
BREACHED = "🔴 #1 Li 李: the first answer was due 2 Mar 13:00, 0 min ago. Owner: {}"


def test_the_owner_then_the_team_then_the_supervisors_each_once(tmp_path: Path, store_url: str) -> None:
    home = open_house(tmp_path, group=False, url=store_url)
    home.hears("li", QUESTION)
    home.hears("wang", "/take 1")
    assert strike(home, "sla", hours=3, minutes=11, seconds=59) == []
    owner = "Wang 王"
    [warned] = strike(home, "sla", seconds=1)
    assert warned.startswith(f"{WANG}: ⏰ #1 Li 李：首次回复时限是 3月2日 13:00，还有 48 分钟。")
    assert strike(home, "sla", minutes=1) == []
    told = strike(home, "sla", minutes=47)
    assert {line.partition(":")[0] for line in told} == {WANG, CHEN}
    assert f"{CHEN}: {BREACHED.format(owner)}" in told
    assert strike(home, "sla", hours=1, minutes=59) == []
    [escalated] = strike(home, "sla", minutes=1)
    assert escalated == (
        f"{CHEN}: 🚨 #1 Li 李: the first answer was due 2 Mar 13:00 and is 2 h late. "
        f"Owner: {owner}. Please step in."
    )
    assert strike(home, "sla", days=1) == []
    kinds = [kind for kind, _ in log(home, 1)]
    assert [kind for kind in kinds if kind in {"warned", "breached", "escalated"}] == [
        "warned",
        "breached",
        "escalated",
    ]
    home.store.close()


def test_nobody_owns_it_so_the_team_is_warned_with_a_button(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("li", QUESTION)
    assert strike(home, "sla", hours=3, minutes=12) == [f"{STAFF_GROUP}: {WARNED.format('nobody yet')}"]
    assert ("Take #1", "v1:take:1:0") in home.buttons()


def test_a_late_look_leaves_the_warning_out(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("li", QUESTION)
    told = strike(home, "sla", hours=4)
    assert told == [f"{STAFF_GROUP}: {BREACHED.format('nobody yet')}"]


def test_an_answer_ends_it_and_the_next_message_begins_anew(tmp_path: Path) -> None:
    home = open_house(tmp_path, group=False)
    home.hears("li", QUESTION)
    home.hears("wang", "/reply 1 It leaves today.")
    assert strike(home, "sla", hours=8) == []
    for due in ("2 Mar 21:00", "3 Mar 01:00"):
        home.hears("li", "And when does it arrive?")
        home.hears("li", "Hello?")
        told = strike(home, "sla", hours=4)
        assert f"{CHEN}: 🔴 #1 Li 李: the next answer was due {due}, 0 min ago. Owner: Wang 王" in told
        assert len(told) == 2
        send_all(home)
        home.hears("wang", "/reply 1 On Thursday.", id="99999")  # below what was shown
        assert strike(home, "sla") == []
    count = home.store.read_now(lambda session: session.scalar(sa.select(sa.func.count(SlaNotice.id))))
    assert count == 2


def test_what_is_resolved_is_let_be_and_looked_at_no_more(tmp_path: Path) -> None:
    home = open_house(tmp_path, group=False)
    home.hears("li", QUESTION)
    home.hears("wang", "/resolve 1")
    assert strike(home, "sla", days=10) == []
    assert home.store.read_now(lambda session: session.scalar(sa.select(TicketClock.look))) is None
    assert get(home, 1).resolution_due is not None


def test_a_crowd_is_told_in_several_turns(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    for _ in range(45):
        home.store.write_now(lambda session: opened(session, home.inbox_id, at=home.now))
    assert len(strike(home, "sla", hours=4)) == 45
    assert strike(home, "sla") == []
