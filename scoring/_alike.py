"""The one rapidfuzz scorer that compares keys, in a module of its own: loading rapidfuzz takes 3 MB."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process


def likest(key: str, keys: Sequence[str], *, cutoff: float) -> int | None:
    """Return the position of the key most like another by fuzz.ratio (0 to 100), or None."""
    best = process.extractOne(key, keys, scorer=fuzz.ratio, score_cutoff=cutoff, processor=None)
    return None if best is None else int(best[2])
