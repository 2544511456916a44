"""Measures of association over arrays; imported on first use, because it brings numpy and scipy."""

from collections.abc import Sequence
from math import atanh, sqrt, tanh
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, fdtrc, stdtr
from scipy.stats import fisher_exact, kendalltau, rankdata

from scoring._strengths import CorrelationRatio, CramersV, Ordinal, Pearson

Vector = npt.NDArray[np.float64]
Z95 = NormalDist().inv_cdf(0.975)


def cramers_v(table: Sequence[Sequence[int]]) -> CramersV:
    """Return Cramér's V of an (r x c) table of counts, empty rows and columns left out."""
    counts = np.asarray(table, dtype=np.float64).reshape(len(table), len(table[0]) if table else 0)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    (rows, columns), n = counts.shape, float(counts.sum())
    if rows < 2 or columns < 2:
        return CramersV(int(n), rows, columns, None, 0, None, None, None, None)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    chi2 = float(((counts - expected) ** 2 / expected).sum())
    dof = (rows - 1) * (columns - 1)
    return CramersV(
        n=int(n),
        rows=rows,
        columns=columns,
        chi2=chi2,
        dof=dof,
        p=float(chdtrc(dof, chi2)),
        v=min(1.0, sqrt(chi2 / n / (min(rows, columns) - 1))),
        corrected=_corrected(chi2 / n, n, rows, columns),
        least_expected=float(expected.min()),
    )


def _corrected(phi2: float, n: float, rows: int, columns: int) -> float | None:
    """Return Bergsma's V: what chance alone would give is taken from phi squared and from both sizes."""
    left = max(0.0, phi2 - (rows - 1) * (columns - 1) / (n - 1))
    room = min(size - (size - 1) ** 2 / (n - 1) for size in (rows, columns)) - 1
    return min(1.0, sqrt(left / room)) if room > 0 else None


def correlation_ratio(categories: Sequence[str], numbers: Sequence[float]) -> CorrelationRatio:
    """Return eta of numbers by category, both of one length."""
    values = np.asarray(numbers, dtype=np.float64)
    names, place = np.unique(np.asarray(categories, dtype=np.str_), return_inverse=True)
    n, groups = len(values), len(names)
    if groups < 2 or values.min() == values.max():
        return CorrelationRatio(n, groups, None, None, None)
    away = values - values.mean()
    sizes = np.bincount(place)
    between = float((np.bincount(place, weights=away) ** 2 / sizes).sum())
    eta2 = min(1.0, between / float(away @ away))
    return CorrelationRatio(n, groups, sqrt(eta2), eta2, _f_test(eta2, n, groups))


def _f_test(eta2: float, n: int, groups: int) -> float | None:
    """Return the p of equal means; None when every category holds one number."""
    if n <= groups:
        return None
    if eta2 >= 1:
        return 0.0
    return float(fdtrc(groups - 1, n - groups, eta2 / (groups - 1) / ((1 - eta2) / (n - groups))))


def fisher(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return Fisher's exact two-sided p that two (k, n) have the same rate."""
    table = [[one[0], one[1] - one[0]], [other[0], other[1] - other[0]]]
    return min(1.0, float(fisher_exact(table).pvalue))


def ordinal(a: Sequence[float], b: Sequence[float]) -> Ordinal:
    """Return Spearman's rho and Kendall's tau-b of pairs."""
    n = len(a)
    rho = _r(rankdata(a), rankdata(b)) if n else None
    if rho is None:
        return Ordinal(n, None, None, None, None)
    tau = kendalltau(a, b, variant="b")
    return Ordinal(
        n=n,
        spearman=rho,
        spearman_p=_t_test(rho, n),
        kendall=float(tau.statistic),
        kendall_p=float(tau.pvalue) if n > 2 else None,
    )


def pearson(a: Sequence[float], b: Sequence[float]) -> Pearson:
    """Return Pearson's r of pairs, with Fisher's interval."""
    n = len(a)
    r = _r(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)) if n else None
    if r is None or n < 4:
        return Pearson(n, r, None if r is None else _t_test(r, n), None, None)
    if abs(r) == 1:
        return Pearson(n, r, 0.0, r, r)
    half = Z95 / sqrt(n - 3)
    return Pearson(n, r, _t_test(r, n), tanh(atanh(r) - half), tanh(atanh(r) + half))


def _r(a: Vector, b: Vector) -> float | None:
    """Return the product-moment correlation; None where one side is constant."""
    if a.min() == a.max() or b.min() == b.max():
        return None
    x, y = a - a.mean(), b - b.mean()
    return float(np.clip(x @ y / np.sqrt(x @ x) / np.sqrt(y @ y), -1, 1))


def _t_test(r: float, n: int) -> float | None:
    """Return the two-sided p of no correlation; None below three pairs."""
    if n < 3:
        return None
    if abs(r) == 1:
        return 0.0
    return float(2 * stdtr(n - 2, -abs(r) * sqrt((n - 2) / (1 - r * r))))
