"""Many comparisons at once: how many of the findings may be chance."""

from collections.abc import Sequence


def false_discovery(p: Sequence[float]) -> list[float]:
    """Return the q value of each p value, in their order: the share of false ones among all at or below it.

    Source: Benjamini & Hochberg (1995), JRSS B 57, 289-300.
    """
    found = [1.0] * len(p)
    least = 1.0
    for rank, position in reversed(list(enumerate(sorted(range(len(p)), key=p.__getitem__), start=1))):
        least = min(least, p[position] * len(p) / rank)
        found[position] = max(least, p[position])  # rounding alone could bring it under p
    return found
