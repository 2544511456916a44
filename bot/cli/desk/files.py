"""`import` and `export` of how the desk is set up: its parts one by one, or all of them as one TOML file."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import typer
from sqlalchemy.orm import Session

from bot.cli import records
from bot.cli.desk import report as telling
from bot.cli.desk.articles import ARTICLES
from bot.cli.desk.hours import HOURS
from bot.cli.desk.macros import MACROS
from bot.cli.desk.parts import Change, Here, Part, text
from bot.cli.desk.sorting import Outcome, Verdict, sort_out, worded
from bot.cli.desk.tags import TAGS
from bot.cli.desk.targets import TARGETS
from bot.cli.desk.team import STAFF
from bot.cli.records import Entry, Record, RecordError
from bot.cli.stores import is_there, opened
from bot.clock import utc_now
from bot.config import ConfigError, Settings
from crm_store import calendars, journal, sla_policies
from crm_store.store import Store
from handlers.texts import catalogue

ALL = (TAGS, MACROS, ARTICLES, HOURS, TARGETS, STAFF)
NAMES = tuple(part.kind.name for part in ALL)
NO_INBOX = 0
UNREADABLE, SOME_REFUSED = 2, 1  # exit codes


def take_in(
    settings: Settings, file: Path, *, dry_run: bool, report: Path | None, parts: Sequence[Part]
) -> None:
    """Make the desk what a file says, entry by entry; what the file does not name stays as it is."""
    entries = _read(settings, file, parts)
    with _store(settings, dry_run=dry_run) as store:
        outcomes = store.read_now(partial(_sorted, settings=settings, parts=parts, entries=entries))
        telling.tell(outcomes, settings.language, file=file, report=report)
        if not dry_run:
            _keep(store, settings, parts, outcomes)
    key = "import.dry" if dry_run else "desk_file.done"
    print(catalogue.say(settings.language, key, **telling.counts(outcomes)))
    if any(outcome.verdict is Verdict.REFUSED for outcome in outcomes):
        raise typer.Exit(SOME_REFUSED)


def write_out(settings: Settings, file: Path, since: str, *, parts: Sequence[Part]) -> int:
    """Write parts of the desk to a file that can be taken in again; there is no `since` for them."""
    if since:
        raise ConfigError(catalogue.say(settings.language, "desk_file.since"))
    if records.is_csv(file) and len(parts) > 1:
        raise ConfigError(catalogue.say(settings.language, "desk_file.toml", file=file.name))
    with opened(settings) as store:
        tables = store.read_now(
            lambda session: [
                (part.kind, _in_order(part, part.held(_here(session, settings)))) for part in parts
            ]
        )
    return records.write(file, tables)


def _in_order(part: Part, found: Sequence[Record]) -> Sequence[Record]:
    """Sort what has no order of its own by its key, which every database tells in an order of its own."""
    if part.together:
        return found
    return sorted(found, key=lambda record: [text(record, field) for field in part.kind.key])


def _read(settings: Settings, file: Path, parts: Sequence[Part]) -> Mapping[str, Sequence[Entry]]:
    """Read a file whole, or end the command with the sentence that says why it cannot be."""
    if records.is_csv(file) and len(parts) > 1:
        _refuse(catalogue.say(settings.language, "desk_file.toml", file=file.name))
    try:
        return records.read(file, [part.kind for part in parts], NAMES)
    except RecordError as error:
        told = worded(error, settings.language)
        _refuse(catalogue.say(settings.language, "records.wrong_file", file=file.name, reason=told))
    except UnicodeDecodeError:
        key = "records.not_text" if records.is_csv(file) else "records.not_utf8"
        _refuse(catalogue.say(settings.language, key, file=file.name))
    except OSError as error:
        problem = error.strerror
        _refuse(catalogue.say(settings.language, "import.unreadable_file", file=file, problem=problem))


def _refuse(told: str) -> NoReturn:
    print(told, file=sys.stderr)
    raise typer.Exit(UNREADABLE)


@contextmanager
def _store(settings: Settings, *, dry_run: bool) -> Iterator[Store]:
    """Open the store, begun as the settings say; without one, a dry run compares with an empty one."""
    if dry_run and is_there(settings):
        with opened(settings) as store:
            yield store
    elif dry_run:
        with TemporaryDirectory() as folder:
            store = Store(f"sqlite:///{folder}/empty.db")
            try:
                store.create_tables()
                store.write_now(partial(_begin, settings=settings))
                yield store
            finally:
                store.close()
    else:
        with opened(settings, make=True) as store:
            store.write_now(partial(_begin, settings=settings))
            yield store


def _begin(session: Session, *, settings: Settings) -> None:
    """Keep the hours and targets of the settings first, where nothing is kept: a start would do it later."""
    now = utc_now()
    if not calendars.current(session).version:
        calendars.seed(session, settings.calendar(now.date()), now=now)
    sla_policies.seed(session, now=now)


def _sorted(
    session: Session, *, settings: Settings, parts: Sequence[Part], entries: Mapping[str, Sequence[Entry]]
) -> Sequence[Outcome]:
    here = _here(session, settings)
    return [
        outcome
        for part in parts
        for outcome in sort_out(part, entries[part.kind.name], here, language=settings.language)
    ]


def _keep(store: Store, settings: Settings, parts: Sequence[Part], outcomes: Sequence[Outcome]) -> None:
    """Write what is to be changed, each entry by itself but for parts whose changes are one version."""

    def unit(session: Session, *, part: Part, changes: Sequence[Change]) -> None:
        part.keep(_here(session, settings), changes)

    for part in parts:
        wanted = [one.change for one in outcomes if one.part is part and one.change is not None]
        for changes in [wanted] if part.together and wanted else [[one] for one in wanted]:
            store.write_now(partial(unit, part=part, changes=changes))


def _here(session: Session, settings: Settings) -> Here:
    account = settings.telegram.account
    inbox = None if account is None else journal.known_inbox(session, "telegram", account)
    return Here(session, inbox or journal.first_inbox(session) or NO_INBOX, utc_now())


tags_in, tags_out = partial(take_in, parts=[TAGS]), partial(write_out, parts=[TAGS])
macros_in, macros_out = partial(take_in, parts=[MACROS]), partial(write_out, parts=[MACROS])
articles_in, articles_out = partial(take_in, parts=[ARTICLES]), partial(write_out, parts=[ARTICLES])
hours_in, hours_out = partial(take_in, parts=[HOURS]), partial(write_out, parts=[HOURS])
sla_in, sla_out = partial(take_in, parts=[TARGETS]), partial(write_out, parts=[TARGETS])
staff_in, staff_out = partial(take_in, parts=[STAFF]), partial(write_out, parts=[STAFF])
desk_in, desk_out = partial(take_in, parts=ALL), partial(write_out, parts=ALL)
