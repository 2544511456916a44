"""The phrasings of one language and what is computed of them once; imported on first use, it brings numpy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring._calibration import Curve, fitted
from scoring._fuzzy import sorted_ratios
from scoring._grams import char_grams, commonness, sorted_units, units, word_grams
from scoring._vectors import Space

if TYPE_CHECKING:
    from scoring._ridge import Trial, Votes

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shares:
    """What a similarity is made of: shares of cosines, token_sort_ratio, and units in common."""

    characters: float
    words: float
    in_order: float
    common: float = 0.0  # 2i / (i + the shorter one's): one may say more than the other
    covered: float = 0.0  # of the question's weight


VOTING = {"en": Shares(0.4, 0.4, 0.2), "zh": Shares(0.5, 0.0, 0.5)}
VOTING_MANY = {"en": Shares(0.5, 0.5, 0.0), "zh": Shares(1.0, 0.0, 0.0)}
NEAREST = {"en": Shares(0.6, 0.3, 0.1), "zh": Shares(0.3, 0.0, 0.3, 0.2, 0.2)}
FUZZY_AT_MOST = 2_000  # phrasings that vote with token_sort_ratio in it: it bends the kernel, and takes long
VOTING_AT_LEAST = 1.5  # phrasings an article, on average: a vote of one is the nearest phrasing
VOTING_AT_MOST = 12_000  # phrasings: the vote needs all their similarities at once, 600 MB for a moment
WEIGHTS_AT_MOST = 20_000_000  # phrasings times articles: 80 MB for good
BLOCK = 512

# Confidence before phrasings are left out to see, and where none can be; logistic fits to draws of the sets
# that `benchmarks/faq_match.py` runs on, rounded.
VOTED = Curve(level=-2.6, score=4.3, lead=6.2, ceiling=2.0)
SINGLE_EN = Curve(level=-2.4, score=4.2, lead=12.0, ceiling=2.0)
SINGLE_ZH = Curve(level=-3.4, score=4.5, lead=14.0, ceiling=1.3)
KNOWN = 0.97  # confidence of a phrasing that is known word for word
WORD_FOR_WORD = 0.999
SHOWN = 3  # contributing phrasings a reason names
SHOWN_FROM = 0.25  # of what the best one adds


@dataclass(frozen=True, slots=True)
class Found:
    """An article with its score and confidence, the phrasings that spoke for it, and the shared words."""

    article: int
    score: float
    confidence: float
    phrasings: tuple[int, ...]
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Phrasings in the order of their articles: those of article a are `starts[a]:starts[a + 1]`."""

    spoken: str
    starts: tuple[int, ...]
    split: tuple[tuple[str, ...], ...]
    in_order: tuple[str, ...]
    shares: Shares
    sizes: Floats  # distinct units of each phrasing
    characters: Space
    words: Space | None
    curve: Curve
    votes: "Votes | None" = None

    @classmethod
    def build(cls, spoken: str, texts: Sequence[str], starts: Sequence[int]) -> "Shelf":
        """Compute what is needed of normalised phrasings."""
        split = [tuple(units(text, spoken)) for text in texts]
        voting = _may_vote(len(texts), len(starts) - 1)
        nearest = cls(
            spoken=spoken,
            starts=tuple(starts),
            split=tuple(split),
            in_order=tuple(sorted_units(found) for found in split),
            shares=_shares(len(texts), voting=voting)[spoken],
            sizes=np.array([len(set(found)) for found in split], np.float32),
            characters=Space.build([char_grams(found, spoken) for found in split], _share_of(spoken)),
            words=None if spoken == "zh" else Space.build([word_grams(found) for found in split], _full),
            curve=SINGLE_ZH if spoken == "zh" else SINGLE_EN,
        )
        return nearest._with_votes() if voting else nearest

    @property
    def is_single(self) -> bool:
        """Tell whether every article has one phrasing."""
        return len(self.starts) == len(self.in_order) + 1

    @property
    def trials(self) -> Sequence["Trial"]:
        """Return how left-out phrasings were answered."""
        return self.votes.trials if self.votes is not None else ()

    def search(self, asked: str, k: int) -> list[Found]:
        """Return up to k articles that may answer a normalised question, the best first."""
        words = units(asked, self.spoken)
        similar = self.similarities(words)
        near: Floats = similar if self.is_single else np.maximum.reduceat(similar, self.starts[:-1])
        scores = near if self.votes is None else self.votes.scores(similar)
        order = np.argsort(-scores, kind="stable")[: max(k, 2)].tolist()
        best = [min(1.0, max(0.0, float(scores[article]))) for article in order]
        if best[0] <= 0:
            return []
        surest = self.curve.confidence(best[0], best[1] if len(best) > 1 else 0.0)
        if near[order[0]] > WORD_FOR_WORD and np.count_nonzero(near > WORD_FOR_WORD) == 1:
            surest = max(surest, KNOWN)
        found: list[Found] = []
        for article, score in zip(order[:k], best, strict=False):
            sure = min(1 - surest, self.curve.confidence(score, best[0])) if found else surest
            spoke = self._contributors(similar, article)
            found.append(Found(article, score, sure, spoke, self._shared(words, spoke[0])))
        return found

    def nearness(self, asked: str, article: int) -> float:
        """Return how similar the nearest phrasing of an article is to a normalised text, 0 to 1."""
        similar = self.similarities(units(asked, self.spoken))
        return min(1.0, float(similar[self.starts[article] : self.starts[article + 1]].max()))

    def similarities(self, words: Sequence[str]) -> Floats:
        """Return how similar each phrasing is to a question, 0 to 1, shape (phrasings,)."""
        shares = self.shares
        total = shares.characters * self.characters.cosines(char_grams(words, self.spoken))
        if self.words is not None:
            total += shares.words * self.words.cosines(word_grams(words))
        if shares.in_order:
            total += shares.in_order * sorted_ratios([sorted_units(words)], self.in_order)[0]
        if shares.common:
            distinct = dict.fromkeys(words)
            common, covered = self.characters.overlaps(distinct)
            total += shares.common * 2 * common / (common + np.minimum(self.sizes, len(distinct)))
            total += shares.covered * covered
        return total

    def _contributors(self, similar: Floats, article: int) -> tuple[int, ...]:
        """Return the positions of the article's phrasings that spoke most for it, the strongest first."""
        start, end = self.starts[article], self.starts[article + 1]
        if end - start == 1:
            return (start,)
        added = similar if self.votes is None else self.votes.shares(similar, article)
        own = added[start:end]
        ranked = np.argsort(-own, kind="stable")[:SHOWN].tolist()
        least = SHOWN_FROM * float(own[ranked[0]])
        return tuple(start + at for nth, at in enumerate(ranked) if not nth or own[at] > max(0.0, least))

    def _shared(self, words: Sequence[str], position: int) -> tuple[str, ...]:
        """Return the words (Chinese: characters) of a question that a phrasing has too, in their order."""
        known = set(self.split[position])
        return tuple(dict.fromkeys(word for word in words if word in known))

    def _with_votes(self) -> "Shelf":
        """Return the same phrasings, voting, with confidence as leaving each of them out teaches."""
        from scoring import _ridge  # on first use: it brings scipy

        votes = _ridge.learn(self._kernel(), self.starts)
        return replace(self, votes=votes, curve=fitted(VOTED, votes.trials))

    def _kernel(self) -> Floats:
        """Return the similarity of all phrasings, made block by block to stay within memory."""
        size = len(self.in_order)
        kernel = np.zeros((size, size), np.float32)
        spaces = [(self.shares.characters, self.characters)]
        if self.words is not None:
            spaces.append((self.shares.words, self.words))
        for share, space in spaces:
            rows = space.matrix()
            columns = rows.T.tocsr()
            for start in range(0, size, BLOCK):
                kernel[start : start + BLOCK] += share * (rows[start : start + BLOCK] @ columns).toarray()
        for start in range(0, size if self.shares.in_order else 0, BLOCK):
            block = self.in_order[start : start + BLOCK]
            kernel[start : start + BLOCK] += self.shares.in_order * sorted_ratios(block, self.in_order)
        return kernel


def _may_vote(phrasings: int, articles: int) -> bool:
    """Tell whether there are phrasings enough to vote and few enough to count all their votes."""
    few = phrasings <= VOTING_AT_MOST and phrasings * articles <= WEIGHTS_AT_MOST
    return few and phrasings >= VOTING_AT_LEAST * articles


def _shares(phrasings: int, *, voting: bool) -> Mapping[str, Shares]:
    """Return what similarities are made of, by language."""
    if not voting:
        return NEAREST
    return VOTING_MANY if phrasings > FUZZY_AT_MOST else VOTING


def _share_of(spoken: str) -> Callable[[str], float]:
    """Return what a character gram's weight is scaled by in a language."""
    return commonness if spoken == "zh" else _full


def _full(_gram: str) -> float:
    """Return 1: every gram counts in full."""
    return 1.0
