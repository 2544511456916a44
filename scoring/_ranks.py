"""Where figures lie among others, in plain Python."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence


def fifths(figures: Sequence[float]) -> list[int]:
    """Return the fifth of each figure, 1 to 5, by the middle of the ranks that equal figures share.

    min(5, 1 + floor(5 p)) with p = (less + equal / 2) / n, in whole numbers, so that no rounding decides.
    """
    ranked, n = sorted(figures), len(figures)
    places = ((bisect_left(ranked, figure), bisect_right(ranked, figure)) for figure in figures)
    return [min(5, 1 + 5 * (less + at_most) // (2 * n)) for less, at_most in places]


def percentile(figure: float, ranked: Sequence[float]) -> float:
    """Return where a figure lies among sorted ones, 0 to 1, by the middle of equal ranks."""
    return (bisect_left(ranked, figure) + bisect_right(ranked, figure)) / (2 * len(ranked))
