"""Quantiles of the beta distribution; imported on first use, because it brings scipy."""

from scipy.special import betaincinv


def interval(alpha: float, beta: float, confidence: float) -> tuple[float, float]:
    """Return the equal-tailed interval of a beta distribution."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    tail = (1 - confidence) / 2
    return float(betaincinv(alpha, beta, tail)), float(betaincinv(alpha, beta, 1 - tail))
