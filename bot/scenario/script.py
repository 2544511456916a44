"""What stands in a transcript: who acts, what must come back, when the clock moves."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

SIGNS = ">~+-o^👍✍"
_EXPECTED = re.compile(rf"bot\s+(?P<sign>[{SIGNS}])\s+(?P<rest>.+)", re.DOTALL)
_ACTION = re.compile(
    r"(?P<who>@?[a-z]+)(?:\s+(?P<how>in|re|edits)(?:\s+(?P<where>group|#\d+))?)?"
    r"\s+(?P<mark>>>?) ?(?P<text>.*)",
    re.DOTALL,
)


class ScriptError(Exception):
    """A line of a transcript cannot be read."""


@dataclass(frozen=True, slots=True)
class Action:
    """Someone writes, presses or edits, and then everything is waited for unless it says `at once`."""

    who: str
    text: str
    how: str = ""
    where: str = ""
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Directive:
    """Something that happens to the world: `! +6 days`."""

    words: Sequence[str]


@dataclass(slots=True)
class Step:
    """One line and what must come back before the next one."""

    line: int
    source: str
    act: Action | Directive
    expected: list[str] = field(default_factory=list)


def parse(source: str) -> list[Step]:
    """Read a transcript."""
    steps: list[Step] = []
    for number, text in _lines(source):
        found = _EXPECTED.fullmatch(text)
        if found is not None and not steps:
            raise ScriptError(f"line {number}: nothing has happened yet that the bot could answer")
        if found is not None:
            steps[-1].expected.append(f"bot {found['sign']} {found['rest']}")
        else:
            steps.append(Step(number, text, _act(number, text)))
    return steps


def _lines(source: str) -> Iterator[tuple[int, str]]:
    """Join continuation lines, which begin with a bar, and leave out comments."""
    number, held = 0, ""
    for count, raw in enumerate(source.splitlines(), 1):
        line = raw.rstrip()
        if held and line.lstrip().startswith("|"):
            held += "\n" + line.lstrip()[1:].removeprefix(" ")
            continue
        if held:
            yield number, held
        number, held = count, "" if line.startswith("#") else line
    if held:
        yield number, held


def _act(number: int, text: str) -> Action | Directive:
    if text.startswith("!"):
        return Directive(text[1:].split())
    found = _ACTION.fullmatch(text)
    if found is None:
        raise ScriptError(f"line {number}: this is no line of a transcript: {text}")
    return Action(
        found["who"], found["text"], found["how"] or "", found["where"] or "", at_once=found["mark"] == ">>"
    )
