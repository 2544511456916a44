"""TF-IDF vectors over grams: an inverted index in arrays, quick for one question at a time."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Space:
    """Texts as unit vectors over their grams, kept by gram.

    Gram number g occurs in the texts `positions[starts[g]:starts[g + 1]]` with the `weights` of the same
    slice: those of the texts' unit vectors, times `rarity`. `unseen` is the weight of a gram that no text
    has: it makes a question less like all of them.
    """

    size: int
    share: Callable[[str], float]
    numbers: Mapping[str, int]
    rarity: Sequence[float]
    unseen: float
    starts: Sequence[int]
    positions: npt.NDArray[np.intp]
    weights: npt.NDArray[np.float64]

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]], share: Callable[[str], float]) -> "Space":
        """Weigh grams by 1 + log of their number and smoothed inverse document frequency, to unit length.

        `share` (gram to 0..1) further scales a gram's weight.
        """
        counted = [Counter(grams) for grams in texts]
        seen = Counter(gram for grams in counted for gram in grams)
        numbers = {gram: number for number, gram in enumerate(sorted(seen))}
        rarity = [(log((1 + len(texts)) / (1 + seen[gram])) + 1) * share(gram) for gram in numbers]
        rows = [_unit([(numbers[gram], times) for gram, times in c.items()], rarity) for c in counted]
        lengths = [len(row) for row in rows]
        columns = np.fromiter((number for row in rows for number, _ in row), np.int32, sum(lengths))
        weights = np.fromiter((weight for row in rows for _, weight in row), float, sum(lengths))
        order = np.argsort(columns, kind="stable")
        positions = np.repeat(np.arange(len(texts)), lengths)[order]
        starts = np.searchsorted(columns[order], np.arange(len(numbers) + 1)).tolist()
        unseen = log(1 + len(texts)) + 1
        scaled = weights[order] * np.repeat(np.array(rarity), np.diff(starts))
        return cls(len(texts), share, numbers, rarity, unseen, starts, positions, scaled)

    def cosines(self, grams: Sequence[str]) -> Floats:
        """Return the cosine of every text with the text of these grams, shape (texts,)."""
        slices, weights = [], []
        length, starts = 0.0, self.starts
        for gram, times in Counter(grams).items():
            number = self.numbers.get(gram)
            damped = 1.0 if times == 1 else 1 + log(times)
            if number is None:
                length += (damped * self.unseen * self.share(gram)) ** 2
                continue
            start, end = starts[number], starts[number + 1]
            slices.append(self.positions[start:end])
            weights.append(self.weights[start:end] if times == 1 else self.weights[start:end] * damped)
            length += (damped * self.rarity[number]) ** 2
        if not slices:
            return np.zeros(self.size, np.float32)
        found = np.bincount(np.concatenate(slices), np.concatenate(weights), self.size)
        return (found / sqrt(length)).astype(np.float32)

    def overlaps(self, grams: Collection[str]) -> tuple[Floats, Floats]:
        """Return how many of a question's distinct grams each text has, and their share of its weight."""
        known = [self.numbers[gram] for gram in grams if gram in self.numbers]
        if not known:
            return np.zeros(self.size, np.float32), np.zeros(self.size, np.float32)
        strange = self.unseen * sum(self.share(gram) for gram in grams if gram not in self.numbers)
        spans = [slice(self.starts[number], self.starts[number + 1]) for number in known]
        rarity = [self.rarity[number] for number in known]
        found = np.concatenate([self.positions[span] for span in spans])
        lengths = np.array([span.stop - span.start for span in spans])
        weights = np.repeat(np.array(rarity), lengths)
        shared = np.bincount(found, weights, self.size) / (sum(rarity) + strange)
        return np.bincount(found, minlength=self.size).astype(np.float32), shared.astype(np.float32)

    def matrix(self) -> "sparse.csr_matrix":
        """Return the unit vectors as rows, shape (texts, grams)."""
        from scipy import sparse  # on first use: it takes 20 MB, and single phrasings do without

        shape = (self.size, len(self.numbers))
        plain = (self.weights / np.repeat(self.rarity, np.diff(self.starts))).astype(np.float32)
        return sparse.csc_matrix((plain, self.positions, self.starts), shape=shape).tocsr()


def _unit(counts: Sequence[tuple[int, int]], rarity: Sequence[float]) -> list[tuple[int, float]]:
    """Return (gram number, weight) scaled to length 1."""
    raw = [(number, (1 + log(times)) * rarity[number]) for number, times in counts]
    length = sqrt(sum(weight * weight for _, weight in raw)) or 1.0
    return [(number, weight / length) for number, weight in raw]
