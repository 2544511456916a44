"""/tag without a ticket: the tags of the house, and supervisors who change them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm_store import audits, skills, tags
from tests.factories import CAST, House
from tests.handlers.desk import desk, log, ticket

WANG, CHEN = CAST["wang"].address, CAST["chen"].address
EVER, NEVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


def audited(home: House) -> list[tuple[str, str, str]]:
    entries = home.store.read_now(lambda session: list(audits.entries(session, start=EVER, end=NEVER)))
    return [(one.what, one.subject, one.detail) for one in entries if one.what.startswith("tag.")]


def known(home: House) -> list[str]:
    return list(home.store.read_now(tags.names))


def test_all_tags_are_listed_with_those_that_are_skills(home: House) -> None:
    assert "还没有标签" in home.hears("wang", "/tag")[0]
    home.hears("chen", "/tag skill 退款")
    home.hears("wang", f"/tag {ticket(home)} vip")
    [told] = home.hears("wang", "/tag")
    assert "标签：vip、退款\n" in told
    assert "（决定谁能处理）：退款\n" in told


def test_a_tag_becomes_a_skill_and_a_plain_tag_again(home: House) -> None:
    home.hears("chen", "/tag skill refund")
    home.hears("chen", f"/staff {WANG} skills refund")
    assert home.store.read_now(skills.names) == ["refund"]
    home.hears("chen", "/tag plain #Refund")
    assert home.store.read_now(skills.names) == []
    assert known(home) == ["refund"]
    assert "refund" not in home.hears("chen", f"/staff {WANG}")[0]
    assert [(what, detail) for what, _, detail in audited(home)] == [
        ("tag.changed", '{"skill":true}'), ("tag.changed", '{"skill":false}'),
    ]  # fmt: skip


def test_a_dropped_tag_leaves_its_tickets_and_stays_in_their_logs(home: House) -> None:
    first, second = ticket(home), ticket(home, "li")
    home.hears("wang", f"/tag {first} refund vip")
    home.hears("wang", f"/tag {second} refund")
    assert "2" in home.hears("chen", "/tag drop refund")[0]
    assert known(home) == ["vip"]
    assert ("tagged", {"tag": "refund"}) in log(home, second)
    assert audited(home) == [("tag.dropped", "refund", '{"tickets":2}')]


def test_a_tag_that_a_macro_uses_is_not_dropped(home: House) -> None:
    home.hears("chen", "/tag skill refund")
    home.hears("chen", "/macro edit back steps tag vip refund")
    assert "back" in home.hears("chen", "/tag drop refund")[0]
    assert known(home) == ["refund"]


@pytest.mark.parametrize("verb", ["skill", "plain", "drop", "技能", "普通", "删除"])
def test_only_supervisors_change_tags(home: House, verb: str) -> None:
    home.hears("chen", "/tag skill refund")
    before = audited(home)
    assert home.hears("wang", f"/tag {verb} refund")[0].startswith(f"{WANG}: ")
    assert (known(home), audited(home)) == (["refund"], before)


def test_a_number_means_the_tags_of_that_ticket(home: House) -> None:
    number = ticket(home)
    home.hears("chen", f"/tag {number} drop refund")
    assert known(home) == ["drop", "refund"]


@pytest.mark.parametrize(
    ("words", "told"), [("drop refnud", "“refund”"), ("plain xyz", "“xyz”"), ("refund", "/tag 12")]
)
def test_what_is_mistyped_is_told(home: House, words: str, told: str) -> None:
    home.hears("chen", "/tag skill refund")
    assert told in home.hears("chen", f"/tag {words}")[0]
    assert known(home) == ["refund"]
