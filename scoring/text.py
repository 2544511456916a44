"""What messages say, read from their words: language, thanks, kind, sentiment, themes, a plainly named score.

Nothing here is trained: the words are our own lists (`_lexicon.py`), the weights below are set by hand, and
every answer names the words it rests on. `make quality` measures it.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import Literal

from scoring._phrases import DIGITS, LABELLED, NO_SCORE, SCORE, THANKS
from scoring._reading import READ_AT_MOST, Hit, hits
from scoring.satisfaction import Rate, wilson
from scoring.traditional import simplify

Language = Literal["zh", "en"]
Label = Literal["inquiry", "feedback", "complaint"]

LABELS: tuple[Label, ...] = ("inquiry", "complaint", "feedback")
COUNTED_AT_MOST = 6  # matches of one signal

# Evidence for (inquiry, complaint, feedback) that one match of a signal adds, in log-odds. The second match
# of the same signal adds half, the third a third, so that one repeated word never decides alone.
WEIGHTS: Mapping[str, tuple[float, float, float]] = {
    "question": (1.8, 0.0, 0.0),
    "opening": (1.6, 0.0, 0.0),
    "question_mark": (1.2, 0.0, 0.0),
    "request": (1.0, 0.0, 0.0),
    "reproach": (0.0, 2.2, 0.0),
    "complaint_word": (0.0, 2.2, 0.0),
    "fault": (0.0, 1.1, 0.0),
    "negative": (0.0, 1.6, 0.0),
    "negated": (0.0, 1.6, 0.0),
    "positive": (0.0, 0.0, 1.6),
    "not_negative": (0.0, 0.0, 0.6),
    "suggestion": (0.0, 0.0, 2.2),
    "story": (0.0, 0.9, 0.0),
    "exclamation": (0.0, 0.4, 0.2),
}
# What one match of a signal says about being pleased, in log-odds.
PLEASED: Mapping[str, float] = {
    "positive": 1.3,
    "not_negative": 0.6,
    "negative": -1.3,
    "negated": -1.3,
    "fault": -1.2,
    "complaint_word": -1.5,
    "reproach": -1.3,
    "question": -0.3,
    "story": -0.2,
    "suggestion": -0.1,
}
EVEN = 6.0  # so much praise and blame together halves the weight of each, about: long texts are not surer
UNDECIDED = 0.1  # a text whose sentiment is nearer than this to one half does not tell
THEMES_READ_AT_MOST = 2_000  # characters of a text
# A plain question ("my card is lost, what do I do?") mentions faults without complaining about them.
DISCOUNT_IN_QUESTION = 0.5


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code that texts put into words, and the matched words."""

    code: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a message is, how sure that is (0 to 1, not calibrated), and why."""

    label: Label
    p: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Sentiment:
    """How likely a text is pleased (0 to 1; 0.5 when nothing tells), and why."""

    p: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """What texts speak about: a name, the share of texts that do, and the share of those that are pleased."""

    name: str
    share: Rate
    pleased: Rate


def normalise(text: str) -> str:
    """Fold a text for comparison: NFKC, lower case, letters and digits only, single spaces.

    Apostrophes vanish ("don't" is "dont"); other punctuation, symbols and emoji separate words. Simplified
    and traditional characters are left as they are.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = (char if unicodedata.category(char)[0] in "LNM" else _gap(char) for char in folded)
    return " ".join("".join(kept).split())


def language(text: str, fallback: Language | None = None) -> Language | None:
    """Return the language a text is written in, by counting scripts; the fallback when they do not tell.

    One Chinese character counts like one Latin word, so a product name in Latin letters does not make a
    Chinese sentence English. Kana, Hangul and other scripts give the fallback.
    """
    han = len(_HAN.findall(text))
    latin = len(_LATIN_WORD.findall(text))
    other = sum(1 for char in _OTHER_SCRIPT.findall(text))
    if max(han, latin) <= other:
        return fallback
    return "zh" if han >= latin else "en"


def is_thanks_only(text: str) -> bool:
    """Tell whether a text only thanks or confirms ("谢谢", "好的", "thanks!", "👍") and needs no answer."""
    if len(text) > 80:
        return False
    folded = simplify(unicodedata.normalize("NFKC", text).casefold()).replace("’", "'")
    return THANKS.fullmatch(folded) is not None


def kind(text: str) -> Kind:
    """Tell whether a message is an inquiry, feedback or a complaint, by rules.

    The question gate comes first: a text that asks has its faults counted half. Then the evidence of every
    signal is added up and turned into a probability. A text without any signal is an inquiry with p = 1/3 and
    the reason `no_signal`.
    """
    found = hits(text)
    if not found:
        return Kind("inquiry", 1 / 3, (Reason("no_signal", ()),))
    evidence = _evidence(found)
    total = sum(exp(value) for value in evidence)
    best = max(range(len(LABELS)), key=lambda position: evidence[position])
    reasons = [reason for reason in _reasons(found) if WEIGHTS[reason.code][best] > 0]
    return Kind(LABELS[best], exp(evidence[best]) / total, tuple(reasons))


def sentiment(text: str) -> Sentiment:
    """Tell how pleased a text is from what it praises and blames.

    Denied words count the other way, "very" more, "a bit" less, and what stands before a "but" half.
    """
    found = [hit for hit in hits(text) if hit.code in PLEASED]
    balance = sum(PLEASED[hit.code] * hit.strength for hit in found)
    certain = balance / sqrt(1 + sum(abs(PLEASED[hit.code]) * hit.strength for hit in found) / EVEN)
    return Sentiment(1 / (1 + exp(-max(-30.0, min(30.0, certain)))), tuple(_reasons(found)))


def opinion(texts: Iterable[str]) -> Rate:
    """Return the share of pleased texts among those that praise or blame at all, with its Wilson interval.

    What people say, to stand beside satisfaction and never to be mixed into it: nobody was asked for it.
    """
    told = [mood for mood in map(_mood, texts) if mood is not None]
    return wilson(sum(told), len(told))


def themes(
    texts: Iterable[str], tags: Mapping[str, Iterable[str]] | None = None, *, at_least: int = 2
) -> tuple[Theme, ...]:
    """Return what texts speak about, the most frequent first: how many of them, and how pleased.

    A text counts once for each theme it names. Whether it is pleased about it is read from the clauses that
    name it, or from all of it where they do not tell. `tags` (name to words, in either language) adds themes,
    or words to ours. Themes that fewer than `at_least` texts name are left out.
    """
    from scoring import _themes  # on first use: its patterns are only needed here

    found = _themes.patterns(tags or {})
    moods: dict[str, list[bool | None]] = {name: [] for name in found}
    n = 0
    for n, text in enumerate(texts, start=1):  # noqa: B007 - n is also how many there were
        folded = simplify(unicodedata.normalize("NFKC", text[:THEMES_READ_AT_MOST]).casefold())
        for name, pattern in found.items():
            if pattern.search(folded):
                clauses = [clause for clause in _CLAUSE.split(folded) if pattern.search(clause)]
                mood = _mood(", ".join(clauses))
                moods[name].append(_mood(folded) if mood is None else mood)
    named = [
        Theme(name, wilson(len(of), n), _share_pleased(of))
        for name, of in moods.items()
        if len(of) >= at_least
    ]
    return tuple(sorted(named, key=lambda theme: (-theme.share.k, theme.name)))


def _mood(text: str) -> bool | None:
    """Return whether a text is pleased, or None when it does not tell."""
    p = sentiment(text).p
    return None if abs(p - 0.5) < UNDECIDED else p > 0.5


def _share_pleased(moods: Sequence[bool | None]) -> Rate:
    """Return the share of pleased among those that tell."""
    told = [mood for mood in moods if mood is not None]
    return wilson(sum(told), len(told))


def score(text: str) -> int | None:
    """Return the score of 1 to 5 that a text plainly names ("5分", "five stars", "非常满意"), else None.

    Zero stars count as 1. Two different scores, fractions, other scales and negated ones give None.
    """
    folded = simplify(unicodedata.normalize("NFKC", text[:READ_AT_MOST]).casefold())
    label = LABELLED.get(normalise(folded))
    if label is not None:
        return label
    if NO_SCORE.search(folded):
        return None
    found = {DIGITS[next(filter(None, match.groups()))] for match in SCORE.finditer(folded)}
    return max(1, found.pop()) if len(found) == 1 else None


def _gap(char: str) -> str:
    """Return what stands for a dropped character: nothing for an apostrophe or a joiner, else a space."""
    return "" if char in "'’‘`\u200d\u200c" else " "


def _evidence(found: Sequence[Hit]) -> list[float]:
    """Add up the evidence for inquiry, complaint and feedback."""
    strengths: dict[str, list[float]] = defaultdict(list)
    for hit in found:
        strengths[hit.code].append(hit.strength)
    asks = not strengths.keys().isdisjoint({"question", "opening"}) and strengths.keys().isdisjoint(
        {"reproach", "complaint_word"}
    )
    totals = [0.0, 0.0, 0.0]
    for code, of_it in strengths.items():
        share = DISCOUNT_IN_QUESTION if asks and code not in _ASKING else 1.0
        told = sum(strength / nth for nth, strength in enumerate(of_it[:COUNTED_AT_MOST], start=1))
        for position, weight in enumerate(WEIGHTS[code]):
            totals[position] += weight * told * share
    return totals


def _reasons(found: Sequence[Hit]) -> Iterator[Reason]:
    """Group matched words by reason code, in the order they were found."""
    grouped: dict[str, dict[str, None]] = {}
    for hit in found:
        grouped.setdefault(hit.code, {})[hit.words] = None
    for code, words in grouped.items():
        yield Reason(code, tuple(words))


_ASKING = frozenset({"question", "opening", "question_mark", "request", "suggestion"})
_CLAUSE = re.compile(r"[,.;!?。、\n]+|\bbut\b|但是?|可是|不过|就是")
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\uac00-\ud7af]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)?")
