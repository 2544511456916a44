"""TF-IDF vectors in plain Python: an inverted index of grams, small enough to need no numpy."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt

GRAMS_EN = (2, 3, 4, 5)
GRAMS_ZH = (1, 2)


@dataclass(frozen=True, slots=True)
class Space:
    """Texts as unit vectors over their grams, by gram: (position of the text, weight)."""

    postings: Mapping[str, tuple[tuple[int, float], ...]]
    idf: Mapping[str, float]
    unseen: float  # the weight of a gram no text has: it makes a question less like all of them

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]]) -> "Space":
        """Weigh grams by smoothed inverse document frequency and normalise each text to length 1."""
        seen = Counter(gram for grams in texts for gram in set(grams))
        idf = {gram: log((1 + len(texts)) / (1 + times)) + 1 for gram, times in seen.items()}
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for position, grams in enumerate(texts):
            for gram, weight in _unit({gram: n * idf[gram] for gram, n in Counter(grams).items()}):
                postings[gram].append((position, weight))
        return cls({gram: tuple(found) for gram, found in postings.items()}, idf, log(1 + len(texts)) + 1)

    def cosines(self, grams: Sequence[str]) -> list[tuple[int, float]]:
        """Return (position, cosine) of every text that shares a gram."""
        found: dict[int, float] = defaultdict(float)
        weights = {gram: n * self.idf.get(gram, self.unseen) for gram, n in Counter(grams).items()}
        for gram, weight in _unit(weights):
            for position, other in self.postings.get(gram, ()):
                found[position] += weight * other
        return list(found.items())


def char_grams(text: str, spoken: str) -> list[str]:
    """Return the character grams of a normalised text: within words in English, across them in Chinese."""
    if spoken == "zh":
        return list(_slices("".join(text.split()), GRAMS_ZH))
    return [gram for word in text.split() for gram in _slices(f" {word} ", GRAMS_EN)]


def word_grams(text: str) -> list[str]:
    """Return the words of a normalised text and its pairs of neighbours."""
    words = text.split()
    return words + [f"{one} {two}" for one, two in pairwise(words)]


def chars(text: str) -> list[str]:
    """Return the characters of a text, without spaces."""
    return [char for char in text if not char.isspace()]


def _slices(text: str, sizes: Sequence[int]) -> Iterator[str]:
    """Yield every slice of the given sizes."""
    for size in sizes:
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


def _unit(weights: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return weights scaled to length 1."""
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return [(gram, weight / length) for gram, weight in weights.items()]
