"""Let every phrasing vote for its article (kernel ridge); imported on first use, because it brings numpy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PENALTY = 1.0


@dataclass(frozen=True, slots=True)
class Votes:
    """What each phrasing's similarity adds to each article: an array of (phrasings x articles)."""

    articles: tuple[int, ...]
    weights: npt.NDArray[np.float64]

    def scores(self, similar: Sequence[float]) -> list[tuple[int, float]]:
        """Return (article, score) for a question's similarity to every phrasing; 1 is a known phrasing."""
        totals: list[float] = (np.asarray(similar) @ self.weights).tolist()
        return list(zip(self.articles, totals, strict=True))


def learn(similar: Sequence[Sequence[float]], owners: Sequence[int]) -> Votes:
    """Solve (K + penalty) W = Y over the similarities K of all phrasings and their one-hot articles Y.

    `similar` is square, (phrasings x phrasings), values 0 to 1; `owners` names the article of each phrasing.
    token_sort_ratio is no positive-definite kernel, so negative eigenvalues are set to 0 first. Each
    article's column is scaled so that its own phrasings score 1 on average, which makes scores of articles
    with one and with many phrasings comparable.
    """
    articles = tuple(dict.fromkeys(owners))
    own = np.array([articles.index(owner) for owner in owners])
    hot = np.eye(len(articles))[own]
    kernel = np.asarray(similar, dtype=np.float64)
    values, vectors = np.linalg.eigh((kernel + kernel.T) / 2)
    weights = vectors @ ((vectors.T @ hot) / (np.clip(values, 0, None) + PENALTY)[:, None])
    fitted = np.einsum("ij,ij->j", kernel @ weights, hot) / hot.sum(axis=0)
    return Votes(articles, weights / np.maximum(fitted, 1e-9))
