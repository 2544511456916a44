"""The normal distribution, as intervals need it."""

from statistics import NormalDist


def quantile(confidence: float) -> float:
    """Return the two-sided normal quantile of a confidence, 1.96 for 0.95; beyond 0 to 1 is a ValueError."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    return NormalDist().inv_cdf((1 + confidence) / 2)
