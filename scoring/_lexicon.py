"""The words that tell what a message is about, indexed for reading: our own lists, in English and Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass

from scoring._mood_en import NEGATIVE_EN, POSITIVE_EN
from scoring._mood_zh import NEGATIVE_ZH, POSITIVE_ZH
from scoring._signals_en import SIGNALS_EN
from scoring._signals_zh import SIGNALS_ZH

STRENGTHS = {1: 0.2, 2: 1.0, 3: 1.6}


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words (Chinese: characters), what they signal, and how strongly; 1 is plain."""

    units: tuple[str, ...]
    signal: str
    strength: float


Lexicon = Mapping[str, tuple[Phrase, ...]]  # by the first word or character, longest phrase first


def _phrases(listed: str) -> list[str]:
    """Return the phrases of a list, each once spaced."""
    return [" ".join(phrase.split()) for phrase in listed.split(",")]


def _indexed(moods: Mapping[str, Mapping[int, str]], signals: Mapping[str, str], *, by_word: bool) -> Lexicon:
    """Index phrases by their first unit; of a phrase in several lists the last counts, neutral first."""
    known = {phrase: ("neutral", 1.0) for phrase in _phrases(signals["neutral"])}
    for mood, levels in moods.items():
        for level, listed in sorted(levels.items()):
            known.update({phrase: (mood, STRENGTHS[level]) for phrase in _phrases(listed)})
    for signal, listed in signals.items():
        if signal != "neutral":
            known.update({phrase: (signal, 1.0) for phrase in _phrases(listed)})
    found: dict[str, list[Phrase]] = {}
    for phrase, (signal, strength) in known.items():
        units = tuple(phrase.split() if by_word else phrase)
        found.setdefault(units[0], []).append(Phrase(units, signal, strength))
    return {first: tuple(sorted(of, key=lambda each: -len(each.units))) for first, of in found.items()}


WORDS_EN = _indexed({"positive": POSITIVE_EN, "negative": NEGATIVE_EN}, SIGNALS_EN, by_word=True)
WORDS_ZH = _indexed({"positive": POSITIVE_ZH, "negative": NEGATIVE_ZH}, SIGNALS_ZH, by_word=False)
