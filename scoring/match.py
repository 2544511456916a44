"""Which article answers a question, and which word was meant; always with a named scorer and a cut-off.

The default scorer of rapidfuzz (WRatio) is never used: on real questions it finds a third of what these do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import exp
from types import MappingProxyType
from typing import TYPE_CHECKING

from scoring._vectors import Space, char_grams, chars, word_grams
from scoring.text import Language, Reason, language, normalise

if TYPE_CHECKING:
    from scoring._ridge import Votes

# Answer at once from this confidence on: 78 to 100 of a hundred such answers were right on the sets of
# `benchmarks/faq_match.py`, where up to a third of the questions are about something else. Below it, let the
# customer tap one of up to three.
CONFIDENT = 0.75
# Offer nothing when the best article is below this: on the same sets fewer than two in ten were right.
OFFER = 0.25
# A second and third article are offered beside the best when they score at least this share of it.
RUNNER_UP = 0.3
# The meant word is as close as this (Jaro-Winkler, 0 to 1): "staus" finds "status", "hi" finds nothing.
MEANT = 0.82

SHARES_EN = (0.4, 0.4, 0.2)  # character grams, word grams, token_sort_ratio
SHARES_ZH = (0.5, 0.0, 0.5)
SHOWN_AT_MOST = 10
VOTING_AT_LEAST = 1.5  # phrasings an article, on average: a vote of one is the nearest phrasing
VOTING_AT_MOST = 2_000  # phrasings: the vote needs all their similarities at once


@dataclass(frozen=True, slots=True)
class _Curve:
    """Confidence as a logistic curve of the score and its lead, never above `ceiling` times the score.

    It is 1/2 where the score is `middle` and no rival is ahead or behind. The ceiling keeps a question that
    merely resembles nothing else from being answered: in a young FAQ a lead is cheap.
    """

    middle: float
    steepness: float
    lead: float
    ceiling: float


# Logistic fits to draws of the sets in `benchmarks/faq_match.py`, rounded; the Chinese one steeper, by hand.
VOTED_EN = _Curve(middle=0.6, steepness=4.3, lead=6.2, ceiling=2.0)
SINGLE_EN = _Curve(middle=0.58, steepness=4.6, lead=11.0, ceiling=2.0)
CURVE_ZH = _Curve(middle=0.7, steepness=4.0, lead=12.0, ceiling=1.4)


@dataclass(frozen=True, slots=True)
class Entry:
    """One known phrasing of the question that an article answers."""

    article_id: int
    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """An article that may answer: how similar (0 to 1), how likely right (0 to 1), and why."""

    article_id: int
    score: float
    confidence: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The phrasings of one language with what is computed of them once."""

    language: Language
    entries: tuple[Entry, ...]
    texts: tuple[str, ...]
    sorted_units: tuple[str, ...]
    characters: Space
    words: Space
    votes: "Votes | None" = None


class FaqIndex:
    """Find articles by what their known phrasings share with a question; never changed once built.

    Character and word TF-IDF cosines are mixed with rapidfuzz's token_sort_ratio (over single characters in
    Chinese, which has no spaces to sort by). Where articles have several phrasings, all of them vote (kernel
    ridge), which finds a tenth more than the nearest one alone. A question takes 1 to 4 ms, building about
    3 ms a phrasing: build off the event loop and swap.
    """

    __slots__ = ("_shelves",)

    def __init__(self, shelves: Iterable[_Shelf]) -> None:
        """Keep the shelves; call `build` instead."""
        self._shelves = MappingProxyType({shelf.language: shelf for shelf in shelves})

    @classmethod
    def build(cls, entries: Sequence[Entry]) -> "FaqIndex":
        """Index phrasings; those without a letter or digit are left out."""
        kept = sorted((entry for entry in entries if normalise(entry.text)), key=lambda entry: entry.language)
        grouped = groupby(kept, key=lambda entry: entry.language)
        return cls(_shelf(spoken, tuple(of_it)) for spoken, of_it in grouped)

    def query(self, text: str, k: int = 3) -> list[Match]:
        """Return up to k articles, the likeliest first; none when the best is below OFFER.

        Only phrasings in the question's own language are searched; where that cannot be told, all are.
        """
        asked, spoken = normalise(text), language(text)
        if not asked:
            return []
        shelves = [shelf for shelf in self._shelves.values() if spoken in (None, shelf.language)]
        found = [match for shelf in shelves for match in _search(shelf, asked)]
        found.sort(key=lambda match: (-match.confidence, -match.score, match.article_id))
        best: dict[int, Match] = {}
        for match in found:
            best.setdefault(match.article_id, match)
        return list(best.values())[:k]


def suggest(word: str, choices: Iterable[str], *, cutoff: float = MEANT) -> str | None:
    """Return the choice most likely meant by a mistyped word, or None when none is close.

    The scorer is Jaro-Winkler similarity (0 to 1), which forgives swapped letters and favours a common start;
    a leading slash and case do not count. Of equally close choices the first is returned.
    """
    listed = list(choices)
    folded = [_bare(choice) for choice in listed]
    from scoring._fuzzy import closest

    best = closest(_bare(word), folded, cutoff=cutoff)
    return None if best is None else listed[best]


def _bare(word: str) -> str:
    """Return a word as it is compared: lower case, without a leading slash."""
    return word.strip().lstrip("/").casefold()


def _shelf(spoken: Language, entries: tuple[Entry, ...]) -> _Shelf:
    """Compute what is needed of the phrasings of one language."""
    texts = tuple(normalise(entry.text) for entry in entries)
    nearest = _Shelf(
        language=spoken,
        entries=entries,
        texts=texts,
        sorted_units=tuple(_units(text, spoken) for text in texts),
        characters=Space.build([char_grams(text, spoken) for text in texts]),
        words=Space.build([word_grams(text) for text in texts]),
    )
    owners = [entry.article_id for entry in entries]
    if not VOTING_AT_LEAST * len(set(owners)) <= len(owners) <= VOTING_AT_MOST:
        return nearest
    from scoring import _ridge  # on first use: it brings numpy

    return replace(nearest, votes=_ridge.learn([_similarities(nearest, text) for text in texts], owners))


def _units(text: str, spoken: Language) -> str:
    """Return a text as rapidfuzz sorts it: words, or single characters in Chinese."""
    return " ".join(chars(text)) if spoken == "zh" else text


def _similarities(shelf: _Shelf, asked: str) -> list[float]:
    """Return how similar each phrasing is to the question, 0 to 1."""
    shares = SHARES_ZH if shelf.language == "zh" else SHARES_EN
    total = [0.0] * len(shelf.entries)
    from scoring._fuzzy import sorted_ratios

    for position, ratio in sorted_ratios(_units(asked, shelf.language), shelf.sorted_units):
        total[position] += shares[2] * ratio / 100
    for position, cosine in shelf.characters.cosines(char_grams(asked, shelf.language)):
        total[position] += shares[0] * cosine
    if shares[1]:
        for position, cosine in shelf.words.cosines(word_grams(asked)):
            total[position] += shares[1] * cosine
    return total


def _search(shelf: _Shelf, asked: str) -> list[Match]:
    """Return the articles of one language that may answer, the best first."""
    similar = _similarities(shelf, asked)
    closest: dict[int, int] = {}
    for position, entry in enumerate(shelf.entries):
        best = closest.get(entry.article_id)
        if best is None or similar[position] > similar[best]:
            closest[entry.article_id] = position
    scores = _scores(shelf, similar, closest)
    top, rival = scores[0][1], scores[1][1] if len(scores) > 1 else 0.0
    surest = _confidence(shelf, top, rival)
    if top <= 0 or surest < OFFER:
        return []
    matches: list[Match] = []
    for article_id, score in scores[:SHOWN_AT_MOST]:
        sure = surest if not matches else min(1 - surest, _confidence(shelf, score, top))
        if score >= RUNNER_UP * top:
            matches.append(Match(article_id, score, sure, _reasons(shelf, closest[article_id], asked)))
    return matches


def _scores(shelf: _Shelf, similar: Sequence[float], closest: Mapping[int, int]) -> list[tuple[int, float]]:
    """Return (article, score of 0 to 1), the best first: by vote, or else by the closest phrasing."""
    scores = [(article_id, similar[position]) for article_id, position in closest.items()]
    if shelf.votes is not None:
        voted = shelf.votes.scores(similar)
        scores = [(article_id, min(1.0, max(0.0, score))) for article_id, score in voted]
    return sorted(scores, key=lambda item: (-item[1], item[0]))


def _confidence(shelf: _Shelf, score: float, rival: float) -> float:
    """Return how likely an article is the right one, from its score and its lead over the best rival."""
    curve = CURVE_ZH if shelf.language == "zh" else SINGLE_EN if shelf.votes is None else VOTED_EN
    evidence = curve.steepness * (score - curve.middle) + curve.lead * (score - rival)
    return min(1.0, curve.ceiling * score, 1 / (1 + exp(-evidence)))


def _reasons(shelf: _Shelf, position: int, asked: str) -> tuple[Reason, ...]:
    """Return the closest phrasing and the words it shares with the question."""
    known = shelf.texts[position]
    if shelf.language == "zh":
        shared = [char for char in chars(asked) if char in known]
    else:
        shared = [word for word in asked.split() if word in known.split()]
    return (
        Reason("phrasing", (shelf.entries[position].text,)),
        Reason("shared", tuple(dict.fromkeys(shared))),
    )
