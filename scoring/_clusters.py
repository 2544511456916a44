"""K-means, DBSCAN and silhouettes as arrays; imported on first use, because it brings numpy and scipy."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

ROUNDS = 300
CHUNK = 512  # rows whose distances to all others are held at a time
SAMPLE = 4_000  # rows that the number of clusters is chosen on
NOISE = -1


def points(rows: Sequence[Sequence[float]]) -> Array:
    """Return rows as a (rows x columns) array, refusing ragged ones and what is not a number."""
    if len({len(row) for row in rows}) > 1:
        raise ValueError("all rows must have the same columns")
    width = len(rows[0]) if rows else 0
    found = np.array([list(row) for row in rows], dtype=np.float64).reshape(len(rows), width)
    if not np.isfinite(found).all():
        raise ValueError("rows must hold finite numbers")
    return found


def standardised(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return z-scores of log1p, by column; a column that is the same for all becomes 0."""
    found = points(rows)
    if (found < 0).any():
        raise ValueError("a logarithm needs figures of at least 0")
    logs = np.log1p(found)
    if not len(logs):
        return []
    spread = logs.std(axis=0)
    scores: list[list[float]] = ((logs - logs.mean(axis=0)) / np.where(spread > 1e-12, spread, 1)).tolist()
    return scores


def kmeans(
    found: Array, k: int, seed: int, n_init: int, order: Sequence[float] | None
) -> tuple[Labels, Array, float]:
    """Return (labels, centres, inertia) of the best of n_init starts, the richest cluster first."""
    if not 1 <= k <= len(np.unique(found, axis=0)):
        raise ValueError(f"{k} clusters need at least {k} different rows")
    if n_init < 1:
        raise ValueError("at least one start is needed")
    draw = np.random.default_rng(seed)
    tries = [_settled(found, _spread_out(found, k, draw)) for _ in range(n_init)]
    labels, centres, inertia = min(tries, key=lambda one: one[2])
    wealth = found[:, -1] if order is None else np.asarray(order, dtype=np.float64)
    if wealth.shape != (len(found),):
        raise ValueError("the order needs one figure a row")
    means = np.array([wealth[labels == label].mean() for label in range(k)])
    ranked = np.lexsort((*centres.T[::-1], -means))
    return np.argsort(ranked)[labels], centres[ranked], inertia


def sample(found: Array, seed: int) -> Array:
    """Return the rows, or as many drawn at random as their distances to each other are worth."""
    if len(found) <= SAMPLE:
        return found
    return found[np.sort(np.random.default_rng(seed).choice(len(found), SAMPLE, replace=False))]


def silhouette(found: Array, labels: Labels) -> float:
    """Return the mean silhouette, -1 to 1; a cluster of one counts 0."""
    names, labels = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        return 0.0
    member = np.eye(len(names))[labels]
    sizes = member.sum(axis=0)
    total = 0.0
    for start in range(0, len(found), CHUNK):
        own = labels[start : start + CHUNK]
        rows = np.arange(len(own))
        sums = cdist(found[start : start + CHUNK], found) @ member
        inside = sums[rows, own] / np.maximum(sizes[own] - 1, 1)
        apart = sums / sizes
        apart[rows, own] = np.inf
        nearest = apart.min(axis=1)
        scale = np.maximum(np.maximum(inside, nearest), 1e-300)
        total += float(np.where(sizes[own] > 1, (nearest - inside) / scale, 0.0).sum())
    return total / len(found)


def knee(found: Array, min_samples: int) -> float:
    """Return the distance at the bend of the sorted distances to the min_samples-th point, itself counted.

    The bend is where the curve lies furthest below the line from its first to its last point.
    """
    far = np.sort(KDTree(found).query(found, k=[min_samples])[0].ravel())
    line = np.linspace(far[0], far[-1], len(far))
    return float(far[int(np.argmax(line - far))])


def dbscan(found: Array, eps: float, min_samples: int) -> Labels:
    """Return a cluster for each point in order of first core point, or NOISE.

    A border point joins the cluster that reaches it first.
    """
    tree = KDTree(found)
    core = tree.query_ball_point(found, eps, return_length=True) >= min_samples
    labels = np.full(len(found), NOISE, dtype=np.int64)
    clusters = 0
    for start in np.flatnonzero(core):
        if labels[start] != NOISE:
            continue
        labels[start] = clusters
        reached = [int(start)]
        while reached:
            near = np.array(tree.query_ball_point(found[reached.pop()], eps), dtype=np.int64)
            fresh = near[labels[near] == NOISE]
            labels[fresh] = clusters
            reached.extend(fresh[core[fresh]].tolist())
        clusters += 1
    return labels


def _spread_out(found: Array, k: int, draw: np.random.Generator) -> Array:
    """Draw k starting centres far from each other: greedy k-means++, the best of a few candidates each."""
    chosen = [int(draw.integers(len(found)))]
    near = cdist(found, found[chosen], "sqeuclidean").ravel()
    for _ in range(1, k):
        total = near.sum()  # 0 when rows differ by less than a square can hold
        candidates = draw.choice(len(found), 2 + int(np.log(k)), p=near / total if total else None)
        left = np.minimum(near, cdist(found[candidates], found, "sqeuclidean"))
        best = int(np.argmin(left.sum(axis=1)))
        chosen.append(int(candidates[best]))
        near = left[best]
    return found[chosen]


def _settled(found: Array, centres: Array) -> tuple[Labels, Array, float]:
    """Move centres to the mean of their points until no point changes its cluster (Lloyd)."""
    labels = np.full(len(found), NOISE, dtype=np.int64)
    for _ in range(ROUNDS):
        apart = cdist(found, centres, "sqeuclidean")
        nearest = apart.argmin(axis=1)
        for empty in np.setdiff1d(np.arange(len(centres)), nearest):
            furthest = int(np.argmax(apart[np.arange(len(found)), nearest]))
            nearest[furthest] = empty
            apart[furthest] = 0
        if np.array_equal(nearest, labels):
            break
        labels = nearest.astype(np.int64)
        sizes = np.bincount(labels, minlength=len(centres))
        sums = [np.bincount(labels, weights=column, minlength=len(centres)) for column in found.T]
        centres = np.column_stack(sums) / sizes[:, None]
    inertia = float(((found - centres[labels]) ** 2).sum())
    return labels, centres, inertia
