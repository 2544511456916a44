"""Telling a note from an answer: what is meant for staff must not look like words for a customer."""

import unicodedata

from crm_store.errors import RefusedError

SLIPS = ("、、", "、/", "/、", "\\\\")  # what the keys of // give under another layout
UNSEEN = {"Cf", "Cc", "Zs", "Zl", "Zp"}  # what nobody sees before the first letter


def as_note(text: str) -> str | None:
    """Return the words of a note, None when it is an answer; refuse what could be either."""
    words = _seen(text)
    lines = [unicodedata.normalize("NFKC", _seen(line)) for line in words.splitlines()]
    first = lines[0] if lines else ""
    if first.startswith(SLIPS):
        raise RefusedError("meant_note", text=first[:40])
    if first.startswith("//"):
        return words[2:].strip()
    if _is_command(first):
        return words[len("/note") :].strip()
    if first.startswith("/"):
        raise RefusedError("looks_like_command", text=first[:40])
    if any(line.startswith(("//", *SLIPS)) or _is_command(line) for line in lines):
        raise RefusedError("mixed_note")
    return None


def _is_command(line: str) -> bool:
    return line.lower().split(maxsplit=1)[:1] == ["/note"]


def _seen(text: str) -> str:
    """Return a text without what cannot be seen at its ends."""
    start = next(
        (at for at, letter in enumerate(text) if unicodedata.category(letter) not in UNSEEN), len(text)
    )
    return text[start:].rstrip()
