"""Merging two tickets into one, parting them again, and where late words and buttons go."""

from pathlib import Path

import pytest

from crm_store.models.outbox import ThreadState
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind, Priority, Status
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.desk import desk, get, log, said, send_all, threads, ticket

MEI, LI, WANG, CHEN = (CAST[who].address for who in ("mei", "li", "wang", "chen"))


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


@pytest.fixture
def group(tmp_path: Path) -> House:
    return desk(tmp_path, group=True)


def change(at: House, number: int, **columns: object) -> None:
    def unit(session):  # type: ignore[no-untyped-def]  # a unit of the test
        for name, value in columns.items():
            setattr(session.get_one(Ticket, number), name, value)

    at.store.write_now(unit)


def test_one_goes_into_the_other(home: House) -> None:
    first = ticket(home, words="Where is it?")
    second = ticket(home, words="Hello?")
    [told] = home.hears("chen", f"/merge {second} {first}")
    assert told.startswith(f"{CHEN}: #2 is now part of #1. /unmerge 2 parts them again until 9 Mar 09:00.")
    assert [words for _, words in said(home, first)] == ["Where is it?", "Hello?"]
    gone = get(home, second)
    assert (gone.status, gone.merged_into) == (Status.MERGED, first)
    assert log(home, second)[-1] == ("merged", {"into": first})
    kind, detail = log(home, first)[-1]
    assert (kind, detail["source"], detail["messages"]) == ("absorbed", second, 1)


def test_the_stricter_of_everything_counts(home: House) -> None:
    first = ticket(home)
    home.passes(hours=1)
    second = ticket(home, kind=Kind.COMPLAINT)
    change(home, second, priority=Priority.URGENT)
    home.hears("chen", f"/merge {first} {second}")
    kept = get(home, second)
    assert (kept.kind, kept.priority) == (Kind.COMPLAINT, Priority.URGENT)
    assert kept.opened == get(home, first).opened


@pytest.mark.parametrize("how", ["/unmerge 2", "/undo", "/unmerge 1"])
def test_parting_gives_both_back(home: House, how: str) -> None:
    first, second = ticket(home), ticket(home, words="Hello?")
    before = [get(home, number) for number in (first, second)]
    home.hears("chen", f"/merge {second} {first}")
    home.passes(days=6)
    home.hears("chen", how)
    for was in before:
        now = get(home, was.id)
        for column in Ticket.__table__.columns:
            assert getattr(now, column.name) == getattr(was, column.name), column.name
    assert said(home, second) == [("inbound", "Hello?")]


def test_what_came_since_stays(home: House) -> None:
    first, second = ticket(home), ticket(home, words="Hello?")
    home.hears("wang", f"/merge {second} {first}")
    home.hears("wang", f"/reply {first} 马上处理")
    home.hears("wang", f"/unmerge {second}")
    assert said(home, second) == [("inbound", "Hello?")]
    assert said(home, first)[-1] == ("outbound", "马上处理")
    assert get(home, second).assignee_id is None
    assert get(home, first).assignee_id == home.staff_ids["wang"]


def test_after_a_week_it_stays(home: House) -> None:
    first, second = ticket(home), ticket(home)
    home.hears("chen", f"/merge {second} {first}")
    home.passes(days=7, seconds=1)
    assert home.hears("chen", f"/unmerge {second}") == [
        f"{CHEN}: #2 was merged more than 7 days ago and stays where it is. Send /split to take messages out."
    ]


def test_chains_lead_to_the_end(home: House) -> None:
    one, two, three = ticket(home), ticket(home), ticket(home)
    home.hears("wang", f"/merge {one} {two}")
    home.hears("wang", f"/merge {two} {three}")
    told = home.hears("wang", f"/reply {one} 您好")
    assert {f"{MEI}: 您好", f"{WANG}: #1 已并入 #3，本次操作按 #3 处理。"} <= set(told)
    assert said(home, three)[-1] == ("outbound", "您好")
    assert home.hears("chen", f"/unmerge {one}") == [
        f"{CHEN}: #2 has itself gone into #3 since. Send /unmerge 2 first, then /unmerge 1."
    ]
    [refused] = home.hears("chen", f"/merge {three} {one}")
    assert refused.startswith(f"{CHEN}: #1 is part of #3 already, so #3 cannot go into it.")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/merge 1 1", "#1 cannot be merged into itself. Send /merge SOURCE TARGET with two numbers."),
        ("/merge 1 99", "There is no ticket 99."),
        ("/merge 1", "Which into which? Send /merge SOURCE TARGET"),
        ("/merge soon", "Which into which? Send /merge SOURCE TARGET"),
        ("/unmerge 1", "#1 was not merged, so there is nothing to part."),
        ("/undo", "There is nothing of yours to undo."),
        ("/undo soon", "Send /undo to take back your last action"),
    ],
)  # fmt: skip
def test_wrong_use(home: House, text: str, told: str) -> None:
    ticket(home)
    [answer] = home.hears("chen", text)
    assert answer.startswith(f"{CHEN}: {told}")


def test_closed_and_merged_ones_stay(home: House) -> None:
    one, two = ticket(home), ticket(home)
    home.hears("chen", f"/resolve {one}")
    change(home, one, status=Status.CLOSED)
    home.outgoing()
    assert home.hears("chen", f"/merge {one} {two}") == [
        f"{CHEN}: #1 is closed, so it stays as it is and cannot be merged."
    ]
    [told] = home.hears("chen", f"/merge {two} {one}")
    assert told.startswith(f"{CHEN}: #1 is closed, so open work would vanish in it.")


def test_two_customers_need_a_supervisor(home: House) -> None:
    mei, li = ticket(home), ticket(home, "li", words="Me too")
    [told] = home.hears("wang", f"/merge {li} {mei}")
    assert told == f"{WANG}: #2 来自 Li 李，#1 来自 Mei 梅。只有主管可以合并不同客户的工单。"
    home.hears("chen", f"/merge {li} {mei}")
    home.hears("li", "And now?")
    assert said(home, mei)[-1] == ("inbound", "And now?")


def test_a_colleagues_ticket_is_refused(home: House) -> None:
    one, two = ticket(home), ticket(home)
    home.hears("chen", f"/take {one}")
    [told] = home.hears("wang", f"/merge {one} {two}")
    assert told == f"{WANG}: #1 正由 Chen 陈 处理，只有 Chen 陈 本人或主管可以合并或拆回。"


def test_what_the_customer_adds_goes_to_the_target(home: House) -> None:
    one, two = ticket(home), ticket(home)
    home.hears("wang", f"/merge {two} {one}")
    home.hears("mei", "还在吗？")
    assert said(home, one)[-1] == ("inbound", "还在吗？")
    told = home.presses("mei", f"v1:human:{two}:0")
    assert any("#1" in line for line in told)


def test_the_planned_question_comes_back_with_the_ticket(home: House) -> None:
    from dataclasses import replace
    from datetime import timedelta

    from tests.handlers.customers import look

    home.desk = replace(home.desk, survey_delay=timedelta(hours=1))
    one, two = ticket(home), ticket(home)
    home.hears("chen", f"/reply {two} ok")
    home.hears("chen", f"/resolve {two}")
    planned = look(home, _surveys)
    home.hears("chen", f"/merge {two} {one}")
    assert {state for _, state in look(home, _surveys)} == {"cancelled"}
    home.hears("chen", f"/unmerge {two}")
    assert look(home, _surveys) == planned
    assert get(home, two).status == Status.RESOLVED


def _surveys(session):  # type: ignore[no-untyped-def]  # a query of the test
    import sqlalchemy as sa

    from crm_store.models.survey import Survey

    return [(one.id, one.state) for one in session.scalars(sa.select(Survey).order_by(Survey.id))]


class TestTopics:
    def test_the_source_says_where_it_went_and_is_closed(self, group: House) -> None:
        one, two = ticket(group), ticket(group, words="Hello?")
        for number in (one, two):
            group.hears("wang", f"/take {number}", group=True)
        send_all(group)
        topic = {thread.ticket_id: str(thread.provider_id) for thread in threads(group)}
        group.outgoing()
        told = group.hears("wang", f"/merge {one}", group=True, thread=topic[two])
        assert any("#2 is now part of #1." in line for line in told)
        assert any("Wang 王 merged #2 into this ticket" in line and "Hello?" in line for line in told)
        assert {thread.ticket_id: thread.state for thread in threads(group)}[two] == ThreadState.CLOSED
        send_all(group)
        told = group.hears("wang", "On its way", group=True, thread=topic[two], id="99999")
        assert f"{MEI}: On its way" in told
        assert f"{STAFF_GROUP}: #2 is part of #1 now, so this is about #1." in told
        assert said(group, one)[-1] == ("outbound", "On its way")

    def test_a_note_in_the_source_stays_inside(self, group: House) -> None:
        one, two = ticket(group), ticket(group)
        group.hears("wang", f"/take {two}", group=True)
        send_all(group)
        topic = str(threads(group)[0].provider_id)
        group.hears("wang", f"/note {two} keep this inside")
        group.hears("wang", f"/merge {one}", group=True, thread=topic)
        group.hears("wang", "// and this", group=True, thread=topic)
        group.hears("wang", f"/unmerge {two}", group=True)
        assert not [row for row in group.rows() if row.chat == MEI and "inside" in row.body]
        assert ("note", "and this") in said(group, one)
        assert ("note", "keep this inside") in said(group, two)

    def test_what_came_along_counts_as_read_in_the_topic(self, group: House) -> None:
        one, two = ticket(group), ticket(group, words="Hello?")
        group.hears("wang", f"/take {one}", group=True)
        send_all(group)
        topic = str(threads(group)[0].provider_id)
        group.hears("chen", f"/merge {two} {one}")
        send_all(group)
        group.outgoing()
        group.passes(minutes=1)
        assert f"{MEI}: On its way" in group.hears("wang", "On its way", group=True, thread=topic, id="99999")
