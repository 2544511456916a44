"""`replay`: dead letters wait to be handled again."""

from bot.cli.run import loaded
from bot.cli.stores import opened
from crm_store import journal
from handlers.texts import catalogue


def replay() -> None:
    """Let every dead letter be handled again at the bot's next start."""
    settings = loaded()
    with opened(settings) as store:
        count = store.write_now(journal.replay)
    print(catalogue.say(settings.language, "replay.done", count=count))
