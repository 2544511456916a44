"""Every transcript beside this file is played and must come out as it stands there."""

from pathlib import Path

import pytest

from tests.transcripts import player

FOLDER = Path(__file__).parent
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript_comes_out_as_written(path: Path, tmp_path: Path) -> None:
    steps, language = player.read(path)
    player.compare(path, await player.play(steps, tmp_path, language=language))


def test_every_transcript_exists_in_both_languages() -> None:
    names = {path.name.removesuffix(".txt").rpartition(".")[::2] for path in TRANSCRIPTS}
    stories = {story for story, _ in names}
    assert names == {(story, language) for story in stories for language in ("zh", "en")}
