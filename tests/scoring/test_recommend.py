"""What a customer may want next: from what goes together, else from what is popular, never what they have."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.recommend import NextItem, learn, next_items

BASKETS = st.lists(st.lists(st.integers(0, 12), max_size=6), max_size=25)
TEA = [
    ["tea", "pot"],
    ["tea", "pot"],
    ["tea", "pot", "cup"],
    ["tea", "cup"],
    ["ink", "pen"],
    ["ink", "pen"],
    ["rug"],
]


def items(found: list[NextItem[str]]) -> list[str]:
    return [one.item for one in found]


def test_what_goes_together_comes_first_and_says_because_of_what() -> None:
    first, second, *_ = next_items(learn(TEA), ["tea"])
    assert (first.item, first.reason, first.because) == ("pot", "bought_with", "tea")
    assert (first.rate.k, first.rate.n) == (3, 4) and second.item == "cup"


def test_ones_own_items_are_never_suggested() -> None:
    assert not {"tea", "pot"} & set(items(next_items(learn(TEA), ["tea", "pot"], limit=50)))


def test_a_stranger_gets_what_their_segment_buys_then_what_everybody_does() -> None:
    found = next_items(learn(TEA), [], segment={"rug": 9, "lamp": 2, "old": 0}, limit=4)
    assert items(found) == ["rug", "lamp", "tea", "pot"]
    assert [one.reason for one in found] == ["popular_in_segment"] * 2 + ["popular"] * 2
    assert (found[0].rate.k, found[0].rate.n, found[0].because) == (9, 11, None)


def test_one_customer_makes_nothing_go_together() -> None:
    found = next_items(learn([["tea", "rug"], ["pen"], ["pen"]]), ["tea"])
    assert items(found) == ["pen", "rug"] and {one.reason for one in found} == {"popular"}


def test_what_everybody_buys_goes_with_nothing_in_particular() -> None:
    crowd = [["bag", "pen", str(nth)] for nth in range(50)] + [["tea", "pot", "bag"]] * 6 + [["bag"]] * 200
    assert items(next_items(learn(crowd), ["tea"]))[0] == "pot"


def test_somebody_who_bought_everything_tells_only_what_is_popular() -> None:
    known = learn([list(range(300))] * 2)
    assert known.bought[0] == 2 and known.together == {}


def test_without_purchases_there_is_nothing_to_suggest() -> None:
    assert next_items(learn([]), ["tea"]) == [] and learn([[]]).customers == 0


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        next_items(learn(TEA), [], limit=0)
    with pytest.raises(ValueError, match="negative"):
        next_items(learn(TEA), [], segment={"tea": -1})


@given(BASKETS, st.lists(st.integers(0, 12), max_size=4), st.integers(1, 6))
def test_suggestions_are_few_new_and_different(baskets: list[list[int]], own: list[int], limit: int) -> None:
    found = next_items(learn(baskets), own, limit=limit)
    suggested = [one.item for one in found]
    sold = {item for basket in baskets for item in basket}
    assert len(suggested) == len(set(suggested)) == min(limit, len(sold - set(own)))
    assert not set(suggested) & set(own) and set(suggested) <= sold
    assert all(one.rate.value is not None and 0 < one.rate.value <= 1 for one in found)


@given(BASKETS, st.lists(st.integers(0, 12), max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_customers_does_not_matter(
    baskets: list[list[int]], own: list[int], draw: Random
) -> None:
    shuffled = [list(basket) for basket in baskets]
    draw.shuffle(shuffled)
    assert next_items(learn(shuffled), own) == next_items(learn(baskets), own)
