"""Texts as search tokens: pairs of characters for Chinese, words for the rest, all in plain ASCII.

A tokenizer that knows no Chinese, SQLite's `unicode61` or PostgreSQL's `simple`, takes every token as one
word, so both find the same. A character pair is found by its token; a single character as the beginning of a
pair, or of the token that stands for the last character of a run.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

# Scripts written without spaces: Han with its marks, kana, Hangul.
_UNSPACED = "々〇぀-ヿㇰ-ㇿ㐀-䶿一-鿿가-힣豈-﫿\U00020000-\U0003ffff"
_RUN = re.compile(f"(?P<unspaced>[{_UNSPACED}]+)|(?P<word>[^\\W_{_UNSPACED}]+)")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
PLAIN = frozenset(_DIGITS) - {"q"}
PREFIX = 3  # letters from which on the beginning of a word finds the word
MOST = 10_000  # different tokens of one text; what a longer text adds is not indexed


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for: a word, or a run of characters that stand side by side."""

    text: str
    is_word: bool

    @property
    def is_open(self) -> bool:
        """Tell whether more may follow in the text without a break: runs, and words that are not short."""
        return not self.is_word or len(self.text) >= PREFIX


@dataclass(frozen=True, slots=True)
class Needle:
    """A token to look up; open when it may be the beginning of a longer one."""

    token: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Span:
    """Where a hit stands in a text: characters from start to end."""

    start: int
    end: int


@lru_cache(maxsize=8192)
def _folded(character: str) -> str:
    return unicodedata.normalize("NFKC", character).casefold()


def fold(text: str) -> str:
    """Return a text as it is compared: without case, width and composition."""
    return "".join(map(_folded, unicodedata.normalize("NFC", text)))


def terms(text: str) -> list[Term]:
    """Cut a text into words and runs of unspaced characters, in its order; [] where it has neither."""
    return [Term(found.group(), found.lastgroup == "word") for found in _RUN.finditer(fold(text))]


def tokens(text: str) -> list[str]:
    """List the different tokens of a text in its order, at most MOST: what the index keeps of it."""
    found: dict[str, None] = {}
    for term in terms(text):
        for token in _tokens(term):
            found.setdefault(token)
        if len(found) >= MOST:
            break
    return list(found)[:MOST]


def needles(asked: Sequence[Term]) -> list[Needle]:
    """List the tokens that every text with these terms has, each once."""
    found = [needle for term in asked for needle in _needles(term)]
    return list(dict.fromkeys(found))


def find(text: str, asked: Sequence[Term]) -> Span | None:
    """Return where the first of the terms stands in a text, or None when one of them is not there.

    This decides what is found; tokens only narrow down where to look.
    """
    folded = fold(text)
    hits = [_position(folded, term) for term in asked]
    places = [hit for hit in hits if hit is not None]
    if not places or len(places) < len(hits):
        return None
    first = min(places, key=lambda hit: hit.start)
    return _unfolded(text, first)


def _tokens(term: Term) -> Iterator[str]:
    if term.is_word:
        yield "w" + "".join(map(_letter, term.text))
        return
    codes = [_code(character) for character in term.text]
    yield from ("z" + first + second for first, second in pairwise(codes))
    yield "z" + codes[-1]


def _needles(term: Term) -> Iterator[Needle]:
    listed = list(_tokens(term))
    if term.is_word or len(listed) == 1:
        yield Needle(listed[0], term.is_open)
    else:
        yield from (Needle(token, is_open=False) for token in listed[:-1])


def _code(character: str) -> str:
    """Write a character as four digits of base 36, which hold every code point."""
    rest, digits = ord(character), ""
    for _ in range(4):
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    return digits


def _letter(character: str) -> str:
    """Write a letter as itself, or as `q` and its code; a code begins with n at most, so `qq` is q."""
    if character in PLAIN:
        return character
    return "qq" if character == "q" else "q" + _code(character)


def _position(folded: str, term: Term) -> Span | None:
    if not term.is_word:
        start = folded.find(term.text)
        return None if start < 0 else Span(start, start + len(term.text))
    if term.text not in folded:
        return None
    for found in _RUN.finditer(folded):
        word = found.group()
        if word == term.text or (term.is_open and word.startswith(term.text)):
            return Span(found.start(), found.start() + len(term.text))
    return None


def _unfolded(text: str, hit: Span) -> Span:
    """Find a place of the folded text in the text as it was composed."""
    start, end, passed = None, 0, 0
    composed = unicodedata.normalize("NFC", text)
    for place, character in enumerate(composed):
        passed += len(_folded(character))
        if start is None and passed > hit.start:
            start = place
        if passed >= hit.end:
            end = place + 1
            break
    return Span(start or 0, end)


def composed(text: str) -> str:
    """Return a text as the places of `find` count it."""
    return unicodedata.normalize("NFC", text)
