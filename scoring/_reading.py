"""Find the signals of a text, turned round by negation, weighed by "very", "a bit" and "but"."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scoring._lexicon import WORDS_EN, WORDS_ZH, Lexicon, Phrase
from scoring._modifiers import (
    BUT_EN,
    BUT_ZH,
    DISPLEASED_FACE,
    ENDS_ZH,
    FREE_OF_EN,
    NEGATOR_ZH,
    NEGATORS_EN,
    NOT_DENIED_ZH,
    PLEASED_FACE,
    SLIGHTLY_EN,
    SLIGHTLY_ZH,
    THOUGH_EN,
    THOUGH_ZH,
    UNREAL_EN,
    UNREAL_ZH,
    VERY_EN,
    VERY_ZH,
)
from scoring.traditional import simplify

READ_AT_MOST = 600  # characters: what a message is about stands near its beginning
LONG_ZH, LONG_EN = 40, 20  # characters, words: who tells a story at length mostly has a complaint
NEGATED = 0.9  # what a denied praise weighs as blame; a denied blame praises by its code's own weight
VERY, SLIGHTLY = 1.5, 0.6
CONCEDED, AFTER_BUT = 0.5, 1.1  # "nice, but slow" is about slow
UNREAL = 0.4  # "would have been nice", "希望能快": wished for, not met

ENDS_EN = frozenset(".;!?\n")
BREAKS_EN = frozenset(",.;:!?\n")
BREAKS_ZH = frozenset(",.;!?。、")

_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)?")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*(?:[/+][0-9]*)?|[,.;:!?\n]")
_LONGER = re.compile(r"([a-z])\1{2,}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A signal found: its code, the words that gave it, how strongly (1 is plain), and where."""

    code: str
    words: str
    strength: float
    at: int = 0


def hits(text: str) -> list[Hit]:
    """Return every signal of a text with the words that gave it."""
    folded = simplify(unicodedata.normalize("NFKC", text[:READ_AT_MOST]).casefold()).replace("’", "'")
    han = len(_HAN.findall(folded))
    found: list[Hit] = []
    if han:
        found += _chinese(folded)
    found += _english(_WORD.findall(_LONGER.sub(r"\1\1", folded)))
    found += [Hit("positive", each[0], 1.0) for each in PLEASED_FACE.finditer(folded)]
    found += [Hit("negative", each[0], 1.0) for each in DISPLEASED_FACE.finditer(folded)]
    if han >= LONG_ZH or len(_LATIN_WORD.findall(folded)) >= LONG_EN:
        found.append(Hit("story", "", 1.0))
    found += [
        Hit(code, mark, 1.0)
        for code, mark in (("question_mark", "?"), ("exclamation", "!"))
        if mark in folded
    ]
    return found


def _english(words: Sequence[str]) -> list[Hit]:
    """Return the signals of English words, sentence by sentence."""
    found: list[Hit] = []
    for at, phrase in _scan(words, WORDS_EN, inflected=True):
        before = _clause(words, at)
        if phrase.signal == "opening" and at and words[at - 1] not in BREAKS_EN:
            continue
        strength = phrase.strength
        if not VERY_EN.isdisjoint(before[-2:]):
            strength *= VERY
        elif not SLIGHTLY_EN.isdisjoint(before[-2:]):
            strength *= SLIGHTLY
        if phrase.signal == "positive" and not UNREAL_EN.isdisjoint(before[-4:]):
            strength *= UNREAL
        denied = FREE_OF_EN if phrase.signal == "fault" else NEGATORS_EN
        negated = not denied.isdisjoint(before[-1:] if phrase.signal == "fault" else before[-3:])
        found.append(_turned(phrase, " ".join(phrase.units), strength=strength, at=at, negated=negated))
    ends = [at for at, word in enumerate(words) if word in ENDS_EN]
    buts = [at for at, word in enumerate(words) if word in BUT_EN]
    though = [at for at, word in enumerate(words) if word in THOUGH_EN]
    commas = [at for at, word in enumerate(words) if word in BREAKS_EN]
    return _contrasted(found, ends, buts, [(at, _next(commas, at)) for at in though])


def _chinese(text: str) -> list[Hit]:
    """Return the signals of Chinese characters; a negator shortly before turns a judgement round."""
    found: list[Hit] = []
    for at, phrase in _scan(text, WORDS_ZH, inflected=False):
        before = text[max(0, at - 8) : at]
        negator = NEGATOR_ZH.search(before)
        if negator is not None and NOT_DENIED_ZH.search(before):
            negator = None
        strength = phrase.strength
        if VERY_ZH.search(before):
            strength *= VERY
        elif SLIGHTLY_ZH.search(before):
            strength *= SLIGHTLY
        if phrase.signal == "positive" and UNREAL_ZH.search(before):
            strength *= UNREAL
        words = "".join(phrase.units)
        if words.isdigit() and _is_part_of_number(text, at, at + len(words)):
            continue  # a hotline, not the middle of an order's number
        if negator is not None and phrase.signal in {"positive", "negative"}:
            words = negator[0] + words
        negated = negator is not None and phrase.signal != "fault"
        found.append(_turned(phrase, words, strength=strength, at=at, negated=negated))
    ends = [each.start() for each in ENDS_ZH.finditer(text)]
    buts = [each.start() for each in BUT_ZH.finditer(text)]
    commas = [at for at, char in enumerate(text) if char in BREAKS_ZH]
    though = [each.start() for each in THOUGH_ZH.finditer(text)]
    return _contrasted(found, ends, buts, [(at, _next(commas, at)) for at in though])


def _is_part_of_number(text: str, start: int, end: int) -> bool:
    """Tell whether digits go on before or after a place."""
    return text[max(0, start - 1) : start].isdigit() or text[end : end + 1].isdigit()


def _scan(units: Sequence[str], lexicon: Lexicon, *, inflected: bool) -> Iterator[tuple[int, Phrase]]:
    """Yield each longest phrase from left to right, without overlaps."""
    at = 0
    while at < len(units):
        found = _longest(units, at, lexicon)
        if found is None and inflected:
            found = _without_ending(units[at], lexicon)
        if found is not None:
            if found.signal != "neutral":
                yield at, found
            at += len(found.units) - 1
        at += 1


def _longest(units: Sequence[str], at: int, lexicon: Lexicon) -> Phrase | None:
    """Return the longest phrase that begins here."""
    for phrase in lexicon.get(units[at], ()):
        size = len(phrase.units)
        if size == 1 or tuple(units[at : at + size]) == phrase.units:
            return phrase
    return None


def _without_ending(word: str, lexicon: Lexicon) -> Phrase | None:
    """Return the judgement that a word is a form of: "disappoints", "loveliest", "goood"."""
    for stem in _stems(word):
        for phrase in lexicon.get(stem, ()):
            if len(phrase.units) == 1 and phrase.signal in {"positive", "negative", "fault"}:
                return replace(phrase, units=(word,))
    return None


def _stems(word: str) -> Iterator[str]:
    """Yield what a word may be without its ending."""
    single = re.sub(r"([a-z])\1", r"\1", word)
    if single != word:
        yield single
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            yield word[: -len(ending)] + instead


_ENDINGS = (
    *(
        ("iest", "y"),
        ("ier", "y"),
        ("ily", "y"),
        ("ies", "y"),
        ("est", ""),
        ("est", "e"),
        ("er", ""),
        ("er", "e"),
    ),
    *(
        ("ly", ""),
        ("ness", ""),
        ("ing", ""),
        ("ing", "e"),
        ("ed", ""),
        ("ed", "e"),
        ("es", ""),
        ("s", ""),
        ("y", ""),
    ),
)


def _clause(words: Sequence[str], at: int) -> Sequence[str]:
    """Return up to four words before a place, back to where its clause begins."""
    before = words[max(0, at - 4) : at]
    for back in range(len(before) - 1, -1, -1):
        if before[back] in BREAKS_EN or before[back] in BUT_EN:
            return before[back + 1 :]
    return before


def _turned(phrase: Phrase, words: str, *, strength: float, at: int, negated: bool) -> Hit:
    """Return the hit of a phrase, turned round when it is a negated judgement."""
    if negated and phrase.signal == "positive":
        return Hit("negated", words, max(0.5, strength * NEGATED), at)
    if negated and phrase.signal in {"negative", "fault"}:
        return Hit("not_negative", words, strength, at)
    return Hit(phrase.signal, words, strength, at)


def _contrasted(
    found: Sequence[Hit], ends: Sequence[int], buts: Sequence[int], conceded: Sequence[tuple[int, int]]
) -> list[Hit]:
    """Weigh what stands before a "but" in its sentence, or after an "although" in its clause, less."""
    if not buts and not conceded:
        return list(found)
    return [replace(hit, strength=hit.strength * _weight(hit.at, ends, buts, conceded)) for hit in found]


def _weight(at: int, ends: Sequence[int], buts: Sequence[int], conceded: Sequence[tuple[int, int]]) -> float:
    """Return what a place in a text weighs beside its contrasts."""
    if any(start <= at < end for start, end in conceded):
        return CONCEDED
    if any(at < but < _next(ends, at) for but in buts):
        return CONCEDED
    return AFTER_BUT if any(but <= at < _next(ends, but) for but in buts) else 1.0


def _next(places: Sequence[int], at: int) -> int:
    """Return the first of the places after one, or the end of all."""
    return next((place for place in places if place > at), READ_AT_MOST)
