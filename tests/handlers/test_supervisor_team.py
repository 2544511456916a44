"""/staff: what it shows, every change it makes, and what it refuses."""

from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from crm_store import skills
from crm_store import staff as people
from crm_store.models.staff import Audit
from crm_store.rules.roles import Role
from tests.factories import CAST, House
from tests.handlers.desk import desk, ticket
from tests.handlers.people import comes, hire, member, tick

CHEN, ZHAO = (CAST[who].address for who in ("chen", "zhao"))
WANG_PLAIN = "#1 Wang 王: agent · takes tickets by hand\n    0 of 5 tickets · no skills · any language"


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


@pytest.fixture
def admin(home: House) -> House:
    hire(home, "chen", Role.ADMIN)
    return home


def roles(at: House, who: str) -> frozenset[Role]:
    return at.store.read_now(lambda session: people.roles_of(session, at.staff_ids[who]))


def audited(at: House) -> list[tuple[str, str, dict[str, object]]]:
    rows = at.store.read_now(lambda session: session.scalars(sa.select(Audit).order_by(Audit.id)).all())
    return [(row.by, row.what, orjson.loads(row.detail)) for row in rows if row.by != "settings"]


class TestShowing:
    def test_lists_everyone_by_name(self, home: House) -> None:
        assert home.hears("chen", "/staff") == [
            f"{CHEN}: Who works here:\n"
            "#2 Chen 陈: supervisor · takes tickets by hand\n    0 of 5 tickets · no skills · any language\n"
            f"{WANG_PLAIN}\n"
            "#3 Zhao 赵: marketer"
        ]

    def test_shows_load_and_presence(self, home: House) -> None:
        comes(home, "wang")
        ticket(home)
        tick(home)
        [told] = home.hears("chen", "/staff wang")
        assert told == (
            f"{CHEN}: #1 Wang 王: agent · here since 2 Mar 09:00\n"
            "    1 of 5 tickets · no skills · any language"
        )
        home.hears("wang", "/away lunch")
        [told] = home.hears("chen", "/staff wang")
        assert "away since 2 Mar 09:00 (lunch)" in told

    @pytest.mark.parametrize("who", ["wang", "zhao", "mei"])
    def test_is_for_supervisors(self, home: House, who: str) -> None:
        [told] = home.hears(who, "/staff")
        assert "主管权限" in told


class TestRoles:
    def test_a_supervisor_makes_and_unmakes_agents(self, home: House) -> None:
        home.hears("chen", "/staff zhao role agent")
        assert roles(home, "zhao") == {Role.MARKETER, Role.AGENT}
        assert home.hears("zhao", "/queue") == [f"{ZHAO}: 没有待处理的工单，辛苦了！"]
        home.hears("chen", "/staff zhao -agent")
        assert roles(home, "zhao") == {Role.MARKETER}
        [told] = home.hears("zhao", "/queue")
        assert "客服权限" in told

    @pytest.mark.parametrize("words", ["role supervisor", "role admin", "role marketer", "-marketer"])
    def test_everything_else_is_for_admins(self, home: House, words: str) -> None:
        before = roles(home, "zhao")
        [told] = home.hears("chen", f"/staff zhao {words}")
        assert told.startswith(f"{CHEN}: That is for the admin role.")
        assert roles(home, "zhao") == before

    @pytest.mark.parametrize("words", ["role supervisor", "ROLE Supervisor", "角色 主管"])
    def test_an_admin_gives_any(self, admin: House, words: str) -> None:
        admin.hears("chen", f"/staff zhao {words}")
        assert Role.SUPERVISOR in roles(admin, "zhao")

    @pytest.mark.parametrize("words", ["-marketer", "-role marketer", "role -marketer", "－营销"])
    def test_a_minus_takes(self, admin: House, words: str) -> None:
        admin.hears("chen", f"/staff zhao {words}")
        assert roles(admin, "zhao") == frozenset()

    def test_the_last_admin_stays(self, admin: House) -> None:
        assert admin.hears("chen", "/staff chen -admin") == [
            f"{CHEN}: Chen 陈 is the last admin, and somebody has to be. "
            "Give someone else the admin role first."
        ]
        admin.hears("chen", "/staff zhao role admin")
        admin.hears("chen", "/staff chen -admin")
        assert roles(admin, "chen") == {Role.SUPERVISOR}

    def test_who_lost_every_role_can_be_taken_back(self, home: House) -> None:
        home.hears("chen", "/staff wang -agent")
        assert home.hears("chen", "/staff wang") == [f"{CHEN}: #1 Wang 王: no role"]
        home.hears("chen", "/staff wang role agent")
        assert roles(home, "wang") == {Role.AGENT}

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ("wang role agent", "Wang 王 has the agent role already."),
            ("zhao -agent", "Zhao 赵 does not have the agent role."),
            ("wang role agnet", "I do not know the role “agnet”. Did you mean agent?"),
            (
                "wang role king",
                "I do not know the role “king”. There are agent, supervisor, marketer and admin.",
            ),
            ("wnag role agent", "Nobody here is called “wnag”. Did you mean Wang?"),
            ("wang capacity many", "How many tickets at once? Send a number from 0 to 100."),
            ("wang capacity 101", "How many tickets at once? Send a number from 0 to 100."),
            ("wang languages fr", "I do not know the language “fr”. Send zh, en or both, or - for any."),
        ],
    )
    def test_wrong_words(self, home: House, words: str, told: str) -> None:
        assert home.hears("chen", f"/staff {words}") == [f"{CHEN}: {told}"]

    @pytest.mark.parametrize("what", ["role", "-role", "skills", "languages", "hours"])
    def test_a_missing_value_tells_the_usage(self, home: House, what: str) -> None:
        [told] = home.hears("chen", f"/staff wang {what}")
        assert told.startswith(f"{CHEN}: Send /staff for everyone,")

    def test_menus_follow_at_once(self, home: House) -> None:
        woken: list[frozenset[str]] = []
        home.store.on_commit = woken.append
        home.hears("chen", "/staff zhao role agent")
        assert any("staff" in reasons for reasons in woken)


class TestWhatTheyCan:
    @pytest.mark.parametrize("words", ["refund,VIP", "refund vip", "refund、vip", "#Refund，vip"])
    def test_skills_are_tags(self, home: House, words: str) -> None:
        [told] = home.hears("chen", f"/staff wang skills {words}")
        assert "refund, vip" in told
        assert home.store.read_now(skills.names) == ["refund", "vip"]

    def test_skills_are_replaced_and_taken(self, home: House) -> None:
        home.hears("chen", "/staff wang skills refund,vip")
        home.hears("chen", "/staff wang skills law")
        [told] = home.hears("chen", "/staff wang")
        assert "· law ·" in told
        [told] = home.hears("chen", "/staff wang skills -")
        assert "no skills" in told

    @pytest.mark.parametrize(("words", "told"), [("zh", "Chinese"), ("English 中文", "English, Chinese")])
    def test_languages(self, home: House, words: str, told: str) -> None:
        [shown] = home.hears("chen", f"/staff wang languages {words}")
        assert shown.endswith(f"· {told}")

    def test_capacity(self, home: House) -> None:
        home.hears("chen", "/staff wang capacity ８")
        assert member(home, "wang").capacity == 8

    def test_hours(self, home: House) -> None:
        [told] = home.hears("chen", "/staff wang hours mon-tue 9:00-18:00; sat 10:00-14:00")
        assert told.endswith("\n    works Mon 09:00-18:00, Tue 09:00-18:00, Sat 10:00-14:00")
        [told] = home.hears("chen", "/staff wang hours -")
        assert told == f"{CHEN}: {WANG_PLAIN}"

    def test_unreadable_hours_change_nothing(self, home: House) -> None:
        [told] = home.hears("chen", "/staff wang hours sometimes")
        assert told.startswith(f"{CHEN}: I cannot read “sometimes” as working hours.")

    def test_every_change_is_audited(self, admin: House) -> None:
        for words in ("skills vip", "languages zh", "capacity 8", "hours -", "role marketer", "-marketer"):
            admin.hears("chen", f"/staff wang {words}")
        by = f"staff:{admin.staff_ids['chen']}"
        assert audited(admin)[-6:] == [
            (by, "staff.skills", {"value": ["vip"]}),
            (by, "staff.languages", {"value": ["zh"]}),
            (by, "staff.capacity", {"value": 8}),
            (by, "staff.hours", {"value": "-"}),
            (by, "role.granted", {"role": "marketer"}),
            (by, "role.revoked", {"role": "marketer"}),
        ]

    def test_a_new_skill_brings_what_waits_for_it(self, home: House) -> None:
        comes(home, "wang")
        home.hears("chen", "/staff zhao skills refund")
        number = ticket(home)
        home.hears("chen", f"/tag {number} refund")
        assert tick(home) == []
        home.hears("chen", "/staff wang skills refund")
        tick(home)
        [told] = home.hears("chen", "/staff wang")
        assert "1 of 5 tickets" in told
