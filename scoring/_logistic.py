"""Learn labels from texts: logistic regression on pieces of words and what rules find; it brings scipy."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, log1p

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from scoring._grams import char_grams, units
from scoring._reading import hits
from scoring.text import WEIGHTS, language, normalise, sentiment

Floats = npt.NDArray[np.float64]

PENALTY = 0.2
STEPS = 100
SEEN_AT_LEAST = 2
RULES = tuple(WEIGHTS)
MORE = 4  # features beside the counts of rules: ends asking, length, pleased, displeased


@dataclass(frozen=True, slots=True)
class Weights:
    """Grams with their inverse document frequency, and the numbers learnt, shape (features + 1, labels)."""

    numbers: Mapping[str, int]
    rarity: Floats
    rule_weight: float
    learnt: Floats

    def chances(self, texts: Sequence[str]) -> Floats:
        """Return how likely each label is for each text, shape (texts, labels)."""
        counted = [Counter(_grams(text)) for text in texts]
        given = _features(texts, counted, self.numbers, self.rarity, self.rule_weight)
        return _softmax(given @ self.learnt)


def learn(texts: Sequence[str], labels: Sequence[int], count: int, *, rule_weight: float) -> Weights:
    """Fit multinomial logistic regression with a ridge penalty by L-BFGS; labels are 0 to count - 1."""
    counted = [Counter(_grams(text)) for text in texts]
    seen = Counter(gram for grams in counted for gram in grams)
    numbers = {gram: nth for nth, gram in enumerate(g for g, n in seen.items() if n >= SEEN_AT_LEAST)}
    rarity = np.array([log((1 + len(texts)) / (1 + seen[gram])) + 1 for gram in numbers])
    given = _features(texts, counted, numbers, rarity, rule_weight)
    wanted = np.eye(count)[np.asarray(labels)]
    across = given.T.tocsr()

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(given.shape[1], count)
        likely = _softmax(given @ weights)
        value = -np.sum(wanted * np.log(np.maximum(likely, 1e-12))) + PENALTY * np.sum(weights**2) / 2
        return float(value), np.asarray(across @ (likely - wanted) + PENALTY * weights).ravel()

    start = np.zeros(given.shape[1] * count)
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return Weights(numbers, rarity, rule_weight, found.x.reshape(given.shape[1], count))


def _grams(text: str) -> list[str]:
    """Return the pieces a text is told by: of words in English, of one to three characters in Chinese."""
    spoken = language(text, "en") or "en"
    found = units(normalise(text), spoken)
    if spoken == "en":
        return char_grams(found, "en")
    threes = ["".join(found[at : at + 3]) for at in range(len(found) - 2)]
    return [*char_grams(found, "zh"), *threes]


def _features(
    texts: Sequence[str],
    counted: Sequence[Counter[str]],
    numbers: Mapping[str, int],
    rarity: Floats,
    rule_weight: float,
) -> sparse.csr_matrix:
    """Return unit TF-IDF vectors, weighed findings of the rules, and a constant, side by side."""
    rows, columns, values = [], [], []
    for row, grams in enumerate(counted):
        known = [(numbers[gram], 1 + log(times)) for gram, times in grams.items() if gram in numbers]
        rows += [row] * len(known)
        columns += [number for number, _ in known]
        values += [weight * rarity[number] for number, weight in known]
    plain = sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), len(numbers)))
    lengths = np.sqrt(plain.multiply(plain).sum(axis=1)).A1
    unit = sparse.diags(1 / np.maximum(lengths, 1e-9)) @ plain
    told = np.array([_told(text) for text in texts]).reshape(len(texts), len(RULES) + MORE)
    return sparse.hstack([unit, rule_weight * told, np.ones((len(texts), 1))], format="csr")


def _told(text: str) -> list[float]:
    """Return what the rules find in a text, as numbers of about 0 to 1."""
    sums = dict.fromkeys(RULES, 0.0)
    for hit in hits(text):
        sums[hit.code] += hit.strength
    pleased = sentiment(text).p
    asks = text.rstrip().endswith(("?", "？"))
    counts = [log1p(sums[code]) for code in RULES]
    return [*counts, float(asks), log1p(len(text)) / 6, max(0.0, pleased - 0.5), max(0.0, 0.5 - pleased)]


def _softmax(scores: Floats) -> Floats:
    """Return probabilities for each row of scores."""
    found = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = found / found.sum(axis=1, keepdims=True)
    return shares
