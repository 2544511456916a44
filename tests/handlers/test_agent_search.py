"""/search: words and filters in both languages, hits marked, cards to open, and only for staff."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store import tags
from crm_store.rules import tokens
from crm_store.rules.lifecycle import Kind
from crm_store.search import Hit
from handlers.agent.search import AFTER, BEFORE, snippet
from tests.factories import CAST, MONDAY, House, house
from tests.handlers.desk import ROUTES, desk, ticket

WANG, CHEN, MEI = (CAST[who].address for who in ("wang", "chen", "mei"))

USAGE = (
    "What are you looking for? Send /search WORDS, for example /search refund from:Mei status:open since:7d."
)
NO_WORDS = "Please give at least one word to look for, for example /search refund status:open."
NOTHING = "Nothing found for “refnud”. Try a shorter word, or fewer filters.\nDid you mean “refund”?"


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


def told(at: House, who: str, text: str) -> list[str]:
    [answer] = at.hears(who, text)
    return answer.partition(": ")[2].splitlines()


def test_two_characters_are_found_and_marked_with_a_button_for_the_card(home: House) -> None:
    number = ticket(home, words="你好，我要申请退款，谢谢")
    ticket(home, "li", words="我要换货，款式退回")
    assert told(home, "wang", "/search 退款") == [
        "“退款”的搜索结果，新的在前，第 1 页：",
        "❓ #1 Mei 梅 · 2026-03-02 · 新建",
        "    你好，我要申请【退款】，谢谢",
    ]
    [(label, data)] = home.buttons()
    assert label == "#1"
    [card] = home.presses("wang", data)
    assert "我要申请退款" in card
    assert f"#{number}" in card


def test_filters_in_english(home: House) -> None:
    mine = ticket(home, words="refund please")
    home.hears("wang", f"/take {mine}")
    ticket(home, "li", Kind.COMPLAINT, words="Refund at once!")
    home.passes(days=3)
    late = ticket(home, "li", words="about my refund")

    def found(text: str) -> list[int]:
        home.hears("chen", text)
        return [int(label[1:]) for label, _ in home.buttons() if label.startswith("#")]

    assert found("/search refund") == [late, 2, mine]
    assert found("/search refund from:mei") == [mine]
    assert found('/search refund from:"Li 李" kind:complaint') == [2]
    assert found("/search refund agent:wang status:open") == [mine]
    assert found("/search refund since:2d") == [late]
    assert found("/search refund since:2026-03-05") == [late]
    assert found("/search REFUND about") == [late]


def test_filters_in_chinese_and_notes(home: House) -> None:
    mine = ticket(home, words="申请退款")
    home.hears("wang", f"/take {mine}")
    home.hears("wang", f"/note {mine} 退款要主管批准")
    assert told(home, "wang", "/search 退款 客户：梅 状态:处理中 客服:我 类型:咨询 起:7天")[1:] == [
        "❓ #1 Mei 梅 · 2026-03-02 · 处理中",
        "    🔒 备注：【退款】要主管批准",
    ]
    assert told(home, "wang", "/search 申请 备注") == ["没有找到“申请 备注”。试试更短的词，或去掉一些条件。"]
    assert len(told(home, "wang", "/search 主管 备注")) == 3


def test_pages(home: House) -> None:
    for nth in range(10):
        ticket(home, words=f"cup {nth}")
    assert told(home, "chen", "/search cup from:Mei")[0] == "Found for “cup from:Mei”, newest first, page 1:"
    label, data = home.buttons()[-1]
    assert label == "Next page"
    assert len(data.encode()) <= 64
    [second] = home.presses("chen", data)
    assert "page 2:" in second
    assert [label for label, _ in home.buttons()] == ["#2", "#1"]
    long = "/search cup from:Mei kind:inquiry status:new since:2026-01-01"
    assert told(home, "chen", long)[-1].startswith("For the next page send /search cup from:Mei kind:inquiry")
    assert told(home, "chen", f"{long} page:2")[0].endswith("page 2:")
    assert [label for label, _ in home.buttons()] == ["#2", "#1"]


def test_customers_and_tags_are_found_too(home: House) -> None:
    number = ticket(home, words="hello")
    home.store.write_now(lambda session: tags.put(session, number, "加急", by="test", at=MONDAY))
    assert told(home, "chen", "/search 梅")[1] == "👤 Customer Mei 梅"
    assert told(home, "chen", "/search 加急")[2] == "    #1 · hello · «加急»"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/search", USAGE),
        ("/search status:open", NO_WORDS),
        ("/search a since:soon", "“soon” is not a date I can read. Write since:2026-01-31 or since:7d."),
        ("/search a status:opne", "There is no status “opne”. Did you mean “open”?"),
        ("/search a kind:poem", "There is no kind “poem”. Use inquiry, feedback or complaint."),
        ("/search a agent:xyz", "There is no agent named “xyz”; for your own write agent:me."),
        ("/search a from:Mel", "There is no customer named “Mel”. Did you mean “Mei”?"),
        ("/search refnud", NOTHING),
    ],
)  # fmt: skip
def test_what_cannot_be_found_is_explained(home: House, text: str, answer: str) -> None:
    number = ticket(home, words="?")
    home.store.write_now(lambda session: tags.put(session, number, "refund", by="test", at=MONDAY))
    assert home.hears("chen", text) == [f"{CHEN}: {answer}"]


def test_customers_search_nothing(home: House) -> None:
    ticket(home, words="secret")
    for refused in (home.hears("mei", "/search secret"), home.presses("mei", "v1:card:1:0")):
        assert "secret" not in refused[0].partition(": ")[2]


@given(before=st.text(max_size=80), after=st.text(max_size=80))
def test_a_snippet_holds_its_hit(before: str, after: str) -> None:
    text = f"{before} refund {after}"
    span = tokens.find(text, tokens.terms("refund"))
    assert span is not None
    cut = snippet(Hit(1, MONDAY, tokens.composed(text), span), lambda found: f"«{found}»")
    assert "«refund»" in cut.casefold()
    assert len(cut) <= BEFORE + AFTER + 20


def test_both_databases_answer_alike(tmp_path: Path, store_url: str) -> None:
    built = house(tmp_path, ROUTES, url=store_url)
    ticket(built, words="快递单号不对")
    [answer] = built.hears("wang", "/search 单号")
    assert "快递【单号】不对" in answer
    built.store.close()
