"""`scenario`: play one of the product's stories in the sandbox, on a clock of its own, and print it."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import typer

from handlers.texts import catalogue

STORIES = Path(__file__).parents[1] / "scenario" / "stories"


def scenario(
    number: Annotated[int | None, typer.Argument(help="Which story; without it they are listed.")] = None,
    language: Annotated[
        Literal["zh", "en"], typer.Option(help="The language of the house and its staff.")
    ] = "en",
) -> None:
    """Play a story offline, print who says what, and tell whether it goes as it is written."""
    found = {int(path.name[:2]): path for path in sorted(STORIES.glob(f"*.{language}.txt"))}
    if number is None:
        for known, path in found.items():
            print(f"{known:>3}  {title(path)}")
        return
    if number not in found:
        print(catalogue.say(language, "scenario.unknown", number=number, last=max(found)), file=sys.stderr)
        raise typer.Exit(2)
    raise typer.Exit(play(found[number], language))


def title(path: Path) -> str:
    """Return what a story is about: its first line."""
    return path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ").strip()


def play(path: Path, language: str) -> int:
    """Play one story, print it, and return 0 when it goes as it is written, else 1."""
    from bot.scenario import player
    from bot.scenario.script import Step

    def watch(step: Step, came: Sequence[str]) -> None:
        print("\n".join([step.source, *map(player.formed, came)]), flush=True)

    steps, _ = player.read(path)
    print(f"# {title(path)}")
    with TemporaryDirectory() as folder:
        played = asyncio.run(player.play(steps, Path(folder), language=language, watch=watch))
    try:
        player.compare(path, played)
    except player.PlayError as error:
        print(f"\n{catalogue.say(language, 'scenario.differs')}\n{error}", file=sys.stderr)
        return 1
    print(f"\n{catalogue.say(language, 'scenario.as_written')}")
    return 0
