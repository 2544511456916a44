"""Seasonal naive and Holt-Winters forecasts as arrays; imported on first use, because it brings scipy."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Array = npt.NDArray[np.float64]

BACK = 8  # seasons that forecasts are tried on
DAMPING = 0.98  # a trend fades, so that a month ahead is not a straight line
START = (0.3, 0.05, 0.1)  # alpha, beta, gamma


@dataclass(frozen=True, slots=True)
class _State:
    """Level, trend and season after some values of a series."""

    level: float
    trend: float
    season: tuple[float, ...]  # the next value's season first

    def ahead(self, steps: int) -> Array:
        """Return the values expected next."""
        faded = np.cumsum(DAMPING ** np.arange(1, steps + 1))
        season = np.resize(np.array(self.season), steps)
        return np.maximum(self.level + self.trend * faded + season, 0.0)


@dataclass(frozen=True, slots=True)
class Found:
    """The values of the better method, half the width of their intervals, and the errors of both."""

    holt_winters: bool
    values: list[float]
    halves: Sequence[float | None]
    naive_error: float | None
    holt_winters_error: float | None


def choose(series: Sequence[float], steps: int, season: int, confidence: float) -> Found:
    """Return the forecast of the method that was less far off from rolling origins."""
    values = np.asarray(series, dtype=np.float64)
    if len(values) < season:
        spread = float(values.std(ddof=1) * np.sqrt(1 + 1 / len(values))) if len(values) > 1 else None
        half = None if spread is None else NormalDist().inv_cdf((1 + confidence) / 2) * spread
        return Found(False, [float(values.mean())] * steps, [half] * steps, None, None)
    if len(values) < 2 * season:
        return Found(False, naive(values, season, steps).tolist(), [None] * steps, None, None)
    enough = len(values) >= 4 * season
    origins = range(max(3 * season if enough else season, len(values) - BACK * season), len(values))
    table = naive_errors(values, season, steps, origins)
    known = mean_error(table)
    if not enough:
        return Found(False, naive(values, season, steps).tolist(), halves(table, confidence), known, None)
    other = holt_winters_errors(values, season, steps, origins)
    clever = mean_error(other)
    if clever < known:
        guess = holt_winters(values, season, steps).tolist()
        return Found(True, guess, halves(other, confidence), known, clever)
    return Found(False, naive(values, season, steps).tolist(), halves(table, confidence), known, clever)


def naive(values: Array, season: int, steps: int) -> Array:
    """Return the last season over and over."""
    return np.resize(values[-season:], steps)


def holt_winters(values: Array, season: int, steps: int) -> Array:
    """Return additive Holt-Winters with a damped trend, its weights fitted to one-step errors."""
    return _run(values, season, _fitted(values, season))[-1].ahead(steps)


def naive_errors(values: Array, season: int, steps: int, origins: Sequence[int]) -> Array:
    """Return the errors of the seasonal naive method, (origins x steps), NaN where the series has ended."""
    return _errors(values, [naive(values[:origin], season, steps) for origin in origins], origins)


def holt_winters_errors(values: Array, season: int, steps: int, origins: Sequence[int]) -> Array:
    """Return the errors of Holt-Winters; from each origin on, only what lies before it is known.

    Its weights are those fitted before the first origin.
    """
    states = _run(values, season, _fitted(values[: origins[0]], season))
    return _errors(values, [states[origin - 2 * season].ahead(steps) for origin in origins], origins)


def mean_error(table: Array) -> float:
    """Return the mean absolute error of all origins and steps."""
    return float(np.nanmean(np.abs(table)))


def halves(table: Array, confidence: float) -> list[float]:
    """Return half the width of an interval for each step, never narrower than that of the step before.

    It is the normal quantile times the root mean square error of the step, a little more when few origins
    tell it.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    spread, width = [], 0.0
    for step in range(table.shape[1]):
        column = table[:, step]
        seen = column[np.isfinite(column)]
        if len(seen) >= 2:
            width = max(width, float(np.sqrt(np.mean(seen**2)) * np.sqrt(1 + 2 / len(seen))))
        spread.append(z * width)
    return spread


def _errors(values: Array, guesses: Sequence[Array], origins: Sequence[int]) -> Array:
    """Return what came less what was forecast from each origin."""
    table = np.full((len(origins), len(guesses[0])), np.nan)
    for row, (origin, guess) in enumerate(zip(origins, guesses, strict=True)):
        actual = values[origin : origin + len(guess)]
        table[row, : len(actual)] = actual - guess[: len(actual)]
    return table


def _fitted(values: Array, season: int) -> tuple[float, float, float]:
    """Return alpha, beta and gamma with the least squared one-step errors."""

    def loss(weights: Array) -> float:
        states = _run(values, season, (float(weights[0]), float(weights[1]), float(weights[2])))
        guesses = np.array([state.level + DAMPING * state.trend + state.season[0] for state in states[:-1]])
        return float(np.mean((values[2 * season :] - guesses) ** 2))

    bounds = [(0.01, 0.9), (0.0, 0.3), (0.0, 0.6)]
    best = minimize(loss, np.array(START), method="Nelder-Mead", bounds=bounds, options={"maxiter": 80})
    alpha, beta, gamma = best.x.tolist()
    return alpha, beta, gamma


def _run(values: Array, season: int, weights: tuple[float, float, float]) -> list[_State]:
    """Return the state after two seasons and after every value from there on."""
    alpha, beta, gamma = weights
    level = float(values[: 2 * season].mean())
    trend = float((values[season : 2 * season].mean() - values[:season].mean()) / season)
    level += trend * (season - 0.5)
    seasons = ((values[:season] + values[season : 2 * season]) / 2 - values[: 2 * season].mean()).tolist()
    states = [_State(level, trend, tuple(seasons))]
    for value in values[2 * season :].tolist():
        expected = level + DAMPING * trend
        new = alpha * (value - seasons[0]) + (1 - alpha) * expected
        trend = beta * (new - level) + (1 - beta) * DAMPING * trend
        seasons.append(gamma * (value - new) + (1 - gamma) * seasons.pop(0))
        level = new
        states.append(_State(level, trend, tuple(seasons)))
    return states
