"""The sixteen stories of the product go as they are written, in both languages, and the command tells so."""

from pathlib import Path

import pytest

from bot.cli import scenario
from bot.scenario import player
from tests.bot.console import Console

STORIES = sorted(scenario.STORIES.glob("*.txt"))


@pytest.mark.slow
@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
async def test_a_story_goes_as_it_is_written(path: Path, tmp_path: Path) -> None:
    steps, language = player.read(path)
    player.compare(path, await player.play(steps, tmp_path, language=language))


def test_all_sixteen_are_there_in_both_languages() -> None:
    assert {(path.name[:2], path.suffixes[0]) for path in STORIES} == {
        (f"{number:02}", language) for number in range(1, 17) for language in (".zh", ".en")
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_they_are_listed_by_what_they_are_about(tmp_path: Path, language: str) -> None:
    said = Console(tmp_path).run("scenario", "--language", language)
    assert said.code == 0
    assert len(said.out.strip().splitlines()) == 16


def test_a_number_that_is_no_story_is_told(tmp_path: Path) -> None:
    said = Console(tmp_path).run("scenario", "17")
    assert said.code == 2
    assert said.err.strip() == "There is no story 17; choose one from 1 to 16."


@pytest.mark.slow
def test_the_command_prints_the_story_and_its_verdict(tmp_path: Path) -> None:
    said = Console(tmp_path).run("scenario", "12", "--language", "zh")
    assert said.code == 0
    assert "@wang > [执行]" in said.out
    assert said.out.strip().endswith("与剧本完全一致。")


@pytest.mark.slow
def test_a_story_that_goes_otherwise_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story = tmp_path / "01_other.en.txt"
    story.write_text("# Other words\nli    > hello\nbot   > li: Good morning!\n")
    assert scenario.play(story, "en") == 1
    assert "line 2: li    > hello" in capsys.readouterr().err
