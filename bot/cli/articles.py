"""`import articles` and `export articles`: the FAQ as a file, one record an article and language."""

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import typer
from sqlalchemy.orm import Session

from bot.cli import records
from bot.cli.records import Kind, Record, RecordError
from bot.cli.stores import opened
from bot.clock import utc_now
from bot.config import Settings
from crm_store import knowledge, staff
from crm_store.knowledge import Answer, Draft
from handlers.supervisor.articles import BODY, SLUG, TITLE
from handlers.texts import catalogue

ARTICLES = Kind(
    "articles",
    ("slug", "language", "title", "body", "phrasings"),
    needed=("slug", "language", "title", "body"),
    lists=("phrasings",),
)


def take_in(settings: Settings, file: Path, *, dry_run: bool, report: Path | None) -> None:
    """Write the articles of a file down, each in place of the one with the same slug."""
    drafts = _read(settings, file)
    told = [catalogue.say(settings.language, "articles.found", count=len(drafts), file=file.name)]
    told += [f"  {draft.slug} · {' '.join(draft.answers)}" for draft in drafts]
    print("\n".join(told))
    if report is not None:
        report.write_text("\n".join(told) + "\n", encoding="utf-8")
    if dry_run:
        print(catalogue.say(settings.language, "import.dry"))
        return
    with opened(settings, make=True) as store:
        added = sum(store.write_now(partial(_keep, draft=draft)) for draft in drafts)
    print(catalogue.say(settings.language, "articles.done", added=added, changed=len(drafts) - added))


def write_out(settings: Settings, file: Path, since: str) -> int:
    """Write every article to a file that can be taken in again."""
    with opened(settings) as store:
        drafts = store.read_now(knowledge.everything)
    return records.write(file, ARTICLES, [record for draft in drafts for record in _records(draft)])


def _read(settings: Settings, file: Path) -> list[Draft]:
    try:
        found = records.each(records.read(file, ARTICLES), _checked)
    except RecordError as error:
        reason = catalogue.say(settings.language, f"records.{error.code}", **error.values)
        key = "records.wrong" if error.place else "records.wrong_file"
        told = catalogue.say(settings.language, key, file=file.name, place=error.place, reason=reason)
    except UnicodeDecodeError:
        told = catalogue.say(settings.language, "records.not_utf8", file=file.name)
    except OSError as error:
        told = catalogue.say(settings.language, "import.unreadable_file", file=file, problem=error.strerror)
    else:
        return _gathered(found)
    print(told, file=sys.stderr)
    raise typer.Exit(2)


def _checked(record: Record) -> Record:
    """Return a record whose slug, language and lengths are right, or raise RecordError."""
    slug, language = str(record["slug"]), str(record["language"])
    if SLUG.fullmatch(slug) is None:
        raise RecordError("slug", slug=slug)
    if language not in catalogue.LANGUAGES:
        raise RecordError("language", spoken=language)
    for field, most in (("title", TITLE), ("body", BODY)):
        if len(str(record[field])) > most:
            raise RecordError("long", field=field, most=most)
    phrasings = record.get("phrasings", [])
    if not isinstance(phrasings, list) or not all(isinstance(text, str) for text in phrasings):
        raise RecordError("list", field="phrasings")
    return record


def _gathered(found: Sequence[Record]) -> list[Draft]:
    """Put the languages of each article together, in the order of the file."""
    answers: dict[str, dict[str, Answer]] = {}
    phrasings: dict[str, dict[str, Sequence[str]]] = {}
    for record in found:
        slug, language = str(record["slug"]), str(record["language"])
        answers.setdefault(slug, {})[language] = Answer(str(record["title"]), str(record["body"]))
        phrasings.setdefault(slug, {})[language] = _texts(record)
    return [Draft(slug, texts, phrasings[slug]) for slug, texts in answers.items()]


def _texts(record: Record) -> Sequence[str]:
    value = record.get("phrasings", [])
    return [text.strip() for text in value if text.strip()] if isinstance(value, list) else []


def _keep(session: Session, *, draft: Draft) -> bool:
    """Write an article down; True when it is new."""
    is_new = draft.slug not in knowledge.slugs(session)
    knowledge.keep(session, draft)
    staff.audit(session, by="import", what="article.imported", subject=draft.slug, now=utc_now())
    return is_new


def _records(draft: Draft) -> list[Mapping[str, str | Sequence[str]]]:
    return [
        {
            "slug": draft.slug,
            "language": language,
            "title": answer.title,
            "body": answer.body,
            "phrasings": list(draft.phrasings.get(language, ())),
        }
        for language, answer in draft.answers.items()
    ]
