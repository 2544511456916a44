"""What texts are compared by: pieces of words, words and single characters."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from scoring._wording import COMMON_SHARE, COMMON_ZH, root, unify

SIZES_EN = (2, 3, 4, 5)
_UNIT = re.compile(r"[^\W_\u3400-\u9fff\uf900-\ufaff]+|\S")


def units(text: str, spoken: str) -> list[str]:
    """Return what a normalised text is made of: words; in Chinese characters, and Latin words whole."""
    return _UNIT.findall(unify(text)) if spoken == "zh" else text.split()


def sorted_units(found: Sequence[str]) -> str:
    """Return units in order, as token_sort_ratio compares them."""
    return " ".join(sorted(found))


def char_grams(found: Sequence[str], spoken: str) -> list[str]:
    """Return pieces of 2 to 5 letters within English words; Chinese units and pairs of them."""
    if spoken == "zh":
        return [*found, *(one + other for one, other in pairwise(found))]
    return [gram for word in found for gram in _slices(f" {word} ")]


def word_grams(found: Sequence[str]) -> list[str]:
    """Return the roots of English words and pairs of neighbours."""
    roots = [root(word) for word in found]
    return [*roots, *(f"{one} {other}" for one, other in pairwise(roots))]


@lru_cache(maxsize=8192)
def commonness(gram: str) -> float:
    """Return how much a gram counts, 0.6 to 1: less the more of it are characters most questions have."""
    return 1 - (1 - COMMON_SHARE) * sum(char in COMMON_ZH for char in gram) / len(gram)


def _slices(text: str) -> Iterator[str]:
    """Yield every slice of 2 to 5 characters."""
    for size in SIZES_EN:
        for start in range(len(text) - size + 1):
            yield text[start : start + size]
