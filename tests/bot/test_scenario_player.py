"""The player itself: what it reads, and that it lets nothing pass which is not written down."""

from pathlib import Path

import pytest

from bot.scenario import player
from bot.scenario.player import PlayError
from bot.scenario.script import Action, Directive, ScriptError, parse

SAID = "mei   > hello\nbot   > mei: one\nbot   > mei: two … three\nbot   > @wang: four\n"
GOOD = ["bot > @wang: four", "bot > mei: one", "bot > mei: two and a half, three"]


def compare(came: list[str]) -> None:
    (step,) = parse(SAID)
    player.compare(Path("story.en.txt"), [(step, came)])


def test_chats_have_no_order_between_them_and_dots_stand_for_anything() -> None:
    compare(GOOD)


@pytest.mark.parametrize(
    "came",
    [
        GOOD[:2],
        [*GOOD, "bot > mei: more"],
        [*GOOD, "bot > @chen: elsewhere"],
        [*GOOD, "bot 👍 @wang"],
        [GOOD[0], GOOD[2], GOOD[1]],
        [GOOD[0], "bot ~ mei: one", GOOD[2]],
        [GOOD[0], "bot > mei: One", GOOD[2]],
    ],
    ids=["missing", "more", "elsewhere", "a sign", "order", "an edit", "a letter"],
)
def test_anything_else_is_told(came: list[str]) -> None:
    with pytest.raises(PlayError, match=r"story\.en\.txt, line 1: mei   > hello"):
        compare(came)


def test_lines_are_read() -> None:
    steps = parse(
        "# a comment\n! +6 days\n@wang in #1 >> [Take #1]\nmei edits > new\n"
        "      | lines\n@wang re #2 > // note\n"
    )
    assert [step.act for step in steps] == [
        Directive(["+6", "days"]),
        Action("@wang", "[Take #1]", "in", "#1", at_once=True),
        Action("mei", "new\nlines", "edits"),
        Action("@wang", "// note", "re", "#2"),
    ]


@pytest.mark.parametrize(
    "line", ["bot > mei: out of nothing", "somebody says hello", "@wang at home > hello"]
)
def test_a_line_that_means_nothing_is_refused(line: str) -> None:
    with pytest.raises(ScriptError, match="line 1"):
        parse(line)


def test_a_transcript_is_written_anew_with_what_came_back() -> None:
    (step,) = parse(SAID)
    assert player.told("# kept\n" + SAID, []) == "# kept\nmei   > hello\n"
    assert player.told(SAID, [(step, ["bot > mei: new\nline"])]) == (
        "mei   > hello\nbot   > mei: new\n      | line\n"
    )
