"""Recognise what was said before in nearly the same words."""

from collections.abc import Sequence

from scoring.text import normalise
from scoring.traditional import simplify

ALIKE = 0.88  # about one changed word in eight, or one character of eight in Chinese
LONGEST = 200  # characters that are compared


def key(text: str) -> str:
    """Fold a text for comparison, its words in order: `Where is it?` and `is it where` are one."""
    return " ".join(sorted(simplify(normalise(text))[:LONGEST].split()))


def nearest(text: str, known: Sequence[str], *, cutoff: float = ALIKE) -> int | None:
    """Return the position of the known key most like a text, or None when none is alike enough.

    The scorer is the normalised indel similarity (0 to 1) of texts with their words in order, which is
    rapidfuzz's token_sort_ratio: `known` are keys made by `key`. Of equally alike ones the first wins.
    """
    asked = key(text)
    if not asked or not known:
        return None
    if asked in known:
        return known.index(asked)
    from scoring._alike import likest

    return likest(asked, known, cutoff=100 * cutoff)
