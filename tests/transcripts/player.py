"""Write transcripts anew with what comes back: `python -m tests.transcripts.player FILE…`."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.scenario import player


def main(paths: Sequence[str]) -> None:
    """Print what comes back for each transcript, as a transcript."""
    for path in map(Path, paths):
        steps, language = player.read(path)
        with TemporaryDirectory() as folder:
            played = asyncio.run(player.play(steps, Path(folder), language=language))
        print(player.told(path.read_text(encoding="utf-8"), played))


if __name__ == "__main__":
    main(sys.argv[1:])
