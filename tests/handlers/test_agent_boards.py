"""What staff see of a ticket stays true: its card in the topic, the digest's lines, old buttons."""

from pathlib import Path

import pytest

from crm_store.models.outbox import Action, OutboxRow
from crm_store.rules.lifecycle import Kind
from handlers.context import TickContext
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.desk import body, desk, get, send_all, threads, ticket

WANG, CHEN, MEI = (CAST[who].address for who in ("wang", "chen", "mei"))
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


@pytest.fixture
def group(tmp_path: Path) -> House:
    return desk(tmp_path, group=True)


def spare(at: House) -> int:
    """Open a ticket with a topic that nobody has taken yet."""
    number = ticket(at)
    turn(at, "threads")
    send_all(at)
    at.outgoing()
    return number


def turn(at: House, name: str) -> None:
    route = at.routes.named("tick", name)
    assert route is not None
    at.store.write_now(lambda session: bool(route.run(TickContext(session, at.now, at.desk, at.inbox_id))))


def edits(at: House) -> list[OutboxRow]:
    return [row for row in at.rows() if row.action == Action.EDIT and row.thread_id is not None]


def head(row: OutboxRow) -> str:
    return str(body(row)["text"]).partition("\n\n")[0]


def keys(row: OutboxRow) -> list[str]:
    rows = body(row)["buttons"]
    assert isinstance(rows, list)
    return [label for line in rows for label, _ in line]


class TestCard:
    @pytest.mark.parametrize(
        ("language", "told", "key"),
        [("zh", "负责人：Wang 王", "标记已解决"), ("en", "Owner: Wang 王", "Resolve")],
    )
    @pytest.mark.parametrize("in_group", [True, False])
    def test_shows_the_owner_wherever_it_was_taken(
        self, tmp_path: Path, language: str, told: str, key: str, in_group: bool
    ) -> None:
        at = desk(tmp_path, group=True, language=language)
        number = spare(at)
        at.hears("wang", f"/take {number}", group=in_group)
        [edit] = edits(at)
        assert told in head(edit)
        assert keys(edit) == [key]
        assert "Where is my order?" in str(body(edit)["text"])

    def test_is_edited_at_most_every_15_seconds(self, group: House) -> None:
        number = spare(group)
        group.hears("wang", f"/take {number}")
        send_all(group)
        group.passes(seconds=5)
        group.hears("wang", f"/resolve {number}")
        assert len(edits(group)) == 1
        group.passes(seconds=9)
        turn(group, "cards")
        assert len(edits(group)) == 1
        group.passes(seconds=1)
        turn(group, "cards")
        assert "resolved" in head(edits(group)[1])
        assert keys(edits(group)[1]) == ["Reopen"]
        turn(group, "cards")
        assert len(edits(group)) == 2

    def test_many_changes_before_it_goes_out_are_one_edit(self, group: House) -> None:
        number = spare(group)
        group.hears("wang", f"/resolve {number} It ships today")
        [edit] = edits(group)
        assert "resolved" in head(edit)

    def test_is_open_again_when_the_customer_writes(self, group: House) -> None:
        number = spare(group)
        group.hears("wang", f"/resolve {number}")
        send_all(group)
        group.passes(minutes=1)
        group.hears("mei", "still not here")
        assert "· open ·" in head(edits(group)[-1])
        assert keys(edits(group)[-1]) == ["Resolve"]

    def test_what_changes_nothing_there_is_no_edit(self, group: House) -> None:
        number = spare(group)
        group.hears("wang", f"/reply {number} one moment")
        send_all(group)
        group.passes(minutes=1)
        before = len(edits(group))
        group.hears("wang", f"/reply {number} it ships today")
        assert len(edits(group)) == before

    def test_tells_what_it_follows(self, group: House) -> None:
        group.hears("mei", "Where is my order?")
        group.hears("wang", "/resolve 1")
        group.passes(days=9)
        group.hears("mei", "Do you sell trays?")
        group.hears("wang", "/take 2", group=True)
        [card] = [
            row
            for row in send_all(group)
            if row.action == Action.SEND and row.thread_id == threads(group)[-1].id
        ]
        assert head(card).endswith("Follows #1, which is resolved")


class TestDigest:
    def announced(self, at: House) -> None:
        at.hears("mei", "/ask Where is my order?")
        at.hears("li", "/ask Do you sell trays?")
        send_all(at)

    def digests(self, at: House) -> list[dict[str, object]]:
        rows = [row for row in at.rows() if row.action == Action.EDIT and row.thread_id is None]
        return [body(row) for row in rows if row.chat == STAFF_GROUP]

    @LANGUAGES
    def test_a_ticket_taken_in_private_loses_its_button(self, tmp_path: Path, language: str) -> None:
        at = desk(tmp_path, group=True, language=language)
        self.announced(at)
        at.hears("wang", "/take 1")
        [shown] = self.digests(at)
        first, second = str(shown["text"]).splitlines()
        assert first.endswith("✔ Wang 王")
        assert "✔" not in second
        assert [[data for _, data in row] for row in shown["buttons"]] == [["v1:take:2:0"]]  # type: ignore[attr-defined]

    def test_one_taken_before_the_digest_goes_out_has_none(self, group: House) -> None:
        group.hears("mei", "/ask Where is my order?")
        group.hears("wang", "/take 1")
        [line] = [row for row in send_all(group) if row.combinable]
        assert str(body(line)["text"]).endswith("✔ Wang 王")
        assert "buttons" not in body(line)

    def test_lines_in_private_chats_too(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        self.announced(at)
        at.hears("wang", "/take 1")
        shown = {row.chat for row in at.rows() if row.action == Action.EDIT and "✔ Wang 王" in row.body}
        assert shown == {WANG, CHEN}


class TestOldTake:
    def test_tells_an_agent_who_has_it(self, group: House) -> None:
        number = ticket(group)
        group.hears("chen", f"/take {number}")
        group.outgoing()
        assert group.presses("wang", f"v1:take:{number}:0", group=True) == [
            f"{STAFF_GROUP}: Chen 陈 has taken #1 already. To help, keep a note with /note 1 TEXT."
        ]

    @pytest.mark.parametrize(
        ("language", "told"), [("zh", "#1 已由 Wang 王 接手"), ("en", "Wang 王 has taken #1")]
    )
    def test_takes_nothing_from_its_owner(self, tmp_path: Path, language: str, told: str) -> None:
        at = desk(tmp_path, group=True, language=language)
        number = ticket(at, kind=Kind.COMPLAINT)
        at.hears("wang", f"/take {number}")
        at.outgoing()
        [answer] = at.presses("chen", f"v1:take:{number}:0", group=True)
        assert answer.startswith(f"{STAFF_GROUP}: {told}")
        assert "/take 1" in answer
        assert get(at, number).assignee_id == at.staff_ids["wang"]


class TestLanguage:
    @pytest.mark.parametrize(("language", "told"), [("zh", "没有找到工单 9"), ("en", "There is no ticket 9")])
    @pytest.mark.parametrize("who", ["wang", "chen"])
    def test_of_the_group_is_the_houses(self, tmp_path: Path, language: str, told: str, who: str) -> None:
        at = desk(tmp_path, group=True, language=language)
        [answer] = at.hears(who, "/take 9", group=True)
        assert told in answer

    def test_of_a_private_chat_is_the_persons(self, tmp_path: Path) -> None:
        at = desk(tmp_path, group=True, language="en")
        assert "没有找到工单 9" in at.hears("wang", "/take 9")[0]

    @pytest.mark.parametrize(("language", "told"), [("zh", "已接手"), ("en", "has taken")])
    def test_of_a_topic_is_the_houses_when_it_was_taken_in_private(
        self, tmp_path: Path, language: str, told: str
    ) -> None:
        at = desk(tmp_path, group=True, language=language)
        spare(at)
        at.hears("wang", "/take 1")
        said = [
            str(body(row).get("text")) for row in at.rows() if row.thread_id and row.action == Action.SEND
        ]
        assert told in said[-1]

    def test_is_changed_in_private(self, group: House) -> None:
        assert group.hears("wang", "/language en", group=True) == [
            f"{STAFF_GROUP}: Please write to me in our private chat for that."
        ]
