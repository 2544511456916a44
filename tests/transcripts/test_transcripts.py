"""Every transcript beside this file is played and must come out as it stands there."""

from pathlib import Path

import pytest

from bot.scenario import player

FOLDER = Path(__file__).parent
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))
QUICK = frozenset({"campaign_restart.en", "complaint.zh"})


def _marked(path: Path) -> object:
    """Leave the stories that are not the backbone to the full run, and most of their second tellings."""
    return pytest.param(path, id=path.stem, marks=[] if path.stem in QUICK else [pytest.mark.slow])


@pytest.mark.parametrize("path", [_marked(path) for path in TRANSCRIPTS])
async def test_transcript_comes_out_as_written(path: Path, tmp_path: Path) -> None:
    steps, language = player.read(path)
    player.compare(path, await player.play(steps, tmp_path, language=language))


def test_every_transcript_exists_in_both_languages() -> None:
    names = {path.name.removesuffix(".txt").rpartition(".")[::2] for path in TRANSCRIPTS}
    stories = {story for story, _ in names}
    assert names == {(story, language) for story in stories for language in ("zh", "en")}
