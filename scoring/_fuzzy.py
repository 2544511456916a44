"""The two rapidfuzz scorers in use, in a module of their own: loading rapidfuzz takes 3 MB."""

from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler


def closest(word: str, choices: Sequence[str], *, cutoff: float) -> int | None:
    """Return the position of the choice most like a word by Jaro-Winkler similarity (0 to 1), or None."""
    best = process.extractOne(
        word, choices, scorer=JaroWinkler.normalized_similarity, score_cutoff=cutoff, processor=None
    )
    return None if best is None else int(best[2])


def sorted_ratios(text: str, choices: Sequence[str]) -> Iterator[tuple[int, float]]:
    """Give position and token_sort_ratio (0 to 100) of every choice, the likest first."""
    ranked = process.extract(text, choices, scorer=fuzz.token_sort_ratio, processor=None, limit=None)
    for _, ratio, position in ranked:
        yield position, ratio
