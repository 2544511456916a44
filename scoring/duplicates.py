"""Whether two people write about the same thing at the same time: near-duplicate texts, zh and en.

No model and no corpus: what an outage is called is not known beforehand, and weighing by rarity would play
down the very words that suddenly everybody uses.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import sqrt

from scoring.text import language, normalise

# Two texts are about the same thing from here on (0 to 1): of the reports in the tests all pairs about one
# cause are at or above it, and none about two.
SAME = 0.45
READ_AT_MOST = 300  # characters: what is wrong stands near the beginning

# Words that say nothing about what is wrong.
_EMPTY = """
    a an and are at be been but can could do does for from get got had has have hello hi i im in is it its
    just me my not of on or our please seems so still that the there this to very was we what when why with
    you your since now again cant cannot dont doesnt isnt any anyone
"""
_EMPTY_EN = frozenset(_EMPTY.split())
_EMPTY_ZH = "的了吗呢啊吧呀哦请问你们我您好是就都还也在又怎么一直啥为什"


def similarity(one: str, other: str) -> float:
    """Tell how much two texts have in common: the cosine of their gram counts, 0 to 1.

    Grams are pairs of neighbouring characters and single characters in Chinese, words and the beginnings of
    words in English; what carries no meaning of its own is left out first. Symmetric; 1 for equal texts with
    any gram, 0 when either has none or when they are in different languages.
    """
    return _cosine(_grams(one), _grams(other))


def alike(text: str, others: Sequence[str], *, at_least: float = SAME) -> list[tuple[int, float]]:
    """Return position and similarity of every other text that is at least this similar, the likest first."""
    grams = _grams(text)
    found = [(position, _cosine(grams, _grams(other))) for position, other in enumerate(others)]
    return sorted(
        ((position, value) for position, value in found if value >= at_least),
        key=lambda item: (-item[1], item[0]),
    )


@lru_cache(maxsize=4096)
def _grams(text: str) -> Mapping[str, int]:
    folded = normalise(text[:READ_AT_MOST])
    found = _chinese(folded) if language(folded) == "zh" else _english(folded)
    return Counter(found)


def _chinese(folded: str) -> Iterator[str]:
    kept = "".join(char for char in folded if char not in _EMPTY_ZH and not char.isspace())
    yield from kept
    yield from (kept[start : start + 2] for start in range(len(kept) - 1))


def _english(folded: str) -> Iterator[str]:
    for word in folded.split():
        if word not in _EMPTY_EN:
            yield word
            if len(word) > 4:
                yield f"{word[:4]}…"


def _cosine(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    shared = sum(count * other[gram] for gram, count in one.items() if gram in other)
    if not shared:
        return 0.0
    lengths = sqrt(
        sum(count * count for count in one.values()) * sum(count * count for count in other.values())
    )
    return min(1.0, shared / lengths)
