"""Kinds learnt from texts of one's own."""

import pytest

from scoring.learn import kinds
from scoring.text import Label

EXAMPLES: list[tuple[str, Label]] = [
    *((f"where can i find form {n}?", "inquiry") for n in range(8)),
    *((f"the wobbler {n} makes a rattle", "complaint") for n in range(8)),
    *((f"{n} hoorays for your frobnicators", "feedback") for n in range(8)),
]


def test_what_only_this_team_says_is_learnt() -> None:
    model = kinds(EXAMPLES)
    found = model.kinds(["my wobbler has a rattle", "hoorays, frobnicators", "where is form 9?"])
    assert [kind.label for kind in found] == ["complaint", "feedback", "inquiry"]
    assert all(1 / 3 < kind.p <= 1 for kind in found)


def test_reasons_are_given_where_the_rules_agree() -> None:
    found = kinds(EXAMPLES).kinds(["where is form 9?"])[0]
    assert "question_mark" in {reason.code for reason in found.reasons}


def test_the_order_of_examples_does_not_matter() -> None:
    asked = ["wobbler", "hoorays", "form"]
    one, other = kinds(EXAMPLES).kinds(asked), kinds(EXAMPLES[::-1]).kinds(asked)
    assert [kind.p for kind in one] == pytest.approx([kind.p for kind in other], abs=1e-3)


def test_too_few_texts_of_a_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 5"):
        kinds(EXAMPLES[:20])


def test_nothing_to_tell_gives_nothing() -> None:
    assert kinds(EXAMPLES).kinds([]) == []
