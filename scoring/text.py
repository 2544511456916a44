"""What a message says, read from its words: language, thanks, kind, sentiment, a score in plain words.

Nothing here is trained: the words are our own list (`_lexicon.py`), the weights below are set by hand, and
every answer names the words it rests on. `benchmarks/intake_kind.py` measures it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from typing import Literal

from scoring._lexicon import NEGATORS_EN, NEGATORS_ZH, WORDS_EN, WORDS_ZH, Lexicon, Signal
from scoring._phrases import DIGITS, LABELLED, NO_SCORE, SCORE, THANKS

Language = Literal["zh", "en"]
Label = Literal["inquiry", "feedback", "complaint"]
Hit = tuple[str, str]  # (reason code, matched words)

LABELS: tuple[Label, ...] = ("inquiry", "complaint", "feedback")
LONG_ZH, LONG_EN = 40, 20  # characters, words: who tells a story at length mostly has a complaint
READ_AT_MOST = 600  # characters: what a message is about stands near its beginning

COUNTED_AT_MOST = 6  # matches of one signal

# Evidence for (inquiry, complaint, feedback) that one match of a signal adds, in log-odds. The second match
# of the same signal adds half, the third a third, so that one repeated word never decides alone.
WEIGHTS: Mapping[str, tuple[float, float, float]] = {
    "question": (2.0, 0.0, 0.0),
    "opening": (1.6, 0.0, 0.0),
    "question_mark": (1.2, 0.0, 0.0),
    "request": (1.0, 0.0, 0.0),
    "reproach": (0.0, 2.2, 0.0),
    "complaint_word": (0.0, 2.2, 0.0),
    "fault": (0.0, 1.3, 0.0),
    "negative": (0.0, 1.3, 0.0),
    "negated": (0.0, 1.3, 0.0),
    "positive": (0.0, 0.0, 1.3),
    "not_negative": (0.0, 0.0, 0.6),
    "suggestion": (0.0, 0.0, 2.2),
    "story": (0.0, 0.9, 0.0),
    "exclamation": (0.0, 0.4, 0.2),
}
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
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return THANKS.fullmatch(folded) is not None


def kind(text: str) -> Kind:
    """Tell whether a message is an inquiry, feedback or a complaint, by rules.

    The question gate comes first: a text that asks has its faults counted half. Then the evidence of every
    signal is added up and turned into a probability. A text without any signal is an inquiry with p = 1/3 and
    the reason `no_signal`.
    """
    hits = list(_hits(text))
    if not hits:
        return Kind("inquiry", 1 / 3, (Reason("no_signal", ()),))
    evidence = _evidence(Counter(code for code, _ in hits))
    total = sum(exp(value) for value in evidence)
    best = max(range(len(LABELS)), key=lambda position: evidence[position])
    reasons = [reason for reason in _reasons(hits) if WEIGHTS[reason.code][best] > 0]
    return Kind(LABELS[best], exp(evidence[best]) / total, tuple(reasons))


def sentiment(text: str) -> Sentiment:
    """Tell how pleased a text is from its positive, negative and negated words."""
    hits = [hit for hit in _hits(text) if WEIGHTS[hit[0]][1] or WEIGHTS[hit[0]][2]]
    balance = sum(WEIGHTS[code][2] - WEIGHTS[code][1] for code, _ in hits)
    return Sentiment(1 / (1 + exp(-max(-30.0, min(30.0, balance)))), tuple(_reasons(hits)))


def score(text: str) -> int | None:
    """Return the score of 1 to 5 that a text plainly names ("5分", "five stars", "非常满意"), else None.

    Zero stars count as 1. Two different scores, fractions, other scales and negated ones give None.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
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


def _hits(text: str) -> Iterator[Hit]:
    """Yield every signal of a text with the words that gave it."""
    folded = unicodedata.normalize("NFKC", text[:READ_AT_MOST]).casefold().replace("’", "'")
    if _HAN.search(folded):
        yield from _chinese(folded)
    yield from _english(_WORD.findall(folded))
    if len(_HAN.findall(folded)) >= LONG_ZH or len(_LATIN_WORD.findall(folded)) >= LONG_EN:
        yield "story", ""
    if "?" in folded:
        yield "question_mark", "?"
    if "!" in folded:
        yield "exclamation", "!"


def _english(words: Sequence[str]) -> Iterator[Hit]:
    """Yield the signals of English words; a negator among the three words before turns a judgement round."""
    for at, phrase, signal in _scan(words, WORDS_EN):
        before = words[max(0, at - 3) : at]
        if signal == "opening" and before and before[-1] not in _BREAKS:
            continue
        negated = not NEGATORS_EN.isdisjoint(before)
        yield _turned(signal, negated=negated), " ".join(phrase)


def _chinese(text: str) -> Iterator[Hit]:
    """Yield the signals of Chinese characters; a negator right before turns a judgement round."""
    for at, phrase, signal in _scan(text, WORDS_ZH):
        before = text[max(0, at - 3) : at]
        negator = next((word for word in NEGATORS_ZH if before.endswith(word)), "")
        code = _turned(signal, negated=bool(negator))
        yield code, ("" if code == signal else negator) + "".join(phrase)


def _scan(units: Sequence[str], lexicon: Lexicon) -> Iterator[tuple[int, Sequence[str], Signal]]:
    """Yield each longest phrase from left to right, without overlaps."""
    at = 0
    while at < len(units):
        for phrase, signal in lexicon.get(units[at], ()):
            if tuple(units[at : at + len(phrase)]) == phrase:
                if signal != "neutral":
                    yield at, phrase, signal
                at += len(phrase) - 1
                break
        at += 1


def _turned(signal: Signal, *, negated: bool) -> str:
    """Return the code of a signal, turned round when it is a negated judgement."""
    if negated and signal == "positive":
        return "negated"
    if negated and signal == "negative":
        return "not_negative"
    return signal


def _evidence(counts: Mapping[str, int]) -> list[float]:
    """Add up the evidence for inquiry, complaint and feedback."""
    totals = [0.0, 0.0, 0.0]
    asks = (
        ("question" in counts or "opening" in counts)
        and "reproach" not in counts
        and "complaint_word" not in counts
    )
    for code, times in counts.items():
        strength = _harmonic(min(times, COUNTED_AT_MOST)) * (
            DISCOUNT_IN_QUESTION if asks and code not in _ASKING else 1.0
        )
        for position, weight in enumerate(WEIGHTS[code]):
            totals[position] += weight * strength
    return totals


@lru_cache(maxsize=64)
def _harmonic(times: int) -> float:
    """Return 1 + 1/2 + ... + 1/times."""
    return sum(1 / nth for nth in range(1, times + 1))


def _reasons(hits: Sequence[Hit]) -> Iterator[Reason]:
    """Group matched words by reason code, in the order they were found."""
    grouped: dict[str, dict[str, None]] = {}
    for code, words in hits:
        grouped.setdefault(code, {})[words] = None
    for code, found in grouped.items():
        yield Reason(code, tuple(found))


_ASKING = frozenset({"question", "opening", "question_mark", "request", "suggestion"})
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\uac00-\ud7af]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)?")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|[,.;:!?\n]")
_BREAKS = frozenset(",.;:!?\n")
