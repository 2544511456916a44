"""BG/NBD and gamma-gamma as arrays; imported on first use, because it brings numpy and scipy."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import betainccinv, betaincinv, betaln, expit, gammaln

Array = npt.NDArray[np.float64]
Column = Sequence[float] | Array
Buying = tuple[float, float, float, float]  # r, alpha, a, b
Fit = tuple[tuple[float, ...], float, bool]  # parameters, log likelihood, whether it converged

LIMIT = 8.0  # parameters are sought between exp(-8) and exp(8), time and money being scaled to 1
STARTS_BUYING = ((0.0, 0.0, 0.0, 0.0), (-1.4, -1.5, -0.2, 0.9), (1.0, 1.0, -1.0, 1.0))
STARTS_SPENDING = ((0.0, 0.7, 0.0), (1.8, 1.3, -0.8), (0.0, 2.0, 2.0))
TINY = 1e-300

# Where an expectation over a distribution is taken: logits of its quantiles, by the double exponential rule.
_STEPS = np.linspace(-3.2, 3.2, 129)
_NODES = np.pi * np.sinh(_STEPS)
_NODE_WEIGHTS = np.pi * np.cosh(_STEPS) * expit(_NODES) * expit(-_NODES) * (_STEPS[1] - _STEPS[0])


def histories(x: Column, tx: Column, age: Column) -> tuple[Array, Array, Array]:
    """Return the three columns as arrays, refusing a history that cannot be."""
    times, last, span = (np.asarray(column, dtype=np.float64) for column in (x, tx, age))
    if times.ndim != 1 or not times.shape == last.shape == span.shape:
        raise ValueError("x, tx and age must be three columns of the same length")
    if not (np.isfinite(times).all() and np.isfinite(last).all() and np.isfinite(span).all()):
        raise ValueError("x, tx and age must be finite numbers")
    if (times < 0).any() or (times != np.floor(times)).any():
        raise ValueError("x, the number of repeat purchases, must be a whole number of at least 0")
    if (last < 0).any() or (last > span).any():
        raise ValueError("tx, the time of the last purchase, must lie between 0 and the customer's age")
    if ((times == 0) != (last == 0)).any():
        raise ValueError(
            "tx must be 0 for a customer without a repeat purchase, and above 0 for one with any"
        )
    return times, last, span


def fit_buying(x: Column, tx: Column, age: Column, weights: Column | None) -> Fit | None:
    """Return the maximum-likelihood (r, alpha, a, b), or None when nobody bought again.

    Equal histories are put together first, and time is scaled to its mean, so that days and weeks lead
    to the same optimum.
    """
    times, last, span = histories(x, tx, age)
    many = _weights(weights, times.size)
    kept = many > 0
    rows, where = np.unique(np.column_stack((times, last, span))[kept], axis=0, return_inverse=True)
    many = np.bincount(where.ravel(), weights=many[kept], minlength=len(rows)).astype(np.float64)
    if not len(rows) or rows[:, 0].max() == 0:
        return None
    unit = float(np.average(rows[:, 2], weights=many))
    times, last, span = rows[:, 0], rows[:, 1] / unit, rows[:, 2] / unit

    def loss(logs: Array) -> float:
        return -float(many @ _log_likelihoods(_buying(logs), times, last, span)) / float(many.sum())

    logs, least, settled = _lowest(loss, STARTS_BUYING)
    r, alpha, a, b = np.exp(logs)
    log_likelihood = -least * float(many.sum()) - float(many @ times) * float(np.log(unit))
    return (float(r), float(alpha) * unit, float(a), float(b)), log_likelihood, settled


def p_alive(model: Buying, x: Column, tx: Column, age: Column) -> Array:
    """Return the probability that each customer has not yet left for good."""
    r, alpha, a, b = model
    times, last, span = histories(x, tx, age)
    again = np.maximum(times, 1)
    odds = np.log(a) - np.log(b + again - 1) + (r + times) * (np.log(alpha + span) - np.log(alpha + last))
    return np.where(times > 0, expit(-odds), 1.0)


def p_active(model: Buying, x: Column, tx: Column, age: Column, horizon: float) -> Array:
    """Return the probability of at least one purchase within the horizon after age."""
    r, alpha, _, _ = model
    span = np.asarray(age, dtype=np.float64)
    silence = (r + np.asarray(x, dtype=np.float64)) * np.log1p(horizon / (alpha + span))
    return p_alive(model, x, tx, age) * -np.expm1(-silence)


def expected(model: Buying, x: Column, tx: Column, age: Column, horizon: float) -> Array:
    """Return the purchases expected within the horizon after age.

    Equation 10 as the integral it comes from: who is alive buys (1 - (1 + p c)^-(r + x)) / p times, with
    c = horizon / (alpha + age), averaged over the chance p of leaving, beta(a, b + x). Unlike its closed
    form, this has no pole and overflows nowhere.
    """
    r, alpha, a, b = model
    times, _, span = histories(x, tx, age)
    reach = horizon / (alpha + span)
    purchases = np.zeros_like(times)
    for count in np.unique(times):
        own = times == count
        leaving = _quantiles(a, b + count)
        bought = -np.expm1(-(r + count) * np.log1p(np.outer(reach[own], leaving)))
        purchases[own] = (bought / leaving) @ _NODE_WEIGHTS
    return purchases * p_alive(model, x, tx, age)


def fit_spending(x: Column, value: Column) -> Fit | None:
    """Return the maximum-likelihood (p, q, v) of mean repeat values, or None when nobody bought again."""
    times, mean = spending(x, value)
    kept = (times > 0) & (mean > 0)
    times, mean = times[kept], mean[kept]
    if not times.size:
        return None
    unit = float(np.average(mean, weights=times))
    mean = mean / unit

    def loss(logs: Array) -> float:
        p, q, v = np.exp(logs)
        return -float(np.mean(_log_spending(p, q, v, times, mean)))

    logs, least, settled = _lowest(loss, STARTS_SPENDING)
    p, q, v = np.exp(logs)
    log_likelihood = -least * times.size - times.size * float(np.log(unit))
    return (float(p), float(q), float(v) * unit), log_likelihood, settled


def spending(x: Column, value: Column) -> tuple[Array, Array]:
    """Return the two columns as arrays, refusing what cannot be."""
    times, mean = np.asarray(x, dtype=np.float64), np.asarray(value, dtype=np.float64)
    if times.ndim != 1 or times.shape != mean.shape:
        raise ValueError("x and value must be two columns of the same length")
    if not (np.isfinite(times).all() and np.isfinite(mean).all()):
        raise ValueError("x and value must be finite numbers")
    if (times < 0).any() or (mean < 0).any():
        raise ValueError("x and value must not be negative")
    return times, mean


def _log_likelihoods(model: Buying, times: Array, last: Array, span: Array) -> Array:
    """Return each customer's log likelihood; Fader, Hardie & Lee (2005), equation 6."""
    r, alpha, a, b = model
    shared = gammaln(r + times) - gammaln(r) + r * np.log(alpha) + betaln(a, b + times) - betaln(a, b)
    stayed = -(r + times) * np.log(alpha + span)
    again = np.maximum(times, 1)
    left = np.log(a) - np.log(b + again - 1) - (r + times) * np.log(alpha + last)
    values: Array = shared + np.where(times > 0, np.logaddexp(stayed, left), stayed)
    return values


def _log_spending(p: float, q: float, v: float, times: Array, mean: Array) -> Array:
    """Return each customer's log likelihood; Fader & Hardie (2013), equation 1a."""
    shape = p * times
    values: Array = (
        -betaln(shape, q)
        + q * np.log(v)
        + (shape - 1) * np.log(mean)
        + shape * np.log(times)
        - (shape + q) * np.log(times * mean + v)
    )
    return values


def _lowest(loss: Callable[[Array], float], starts: Sequence[Sequence[float]]) -> tuple[Array, float, bool]:
    """Return where a loss over log parameters is least, how low, and whether away from the limits."""
    found = []
    for start in starts:
        near = minimize(
            loss, np.array(start), method="L-BFGS-B", bounds=[(-LIMIT, LIMIT)] * len(start), tol=1e-10
        )
        found.append((float(near.fun), near.x))
    _, best = min(found, key=lambda pair: pair[0])
    exact = minimize(
        loss,
        best,
        method="Nelder-Mead",
        bounds=[(-LIMIT, LIMIT)] * len(best),
        options={"xatol": 1e-6, "fatol": 1e-12, "maxiter": 1_000},
    )
    inside = bool((np.abs(exact.x) < LIMIT - 0.01).all())
    return exact.x, float(exact.fun), bool(exact.success) and inside


def _buying(logs: Array) -> Buying:
    """Return the four parameters of their logarithms."""
    r, alpha, a, b = np.exp(logs)
    return float(r), float(alpha), float(a), float(b)


def _weights(weights: Column | None, size: int) -> Array:
    """Return how many customers each row stands for."""
    if weights is None:
        return np.ones(size)
    many = np.asarray(weights, dtype=np.float64)
    if many.shape != (size,) or not np.isfinite(many).all() or (many < 0).any():
        raise ValueError("weights must be one number of at least 0 for each row")
    return many


def _quantiles(a: float, b: float) -> Array:
    """Return the quantiles of a beta distribution at the nodes, from whichever end is more exact."""
    low = betaincinv(a, b, expit(np.minimum(_NODES, 0)))
    high = betainccinv(a, b, expit(-np.maximum(_NODES, 0)))
    values: Array = np.clip(np.where(_NODES < 0, low, high), TINY, 1.0)
    return values
