"""How likely an answer is right, from its score and its lead over the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scoring._ridge import Trial

TRUST = (4.0, 1.0, 0.4)  # how firmly each number of a usual curve is held: precision of a normal prior
STEPS = 12


@dataclass(frozen=True, slots=True)
class Curve:
    """Confidence as a logistic curve of the score and its lead, never above `ceiling` times the score.

    The ceiling keeps a question that merely resembles nothing else from being answered: in a young FAQ a
    lead is cheap.
    """

    level: float
    score: float
    lead: float
    ceiling: float

    def confidence(self, score: float, rival: float) -> float:
        """Return how likely an answer of this score is right when the next best has `rival`."""
        evidence = self.level + self.score * score + self.lead * (score - max(0.0, rival))
        return max(0.0, min(1.0, self.ceiling * score, 1 / (1 + exp(-max(-30.0, min(30.0, evidence))))))


def fitted(usual: Curve, trials: Sequence["Trial"]) -> Curve:
    """Return the curve that tells right from wrong trials best, near the usual one where they are few.

    Logistic regression on (1, score, lead) with a normal prior around the usual curve, by Newton's method.
    """
    if not trials:
        return usual
    given = np.array([(1.0, trial.score, trial.lead) for trial in trials])
    right = np.array([trial.right for trial in trials], float)
    prior, trust = np.array([usual.level, usual.score, usual.lead]), np.diag(TRUST)
    numbers = prior.copy()
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-np.clip(given @ numbers, -30, 30)))
        slope = given.T @ (right - likely) - trust @ (numbers - prior)
        bend = (given.T * (likely * (1 - likely))) @ given + trust
        numbers = numbers + np.linalg.solve(bend, slope)
    level, score, lead = numbers.tolist()
    return Curve(level, max(0.0, score), max(0.0, lead), usual.ceiling)
