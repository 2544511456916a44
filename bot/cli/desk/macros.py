"""Macros as records: a name, the words in each language and the steps as they are typed."""

from collections.abc import Sequence

from bot.cli.desk.parts import BY, Change, Here, Part, lines, text
from bot.cli.records import Form, Kind, Record
from crm_store import macros, staff
from crm_store.macros import Step
from handlers.agent import macro_steps
from handlers.agent.macros import check_words, good_name
from handlers.texts.catalogue import LANGUAGES


def _held(here: Here) -> Sequence[Record]:
    return [
        {
            "name": one.name,
            **{language: one.texts.get(language, "") for language in LANGUAGES},
            "steps": _typed(one.steps),
        }
        for one in macros.everything(here.session)
    ]


def _typed(steps: Sequence[Step]) -> list[str]:
    return [f"{verb} {argument}".strip() for verb, argument in steps]


def _check(here: Here, record: Record) -> Record:
    words = {language: text(record, language).strip() for language in LANGUAGES if language in record}
    for said in words.values():
        check_words(said)
    steps = {"steps": _typed(_steps(record))} if "steps" in record else {}
    return {"name": good_name(text(record, "name").strip()), **words, **steps}


def _steps(record: Record) -> Sequence[Step]:
    return macro_steps.read("\n".join(lines(record, "steps")))


def _keep(here: Here, changes: Sequence[Change]) -> None:
    for one in changes:
        name = text(one.record, "name")
        macro_id = macros.get_or_create(here.session, name, by=BY, at=here.now)
        for language in LANGUAGES:
            macros.set_text(here.session, macro_id, language, text(one.record, language))
        macros.set_steps(here.session, macro_id, _steps(one.record))
        told = {field: one.record[field] for field in one.fields}
        staff.audit(here.session, by=BY, what="macro.changed", subject=name, now=here.now, **told)


MACROS = Part(
    Kind(
        "macros",
        {"name": Form.TEXT, **dict.fromkeys(LANGUAGES, Form.TEXT), "steps": Form.LIST},
        key=("name",),
        needed=("name",),
    ),
    _held,
    _check,
    _keep,
    blank={"name": "", **dict.fromkeys(LANGUAGES, ""), "steps": []},
)
