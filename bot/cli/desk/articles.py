"""Articles as records: one for each language of each, with the ways it is asked for."""

from collections.abc import Sequence

from bot.cli.desk.parts import BY, Change, Here, Part, lines, text
from bot.cli.records import Form, Kind, Record, RecordError
from crm_store import knowledge, staff
from crm_store.knowledge import Answer, Draft
from handlers.supervisor.articles import BODY, SLUG, TITLE
from handlers.texts import catalogue

QUESTION = 4096  # characters of a phrasing, at most: as many as a message has, for customers' own are learned


def _held(here: Here) -> Sequence[Record]:
    return [
        {
            "slug": draft.slug,
            "language": language,
            "title": answer.title,
            "body": answer.body,
            "phrasings": list(draft.phrasings.get(language, ())),
        }
        for draft in knowledge.everything(here.session)
        for language, answer in draft.answers.items()
    ]


def _check(here: Here, record: Record) -> Record:
    slug, language = text(record, "slug").strip(), text(record, "language").strip()
    if SLUG.fullmatch(slug) is None:
        raise RecordError("slug", slug=slug[:60])
    if language not in catalogue.LANGUAGES:
        raise RecordError("language", spoken=language[:60])
    said = {field: text(record, field).strip() for field in ("title", "body") if field in record}
    for field, most in (("title", TITLE), ("body", BODY)):
        if len(said.get(field, "")) > most:
            raise RecordError("long", field=field, most=most)
    asked = dict.fromkeys(one.strip() for one in lines(record, "phrasings")) if "phrasings" in record else {}
    if any(len(one) > QUESTION for one in asked):
        raise RecordError("long", field="phrasings", most=QUESTION)
    phrasings = {"phrasings": [one for one in asked if one]} if "phrasings" in record else {}
    return {"slug": slug, "language": language, **said, **phrasings}


def _keep(here: Here, changes: Sequence[Change]) -> None:
    for one in changes:
        slug, language = text(one.record, "slug"), text(one.record, "language")
        is_known = slug in knowledge.slugs(here.session)
        known = knowledge.by_slug(here.session, slug) if is_known else Draft(slug, {})
        answer = Answer(text(one.record, "title"), text(one.record, "body"))
        phrasings = {**known.phrasings, language: lines(one.record, "phrasings")}
        knowledge.keep(here.session, Draft(slug, {**known.answers, language: answer}, phrasings))
        staff.audit(
            here.session, by=BY, what="article.imported", subject=slug, now=here.now, language=language,
            fields=list(one.fields),
        )  # fmt: skip


ARTICLES = Part(
    Kind(
        "articles",
        {"slug": Form.TEXT, "language": Form.TEXT, "title": Form.TEXT, "body": Form.TEXT,
         "phrasings": Form.LIST},
        key=("slug", "language"),
        needed=("slug", "language", "title", "body"),
    ),
    _held,
    _check,
    _keep,
    blank={"slug": "", "language": "", "title": "", "body": "", "phrasings": []},
)  # fmt: skip
