"""Which article answers a question, and which word was meant; always with a named scorer and a cut-off.

The default scorer of rapidfuzz (WRatio) is never used: on real questions it finds a third of what these do.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from scoring.text import Language, Reason, language, normalise
from scoring.traditional import simplify

if TYPE_CHECKING:
    from scoring._shelf import Found, Shelf

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

READ_AT_MOST = 600  # characters of a question


@dataclass(frozen=True, slots=True)
class Entry:
    """One known phrasing of the question that an article answers."""

    article_id: int
    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """An article that may answer: how similar (0 to 1), how likely right (0 to 1), and why.

    The reasons are `phrasing`, the known phrasings that spoke for it, the strongest first, and `shared`, the
    words the strongest one has in common with the question.
    """

    article_id: int
    score: float
    confidence: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """From which confidence on answers are right often enough, and how that was seen.

    Of `asked` left-out questions, a quarter of them about something no article answers, `answered` were at
    least this sure and `right` of those were right.
    """

    confidence: float
    right: int
    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class _Language:
    """The phrasings of one language and what searches them."""

    articles: tuple[int, ...]
    texts: tuple[str, ...]
    shelf: "Shelf"


class FaqIndex:
    """Find articles by what their known phrasings share with a question; never changed once built.

    Character and word TF-IDF cosines are mixed with rapidfuzz's token_sort_ratio (over single characters in
    Chinese, which has no spaces to sort by). Where articles have several phrasings, all of them vote (kernel
    ridge), and every phrasing is left out once to see how sure a score is. A question takes about as long as
    one token_sort_ratio over all phrasings; building takes 1 ms a phrasing: build off the loop and swap.
    """

    __slots__ = ("_languages",)

    def __init__(self, languages: Mapping[Language, _Language]) -> None:
        """Keep what `build` computed; call that instead."""
        self._languages = MappingProxyType(dict(languages))

    @classmethod
    def build(cls, entries: Iterable[Entry]) -> "FaqIndex":
        """Index phrasings; those without a letter or digit, and repeated ones, are left out."""
        folded = {(entry.language, entry.article_id, _folded(entry.text)): entry for entry in entries}
        kept = sorted((key, entry) for key, entry in folded.items() if key[2])
        grouped = groupby(kept, key=lambda pair: pair[0][0])
        return cls({spoken: _shelved(spoken, list(of_it)) for spoken, of_it in grouped})

    def query(self, text: str, k: int = 3, *, least: float = OFFER) -> list[Match]:
        """Return up to k articles, the likeliest first; none when the best is less sure than `least`.

        Only phrasings in the question's own language are searched; where that cannot be told, all are.
        """
        asked, spoken = _folded(text), language(text[:READ_AT_MOST])
        if not asked:
            return []
        searched = [of for key, of in self._languages.items() if spoken in (None, key)]
        found = [match for of in searched for match in _matches(of, asked, k, least=least)]
        if len(searched) > 1:
            found.sort(key=lambda match: (-match.confidence, -match.score, match.article_id))
        best: dict[int, Match] = {}
        for match in found:
            best.setdefault(match.article_id, match)
        return list(best.values())[:k]

    def likeness(self, text: str, article_id: int) -> float:
        """Return how similar the nearest phrasing of an article is to a text, 0 to 1; 0 when it has none.

        No votes, so what two articles have in common shows: it finds articles that answer the same question.
        """
        asked = _folded(text)
        return max((_nearness(of, asked, article_id) for of in self._languages.values()), default=0.0)

    def calibrate(self, precision: float = 0.9) -> Cut | None:
        """Return the lowest confidence from which answers are right at this precision (0 to 1).

        Each phrasing is asked as if it were not known, and every third as if its article did not exist. None
        when no cut is that precise, or nothing can be left out because every article has one phrasing.
        """
        if not 0 < precision <= 1:
            raise ValueError("precision must be above 0 and at most 1")
        tried = sorted(
            (
                (of.shelf.curve.confidence(trial.score, trial.score - trial.lead), trial.right)
                for of in self._languages.values()
                for trial in of.shelf.trials
            ),
            reverse=True,
        )
        cut, right = None, 0
        for answered, (sure, correct) in enumerate(tried, start=1):
            right += correct
            is_last = answered == len(tried) or tried[answered][0] < sure
            if is_last and right >= precision * answered:
                cut = Cut(sure, right, answered, len(tried))
        return cut


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


def _folded(text: str) -> str:
    """Fold the beginning of a text, its traditional characters too: both scripts ask the same."""
    return simplify(normalise(text[:READ_AT_MOST]))


def _bare(word: str) -> str:
    """Return a word as it is compared: lower case, without a leading slash."""
    return word.strip().lstrip("/").casefold()


def _shelved(spoken: Language, kept: Sequence[tuple[tuple[Language, int, str], Entry]]) -> _Language:
    """Compute what is needed of the sorted phrasings of one language."""
    from scoring._shelf import Shelf  # on first use: it brings numpy

    owners = [article_id for (_, article_id, _), _ in kept]
    articles = tuple(dict.fromkeys(owners))
    starts = [bisect_left(owners, article_id) for article_id in articles]
    shelf = Shelf.build(spoken, [text for (_, _, text), _ in kept], [*starts, len(owners)])
    return _Language(articles, tuple(entry.text for _, entry in kept), shelf)


def _nearness(of: _Language, asked: str, article_id: int) -> float:
    """Return the likeness of the nearest phrasing of an article in one language."""
    if article_id not in of.articles or not asked:
        return 0.0
    return of.shelf.nearness(asked, of.articles.index(article_id))


def _matches(of: _Language, asked: str, k: int, *, least: float) -> list[Match]:
    """Return the articles of one language that may answer, the best first."""
    found = of.shelf.search(asked, k)
    if not found or found[0].confidence < least:
        return []
    floor = RUNNER_UP * found[0].score
    return [
        Match(of.articles[each.article], each.score, each.confidence, _reasons(of, each))
        for each in found
        if each.score >= floor
    ]


def _reasons(of: _Language, found: "Found") -> tuple[Reason, ...]:
    """Return the phrasings that spoke for an article and the words shared with the strongest."""
    said = tuple(of.texts[position] for position in found.phrasings)
    return Reason("phrasing", said), Reason("shared", found.shared)
