"""Which article answers a question, and which word was meant; always with a named scorer and a cut-off.

The default scorer of rapidfuzz (WRatio) is never used: on real questions it finds a third of what these do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import exp
from types import MappingProxyType

from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from scoring._vectors import Space, char_grams, chars, word_grams
from scoring.text import Language, Reason, language, normalise

# Answer at once above this confidence: about nine of ten such answers were right on the sets of
# `benchmarks/faq_match.py`. Below it the customer sees up to three titles to tap.
CONFIDENT = 0.75
# Below this confidence an article is not even offered: the question is most likely about something else.
OFFER = 0.25
# The meant word is as close as this (Jaro-Winkler, 0 to 1): "staus" finds "status", "hi" finds nothing.
MEANT = 0.82

SHARES_EN = (0.4, 0.4, 0.2)  # character grams, word grams, token_sort_ratio
SHARES_ZH = (0.5, 0.0, 0.5)
MIDDLE = {"en": 0.52, "zh": 0.55}  # the similarity that, without a rival, is right every other time
STEEPNESS, MARGIN = 8.0, 9.0


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


class FaqIndex:
    """Find articles by what their known phrasings share with a question; never changed once built.

    Character and word TF-IDF cosines are mixed with rapidfuzz's token_sort_ratio (over single characters in
    Chinese, which has no spaces to sort by). Five hundred phrasings are searched in a few milliseconds,
    without numpy.
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
        """Return up to k articles, the likeliest first; those below OFFER are left out.

        Only phrasings in the question's own language are searched; where that cannot be told, all are.
        """
        asked, spoken = normalise(text), language(text)
        if not asked:
            return []
        shelves = [shelf for shelf in self._shelves.values() if spoken in (None, shelf.language)]
        found = [match for shelf in shelves for match in _search(shelf, asked)]
        found.sort(key=lambda match: (-match.confidence, -match.score, match.article_id))
        return found[:k]


def suggest(word: str, choices: Iterable[str], *, cutoff: float = MEANT) -> str | None:
    """Return the choice most likely meant by a mistyped word, or None when none is close.

    The scorer is Jaro-Winkler similarity (0 to 1), which forgives swapped letters and favours a common start;
    a leading slash and case do not count. Of equally close choices the first is returned.
    """
    listed = list(choices)
    folded = [_bare(choice) for choice in listed]
    best = process.extractOne(
        _bare(word), folded, scorer=JaroWinkler.normalized_similarity, score_cutoff=cutoff, processor=None
    )
    return listed[best[2]] if best is not None else None


def _bare(word: str) -> str:
    """Return a word as it is compared: lower case, without a leading slash."""
    return word.strip().lstrip("/").casefold()


def _shelf(spoken: Language, entries: tuple[Entry, ...]) -> _Shelf:
    """Compute what is needed of the phrasings of one language."""
    texts = tuple(normalise(entry.text) for entry in entries)
    return _Shelf(
        language=spoken,
        entries=entries,
        texts=texts,
        sorted_units=tuple(_units(text, spoken) for text in texts),
        characters=Space.build([char_grams(text, spoken) for text in texts]),
        words=Space.build([word_grams(text) for text in texts]),
    )


def _units(text: str, spoken: Language) -> str:
    """Return a text as rapidfuzz sorts it: words, or single characters in Chinese."""
    return " ".join(chars(text)) if spoken == "zh" else text


def _similarities(shelf: _Shelf, asked: str) -> list[float]:
    """Return how similar each phrasing is to the question, 0 to 1."""
    shares = SHARES_ZH if shelf.language == "zh" else SHARES_EN
    total = [0.0] * len(shelf.entries)
    ranked = process.extract(
        _units(asked, shelf.language),
        shelf.sorted_units,
        scorer=fuzz.token_sort_ratio,
        processor=None,
        limit=None,
    )
    for _, ratio, position in ranked:
        total[position] += shares[2] * ratio / 100
    for position, cosine in shelf.characters.cosines(char_grams(asked, shelf.language)):
        total[position] += shares[0] * cosine
    if shares[1]:
        for position, cosine in shelf.words.cosines(word_grams(asked)):
            total[position] += shares[1] * cosine
    return total


def _search(shelf: _Shelf, asked: str) -> list[Match]:
    """Return the articles of one language that may answer."""
    similar = _similarities(shelf, asked)
    closest: dict[int, int] = {}
    for position, entry in enumerate(shelf.entries):
        best = closest.get(entry.article_id)
        if best is None or similar[position] > similar[best]:
            closest[entry.article_id] = position
    ranked = sorted(closest.items(), key=lambda item: (-similar[item[1]], item[0]))[:12]
    matches = []
    for nth, (article_id, position) in enumerate(ranked):
        rival = similar[ranked[1 if nth == 0 else 0][1]] if len(ranked) > 1 else 0.0
        sure = _confidence(similar[position], rival, shelf.language)
        if sure >= OFFER:
            reasons = _reasons(shelf, position, asked)
            matches.append(Match(article_id, similar[position], sure, reasons))
    return matches


def _confidence(score: float, rival: float, spoken: Language) -> float:
    """Return how likely an article is the right one, from its similarity and its lead over the best rival."""
    lead = max(-0.25, min(0.25, score - rival))
    return 1 / (1 + exp(-(STEEPNESS * (score - MIDDLE[spoken]) + MARGIN * lead)))


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
