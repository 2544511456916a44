"""Invitations: signed, for one person, for a week; and every way they can be wrong."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store import customers
from crm_store import staff as people
from crm_store.models.staff import Audit, Invitation
from crm_store.rules.roles import Role
from tests.factories import CAST, House
from tests.handlers.desk import desk, ticket

MEI, LI, WANG, CHEN = (CAST[who].address for who in ("mei", "li", "wang", "chen"))


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


def invited(home: House, role: str, by: str = "chen") -> str:
    [told] = home.hears(by, f"/invite {role}")
    found = re.search(r"https://t\.me/hearwell_bot\?start=(\S+)", told)
    assert found is not None
    return found[1]


def roles(home: House, who: str) -> set[Role]:
    member = home.store.read_now(
        lambda session: customers.sender(session, home.inbox_id, CAST[who].address).staff
    )
    return set() if member is None else set(member.roles)


def promote(home: House, who: str, role: Role) -> None:
    home.store.write_now(
        lambda session: people.grant(session, home.staff_ids[who], role, by="test", now=home.now)
    )


class TestRedeeming:
    @pytest.mark.parametrize(
        ("who", "welcome"),
        [
            ("mei", ["欢迎加入，Mei 梅！", "客服：/queue 查看待处理的工单"]),
            ("li", ["Welcome to the team, Li 李!", "As an agent: /queue shows what waits"]),
        ],
    )
    def test_gives_the_role_and_greets_by_it(self, home: House, who: str, welcome: list[str]) -> None:
        ticket(home, "li" if who == "mei" else "mei")
        payload = invited(home, "agent")
        [told] = home.hears(who, f"/start {payload}")
        assert all(words in told for words in welcome)
        assert roles(home, who) == {Role.AGENT}
        assert "#1" in home.hears(who, "/queue")[0]

    def test_the_payload_fits_a_deep_link(self, home: House) -> None:
        assert re.fullmatch(r"inv_[A-Za-z0-9_-]{1,60}", invited(home, "agent"))

    def test_only_a_digest_is_kept(self, home: House) -> None:
        payload = invited(home, "agent")
        [kept] = home.store.read_now(lambda session: session.scalars(sa.select(Invitation)).all())
        assert payload.removeprefix("inv_") not in str(vars(kept))

    def test_two_made_in_the_same_instant_differ(self, home: House) -> None:
        assert invited(home, "agent") != invited(home, "agent")

    @pytest.mark.parametrize(
        ("who", "told"),
        [
            ("mei", "这个邀请链接已被使用，每个链接只能用一次，请重新索取。"),
            ("li", "That invitation was used already; each works once. Ask for a new one."),
        ],
    )
    def test_works_once(self, home: House, who: str, told: str) -> None:
        payload = invited(home, "agent")
        home.hears("zhao", f"/start {payload}")
        assert home.hears(who, f"/start {payload}") == [f"{CAST[who].address}: {told}"]
        assert roles(home, who) == set()

    @pytest.mark.parametrize(
        ("who", "told"),
        [
            ("mei", "这个邀请链接已过期，请重新索取。"),
            ("li", "That invitation has expired. Ask for a new one."),
        ],
    )
    def test_expires_after_a_week(self, home: House, who: str, told: str) -> None:
        payload = invited(home, "agent")
        home.passes(days=7)
        assert home.hears(who, f"/start {payload}") == [f"{CAST[who].address}: {told}"]
        assert roles(home, who) == set()

    @pytest.mark.parametrize("change", ["x", "A", "inv_", "inv_🙂", "short", "longer"])
    @pytest.mark.parametrize(
        ("who", "told"),
        [
            ("mei", "这个邀请链接无效或不完整，请重新索取。"),
            ("li", "That invitation link is not one of ours or is incomplete. Ask for a new one."),
        ],
    )
    def test_a_forged_one_is_refused(self, home: House, who: str, told: str, change: str) -> None:
        payload = invited(home, "agent")
        forged = {
            "x": payload[:-1] + ("x" if payload[-1] not in "wxyz" else "A"),
            "A": payload[:6] + ("A" if payload[6] != "A" else "B") + payload[7:],
            "short": payload[:-4],
            "longer": payload + "AAAA",
        }.get(change, change)
        assert home.hears(who, f"/start {forged}") == [f"{CAST[who].address}: {told}"]
        assert roles(home, who) == set()

    def test_a_role_already_held_leaves_the_link_for_another(self, home: House) -> None:
        payload = invited(home, "agent")
        assert home.hears("wang", f"/start {payload}") == [
            f"{WANG}: 您已拥有客服权限，链接尚未使用，可转给其他人。"
        ]
        home.hears("mei", f"/start {payload}")
        assert roles(home, "mei") == {Role.AGENT}

    def test_is_written_down(self, home: House) -> None:
        home.hears("mei", f"/start {invited(home, 'agent')}")
        told = home.store.read_now(lambda session: session.scalars(sa.select(Audit.what)).all())
        assert list(told)[-2:] == ["invited", "role.granted"]


class TestInviting:
    @pytest.mark.parametrize("word", ["supervisor", "marketer", "admin", "主管"])
    def test_a_supervisor_invites_agents_only(self, home: House, word: str) -> None:
        assert home.hears("chen", f"/invite {word}") == [
            f"{CHEN}: That is for the admin role. Ask an admin for an invitation if you need it."
        ]

    @pytest.mark.parametrize(
        ("word", "role"),
        [
            ("supervisor", Role.SUPERVISOR),
            ("Marketer", Role.MARKETER),
            ("管理员", Role.ADMIN),
            ("客服", Role.AGENT),
        ],
    )
    def test_an_admin_invites_for_every_role(self, home: House, word: str, role: Role) -> None:
        promote(home, "chen", Role.ADMIN)
        home.hears("mei", f"/start {invited(home, word)}")
        assert roles(home, "mei") == {role}

    @pytest.mark.parametrize(
        ("word", "told"),
        [
            ("agnet", "I do not know the role “agnet”. Did you mean /invite agent?"),
            (
                "boss",
                "I do not know the role “boss”. Send /invite agent, supervisor, marketer or admin.",
            ),
            ("", "For which role? Send /invite agent, supervisor, marketer or admin."),
            (
                "customer",
                "I do not know the role “customer”. Send /invite agent, supervisor, marketer or admin.",
            ),
        ],
    )
    def test_wrong_words(self, home: House, word: str, told: str) -> None:
        assert home.hears("chen", f"/invite {word}") == [f"{CHEN}: {told}"]

    def test_wrong_words_in_chinese(self, home: House) -> None:
        promote(home, "wang", Role.ADMIN)
        assert home.hears("wang", "/invite agnet") == [
            f"{WANG}: 没有“agnet”这个角色，您是不是想用 /invite 客服？"
        ]

    def test_in_the_group_the_link_goes_to_the_inviter_alone(self, tmp_path: Path) -> None:
        group = desk(tmp_path, group=True)
        sent = group.hears("chen", "/invite agent", group=True)
        assert next(line for line in sent if "start=inv_" in line).startswith(f"{CHEN}: ")
        assert len([line for line in sent if "start=inv_" in line]) == 1


def test_a_member_of_staff_may_change_the_language(home: House) -> None:
    home.store.write_now(lambda session: people.set_language(session, home.staff_ids["wang"], "en"))
    assert home.hears("wang", "/queue") == [f"{WANG}: Nothing is waiting. Well done!"]


def test_an_admin_known_by_number_gets_a_name_at_the_first_greeting(home: House) -> None:
    home.store.write_now(lambda session: people.rename(session, home.staff_ids["chen"], "Admin 202"))
    [told] = home.hears("chen", "/start")
    assert "Chen 陈" in told
    number = ticket(home)
    assert "Chen 陈" in home.hears("chen", f"/resolve {number}")[-1]
