"""Giving tickets to somebody else: who may, to whom, with what, and every way it can be wrong."""

from pathlib import Path

import pytest

from crm_store.models.conversation import Direction
from crm_store.rules.lifecycle import Priority, Status
from crm_store.rules.roles import Role
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.desk import desk, get, log, said, send_all, threads, ticket
from tests.handlers.people import comes, hire, tick

MEI, WANG, CHEN, ZHAO = (CAST[who].address for who in ("mei", "wang", "chen", "zhao"))


@pytest.fixture
def home(tmp_path: Path) -> House:
    built = desk(tmp_path)
    hire(built, "zhao")
    ticket(built)
    return built


def owner(at: House, number: int = 1) -> str | None:
    names = {id_: who for who, id_ in at.staff_ids.items()}
    found = get(at, number).assignee_id
    return None if found is None else names[found]


class TestAssign:
    def test_the_new_owner_gets_card_and_history(self, home: House) -> None:
        home.hears("wang", "/note 1 checked the depot")
        told = home.hears("wang", "/assign 1 zhao")
        assert told[0].startswith(f"{ZHAO}: ❓ Wang 王 把 #1 分配给了您。Mei 梅：Where is my order?")
        assert "09:00 Wang 王（备注）：checked the depot" in told[0]
        assert told[1] == f"{WANG}: #1 现在由 Zhao 赵 负责。"
        assert owner(home) == "zhao"
        ids = home.staff_ids
        assert log(home, 1)[-1] == ("assigned", {"to": ids["zhao"], "reason": "assigned"})

    @pytest.mark.parametrize("name", ["zhao", "Zhao 赵", "赵", "zh", "@zhao", "#3", "3", "203"])
    def test_a_colleague_is_known_by_many_names(self, home: House, name: str) -> None:
        home.hears("wang", f"/assign 1 {name}")
        assert owner(home) == "zhao"

    @pytest.mark.parametrize("word", ["me", "我", "自己"])
    def test_whoever_says_me_is_meant(self, home: House, word: str) -> None:
        home.hears("wang", f"/assign 1 {word}")
        assert owner(home) == "wang"

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("/assign 1 zaho", "Nobody here is called “zaho”. Did you mean Zhao?"),
            ("/assign 1 nobody", "Nobody here is called “nobody”."),
            ("/assign 1 li", "Nobody here is called “li”."),
            (
                "/assign 1",
                "Which ticket, and to whom? Send /assign NUMBER NAME, for example /assign 12 Wang.",
            ),
            ("/assign 9 zhao", "There is no ticket 9. Check the number and try again."),
        ],
    )
    def test_wrong_words(self, home: House, text: str, told: str) -> None:
        assert home.hears("chen", text) == [f"{CHEN}: {told}"]

    def test_several_who_may_be_meant_are_listed(self, home: House) -> None:
        from crm_store import staff

        home.store.write_now(lambda session: staff.rename(session, home.staff_ids["zhao"], "Wang Fang"))
        assert home.hears("chen", "/assign 1 wang") == [
            f"{CHEN}: “wang” may be several people: Wang Fang (#3), Wang 王 (#1). Please use the number."
        ]

    def test_whoever_holds_no_role_for_it_is_refused(self, tmp_path: Path) -> None:
        built = desk(tmp_path)
        ticket(built)
        assert built.hears("chen", "/assign 1 zhao") == [
            f"{CHEN}: Zhao 赵 is not an agent and cannot look after tickets."
        ]

    def test_an_agent_gives_away_only_own_tickets(self, home: House) -> None:
        home.hears("chen", "/take 1")
        assert home.hears("wang", "/assign 1 zhao") == [
            f"{WANG}: #1 由 Chen 陈 负责，只有 Chen 陈 本人或主管才能转交。"
        ]
        assert owner(home) == "chen"

    def test_a_supervisor_gives_away_any(self, home: House) -> None:
        home.hears("wang", "/take 1")
        home.hears("chen", "/assign 1 zhao")
        assert owner(home) == "zhao"

    def test_what_they_have_already_is_told(self, home: House) -> None:
        home.hears("wang", "/take 1")
        assert home.hears("chen", "/assign 1 wang") == [f"{CHEN}: Wang 王 has #1 already."]

    def test_a_resolved_one_is_refused(self, home: House) -> None:
        home.hears("wang", "/resolve 1")
        [told] = home.hears("chen", "/assign 1 zhao")
        assert told.startswith(f"{CHEN}: #1 is already resolved.")

    def test_it_can_be_undone(self, home: House) -> None:
        home.hears("wang", "/take 1")
        home.hears("wang", "/assign 1 zhao")
        home.hears("wang", "/undo")
        assert owner(home) == "wang"

    def test_oneself_is_told_only_once(self, home: House) -> None:
        assert home.hears("wang", "/assign 1 wang") == [f"{WANG}: #1 现在由 Wang 王 负责。"]


class TestAway:
    def test_is_warned_of_with_a_button(self, home: House) -> None:
        comes(home, "zhao")
        home.hears("zhao", "/away 午饭")
        assert home.hears("chen", "/assign 1 zhao") == [
            f"{CHEN}: Zhao 赵 has been away since 2 Mar 09:00 (午饭). "
            "#1 stays as it is unless you hand it over all the same."
        ]
        assert owner(home) is None
        [(label, button)] = home.buttons()
        assert label == "Hand it over anyway"
        home.presses("chen", button)
        assert owner(home) == "zhao"

    def test_the_button_is_checked_like_the_command(self, home: House) -> None:
        home.hears("chen", "/take 1")
        home.presses("wang", f"v1:assign_anyway:1-{home.staff_ids['zhao']}:0")
        assert owner(home) == "chen"

    def test_whoever_takes_by_hand_is_not_away(self, home: House) -> None:
        home.hears("chen", "/assign 1 zhao")
        assert owner(home) == "zhao"


class TestTransfer:
    def test_the_note_goes_with_it_and_never_to_the_customer(self, home: House) -> None:
        told = home.hears("wang", "/transfer 1 zhao please check the amount")
        assert any(
            line.startswith(f"{ZHAO}: ❓ Wang 王 把 #1 转交给了您。")
            and "备注：please check the amount" in line
            for line in told
        )
        assert said(home, 1)[-1] == (Direction.NOTE, "please check the amount")
        assert not any(line.startswith(f"{MEI}: ") for line in told)
        assert [kind for kind, _ in log(home, 1)] == ["opened", "noted", "assigned"]

    def test_a_name_of_two_words_leaves_the_note_whole(self, home: House) -> None:
        home.hears("wang", "/transfer 1 Zhao 赵 second look")
        assert (owner(home), said(home, 1)[-1][1]) == ("zhao", "second look")

    def test_without_a_note_nothing_is_noted(self, home: House) -> None:
        home.hears("wang", "/transfer 1 zhao")
        assert [kind for kind, _ in log(home, 1)] == ["opened", "assigned"]

    def test_a_skill_finds_whoever_has_it_and_room(self, home: House) -> None:
        home.hears("chen", "/staff zhao skills refund")
        comes(home, "zhao")
        home.hears("wang", "/take 1")
        home.hears("wang", "/transfer 1 refund check the amount")
        assert owner(home) == "zhao"
        assert ("tagged", {"tag": "refund"}) in log(home, 1)
        assert log(home, 1)[-1][1]["skill"] == "refund"
        [told] = home.hears("chen", "/why 1")
        assert (
            "Wang 王 handed it over to someone with the right skill, Zhao 赵 (nobody else could take it"
            in told
        )

    def test_with_nobody_there_it_waits_for_the_skill(self, home: House) -> None:
        home.hears("chen", "/staff zhao skills refund")
        comes(home, "wang")
        tick(home)
        told = home.hears("wang", "/transfer 1 refund")
        assert told[-1] == f"{WANG}: 目前没有具备“refund”技能且有余力的同事，#1 在队列中等待。"
        assert owner(home) is None
        comes(home, "zhao")
        tick(home)
        assert owner(home) == "zhao"

    def test_neither_name_nor_skill_is_told(self, home: House) -> None:
        home.hears("chen", "/staff zhao skills refund")
        [told] = home.hears("chen", "/transfer 1 refnud please")
        assert told == f"{CHEN}: Nobody here is called “refnud”. Did you mean refund?"
        assert said(home, 1)[-1][0] == Direction.INBOUND


class TestTakingBack:
    def test_a_take_goes_back_to_the_queue(self, home: House) -> None:
        home.hears("wang", "/take 1")
        home.hears("wang", "/undo")
        assert (owner(home), get(home, 1).status) == (None, Status.NEW)

    def test_what_was_taken_over_goes_back_to_its_owner(self, home: House) -> None:
        home.hears("wang", "/take 1")
        home.hears("chen", "/take 1")
        home.hears("chen", "/undo")
        assert owner(home) == "wang"

    def test_after_an_hour_it_stays(self, home: House) -> None:
        home.hears("wang", "/take 1")
        home.passes(hours=1, seconds=1)
        home.hears("wang", "/undo")
        assert owner(home) == "wang"


class TestByMacro:
    @pytest.fixture
    def taught(self, home: House) -> House:
        home.hears("chen", "/macro edit pass steps assign zhao; priority high")
        return home

    def run(self, at: House) -> list[str]:
        at.hears("chen", "/macro 1 pass")
        return at.presses("chen", at.buttons()[-1][1])

    def test_a_step_gives_the_ticket_away(self, taught: House) -> None:
        told = self.run(taught)
        assert owner(taught) == "zhao"
        assert any(line.startswith(f"{ZHAO}: ❓ Chen 陈 把 #1 分配给了您。") for line in told)

    def test_someone_away_leaves_everything_as_it_was(self, taught: House) -> None:
        comes(taught, "zhao")
        taught.hears("zhao", "/away")
        [told] = self.run(taught)
        assert "Zhao 赵 is away and gets no tickets by a macro." in told
        assert (owner(taught), get(taught, 1).priority) == (None, Priority.NORMAL)


class TestInTheGroup:
    @pytest.fixture
    def group(self, tmp_path: Path) -> House:
        built = desk(tmp_path, group=True)
        hire(built, "zhao", Role.AGENT)
        ticket(built)
        built.hears("wang", "/take 1", group=True)
        send_all(built)
        built.outgoing()
        return built

    def test_the_topic_tells_everyone_and_a_line_the_new_owner(self, group: House) -> None:
        thread = str(threads(group)[0].provider_id)
        told = group.hears("wang", "/transfer zhao over to you", group=True, thread=thread)
        assert f"{STAFF_GROUP}: Wang 王 handed #1 over to Zhao 赵.\nNote: over to you" in told
        assert any(line.startswith(f"{ZHAO}: ❓ Wang 王 把 #1 转交给了您。") for line in told)
        assert not any("#1 现在由" in line for line in told)

    def test_the_card_shows_the_new_owner(self, group: House) -> None:
        group.passes(minutes=1)
        told = group.hears("chen", "/assign 1 zhao")
        assert any("Owner: Zhao 赵" in line for line in told)
