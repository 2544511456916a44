"""Let every phrasing vote for its article (kernel ridge); imported on first use, because it brings scipy."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import linalg

Floats = npt.NDArray[np.float32]
Owners = npt.NDArray[np.int64]

PENALTY = 0.3
LINEAR = 0.3  # the rest of the kernel is the square of a similarity: what two phrasings share in pairs
STRANGER_EACH = 3  # every third phrasing is tried with its whole article left out


@dataclass(frozen=True, slots=True)
class Trial:
    """A phrasing asked of an index that does not know it: best score, lead over the next, and rightness."""

    score: float
    lead: float
    right: bool


@dataclass(frozen=True, slots=True)
class Votes:
    """What each phrasing's kernel value adds to each article, shape (phrasings, articles), and how it did."""

    weights: Floats
    trials: tuple[Trial, ...]

    def scores(self, similar: Floats) -> Floats:
        """Return the score of every article for a question's similarity to every phrasing."""
        found: Floats = curved(similar) @ self.weights
        return found

    def shares(self, similar: Floats, article: int) -> Floats:
        """Return what each phrasing adds to the score of one article."""
        found: Floats = curved(similar) * self.weights[:, article]
        return found


def curved(similar: Floats) -> Floats:
    """Return the kernel of similarities: s and its square, mixed."""
    found: Floats = similar * (LINEAR + (1 - LINEAR) * similar)
    return found


def learn(similar: Floats, starts: Sequence[int]) -> Votes:
    """Solve (K + penalty) W = Y over all phrasings and try each one left out.

    `similar` is square, (phrasings, phrasings), values 0 to 1; it is overwritten. The phrasings of article a
    are `starts[a]:starts[a + 1]`; Y is 1 there. Left-out scores need no second fit: a phrasing i scores
    Y_i - W_i / G_ii with G the inverse of K + penalty, a block of phrasings B scores Y_B - inv(G_BB) W_B
    (Rifkin and Lippert, Notes on regularized least squares, 2007). Each article's column is scaled so that
    its own phrasings score 1 on average, which makes articles with one and with many comparable.
    """
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    hot = np.eye(len(starts) - 1, dtype=np.float32)[owner]
    inverse = _inverse(curved(similar))
    weights: Floats = inverse @ hot
    fit = 1 - PENALTY * (weights * hot).sum(axis=0) / hot.sum(axis=0)
    trials = [
        *_alone(weights, np.diagonal(inverse), owner, fit),
        *_strangers(weights, inverse, starts, fit),
    ]
    return Votes(weights / fit, tuple(trials))


def _inverse(kernel: Floats) -> Floats:
    """Return the inverse of a kernel plus penalty; the kernel is overwritten.

    token_sort_ratio is no positive-definite kernel, so where the factors do not exist negative eigenvalues
    are set to 0 first.
    """
    diagonal = np.diag_indices(len(kernel))
    kernel[diagonal] += PENALTY
    try:
        factor, _ = linalg.cho_factor(kernel, lower=True, check_finite=False)
    except linalg.LinAlgError:
        kernel[diagonal] -= PENALTY
        values, vectors = np.linalg.eigh(kernel)
        found: Floats = (vectors / (np.clip(values, 0, None) + PENALTY)) @ vectors.T
        return found
    inverse, _ = linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    for row in range(len(inverse)):
        inverse[row, row + 1 :] = inverse[row + 1 :, row]
    return np.ascontiguousarray(inverse)


def _alone(weights: Floats, diagonal: Floats, owner: Owners, fit: Floats) -> list[Trial]:
    """Ask every phrasing of an article that has others, as if it alone were not known."""
    several = np.bincount(owner)[owner] > 1
    rows = np.arange(len(owner))
    scores = -weights / diagonal[:, None]
    scores[rows, owner] += 1
    return _judged(scores[several] / fit, owner[several])


def _strangers(weights: Floats, inverse: Floats, starts: Sequence[int], fit: Floats) -> list[Trial]:
    """Ask every third phrasing as if its article did not exist: any answer is wrong."""
    trials: list[Trial] = []
    for article, (start, end) in enumerate(pairwise(starts)):
        asked = np.arange(-start % STRANGER_EACH, end - start, STRANGER_EACH)
        if not len(asked):
            continue
        scores = -np.linalg.solve(inverse[start:end, start:end], weights[start:end])[asked]
        scores[:, article] = -np.inf
        trials += _judged(scores / fit, np.full(len(asked), -1))
    return trials


def _judged(scores: Floats, owner: Owners) -> list[Trial]:
    """Return best score, lead and rightness of each row; `owner` is the right column."""
    if not len(scores) or scores.shape[1] < 2:
        return []
    best = scores.argmax(axis=1)
    top = np.partition(scores, -2, axis=1)[:, -2:]
    found = zip(top[:, 1].tolist(), top[:, 0].tolist(), (best == owner).tolist(), strict=True)
    return [Trial(score, score - max(0.0, rival), right) for score, rival, right in found]
