"""Tags as records: a name, and whether it says who can answer."""

from collections.abc import Sequence

from bot.cli.desk.parts import BY, Change, Here, Part, text
from bot.cli.records import Form, Kind, Record
from crm_store import staff, tags
from handlers.agent import sorting


def _held(here: Here) -> Sequence[Record]:
    return [{"name": one.name, "skill": one.is_skill} for one in tags.everything(here.session)]


def _check(here: Here, record: Record) -> Record:
    return {**record, "name": sorting.named(text(record, "name"))}


def _keep(here: Here, changes: Sequence[Change]) -> None:
    for one in changes:
        name, is_skill = text(one.record, "name"), bool(one.record["skill"])
        tags.keep(here.session, name, by=BY, at=here.now, is_skill=is_skill)
        if not is_skill:
            tags.make_plain(here.session, name)
        what = "tag.made" if one.is_new else "tag.changed"
        staff.audit(here.session, by=BY, what=what, subject=name, now=here.now, skill=is_skill)


TAGS = Part(
    Kind("tags", {"name": Form.TEXT, "skill": Form.TRUTH}, key=("name",), needed=("name",)),
    _held,
    _check,
    _keep,
    blank={"name": "", "skill": False},
)
