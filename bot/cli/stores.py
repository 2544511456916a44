"""The store as a command opens it: what is wrong with it ends the command with a sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import sqlalchemy as sa
import typer

from bot import migrating, observe
from bot.config import Settings
from crm_store.errors import StoreError
from crm_store.store import Store
from handlers.texts import catalogue

CANNOT_BE_USED = 3  # exit code
Problem = StoreError | sa.exc.SQLAlchemyError | OSError


@contextmanager
def opened(settings: Settings, *, make: bool = False) -> Iterator[Store]:
    """Open the store, made or brought up to date first if wished, and close it at the end."""
    try:
        if make:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        elif not is_there(settings):
            _refuse(catalogue.say(settings.language, "store.none", place=place_of(settings)))
        store = Store(settings.database_url)
        try:
            if make:
                migrating.upgrade(store.engine)
            elif migrating.current(store.engine) is None:
                _refuse(catalogue.say(settings.language, "store.none", place=place_of(settings)))
            yield store
        finally:
            store.close()
    except (StoreError, sa.exc.SQLAlchemyError, OSError) as error:
        _refuse(worded(error, settings))


def place_of(settings: Settings) -> str:
    """Name where the store is, without its password."""
    return sa.make_url(settings.database_url).render_as_string(hide_password=True)


def worded(error: Problem, settings: Settings) -> str:
    """Word what is wrong with the store, in the operator's language and without secrets."""
    if isinstance(error, StoreError):
        return catalogue.say(settings.language, error.key, **error.values)
    problem = observe.redact(reason(error), settings.secrets)
    return catalogue.say(settings.language, "store.bad", place=place_of(settings), problem=problem)


def reason(error: Problem) -> str:
    """Return the first line of what the database or the system said."""
    said = error.strerror if isinstance(error, OSError) else getattr(error, "orig", None)
    return str(said or error).strip().partition("\n")[0]


def is_there(settings: Settings) -> bool:
    """Tell whether there is a store to open; of a server only asking would tell."""
    url = sa.make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or url.database is None or Path(url.database).exists()


def _refuse(told: str) -> NoReturn:
    print(told, file=sys.stderr)
    raise typer.Exit(CANNOT_BE_USED)
