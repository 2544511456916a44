"""What search tokens keep of a text: what is in it is found, wherever it stands and however it is written."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from crm_store.rules import tokens
from crm_store.rules.tokens import Needle, Term

TEXTS = st.text(alphabet="退款物流梅abqQé１Ａß 。,-_'\u0301\U00020001한か", max_size=30)
ANY = st.text(max_size=30)
RUNS = st.text(alphabet="退款物流快递单号", min_size=1, max_size=6)
WORDS = st.text(alphabet="abcq1é", min_size=1, max_size=6)


def holds(indexed: list[str], needle: Needle) -> bool:
    return any(
        token == needle.token or (needle.is_open and token.startswith(needle.token)) for token in indexed
    )


def finds(text: str, asked: str) -> bool:
    return tokens.find(text, tokens.terms(asked)) is not None


@given(text=TEXTS | ANY, asked=TEXTS | ANY)
def test_the_index_leads_to_all_that_is_found(text: str, asked: str) -> None:
    wanted = tokens.terms(asked)
    if tokens.find(text, wanted) is not None:
        indexed = tokens.tokens(text)
        assert all(holds(indexed, needle) for needle in tokens.needles(wanted))


@given(text=TEXTS | ANY)
def test_a_text_finds_itself(text: str) -> None:
    wanted = tokens.terms(text)
    assert (tokens.find(text, wanted) is not None) == bool(wanted)


@given(text=TEXTS | ANY)
def test_tokens_are_words_that_any_tokenizer_leaves_alone(text: str) -> None:
    assert all(re.fullmatch(r"[wz][0-9a-z]+", token) for token in tokens.tokens(text))


@given(one=WORDS, other=WORDS)
def test_different_words_have_different_tokens(one: str, other: str) -> None:
    same = [term.text for term in tokens.terms(one)] == [term.text for term in tokens.terms(other)]
    assert (tokens.tokens(one) == tokens.tokens(other)) == same


@given(before=RUNS, asked=RUNS, after=RUNS)
def test_characters_are_found_side_by_side_and_in_their_order_only(
    before: str, asked: str, after: str
) -> None:
    assert finds(before + asked + after, asked)
    assert finds(f"{before}。{after}", asked) == (asked in before or asked in after)


@given(text=ANY, asked=RUNS)
def test_width_case_and_composition_do_not_count(text: str, asked: str) -> None:
    for form in ("NFC", "NFD", "NFKC"):
        assert tokens.fold(unicodedata.normalize("NFC", text)) == tokens.fold(text)
        assert finds(unicodedata.normalize(form, f"Ａcme {asked} café"), f"acme {asked} CAFÉ")


@given(before=TEXTS, after=TEXTS)
def test_the_place_of_a_hit_is_what_was_asked_for(before: str, after: str) -> None:
    text = f"{before} Ｒefund {after}"
    hit = tokens.find(text, tokens.terms("refund"))
    assert hit is not None
    assert tokens.fold(tokens.composed(text)[hit.start : hit.end]) == "refund"


def test_one_character_is_found_at_the_start_in_the_middle_and_at_the_end() -> None:
    [needle] = tokens.needles(tokens.terms("梅"))
    assert all(holds(tokens.tokens(text), needle) for text in ("梅花", "我是梅花", "小梅", "梅", "a梅b"))
    assert not holds(tokens.tokens("花园"), needle)


def test_the_beginning_of_a_word_finds_it_from_three_letters_on() -> None:
    assert finds("two refunds", "refund")
    assert not finds("a refund", "re")
    assert not finds("prerefund", "refund")


def test_a_mixed_text_is_cut_where_the_script_changes() -> None:
    assert tokens.terms("iPhone15手机 #12") == [
        Term("iphone15", True), Term("手机", False), Term("12", True),
    ]  # fmt: skip


def test_a_text_without_end_keeps_its_first_tokens() -> None:
    endless = " ".join(f"w{nth}" for nth in range(3 * tokens.MOST))
    assert len(tokens.tokens(endless)) == tokens.MOST
