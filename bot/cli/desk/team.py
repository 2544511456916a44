"""Staff as records: what each can do and when; names and roles are only shown, and no file hires anybody."""

from collections.abc import Mapping, Sequence

from bot.cli.desk.parts import BY, Change, Here, Part, lines, text
from bot.cli.records import Form, Kind, Record, RecordError
from crm_store import presence, skills, staff
from crm_store.rules.opening_text import DAYS, read_week, write_week
from handlers.supervisor import team
from handlers.supervisor.staff import GIVEN


def _held(here: Here) -> Sequence[Record]:
    people = staff.employed(here.session, here.inbox_id)
    ids = [member.id for member in people]
    able, spoken = skills.of_staff(here.session, ids), skills.languages(here.session, ids)
    records: list[Record] = []
    for member in people:
        roles = staff.roles_of(here.session, member.id)
        records.append(
            {
                "address": member.address,
                "name": member.name,
                "roles": [role.value for role in GIVEN if role in roles],
                "skills": sorted(able.get(member.id, ())),
                "languages": sorted(spoken.get(member.id, ())),
                "capacity": member.capacity,
                "hours": _hours(presence.week_of(here.session, member.id)),
            }
        )
    return records


def _hours(week: Mapping[int, Sequence[str]]) -> str:
    told = "; ".join(f"{DAYS[day]} {','.join(spans)}" for day, spans in sorted(week.items()))
    return write_week(read_week(told)) if told else ""


def _check(here: Here, record: Record) -> Record:
    address = text(record, "address").strip()
    if address not in {member.address for member in staff.employed(here.session, here.inbox_id)}:
        raise RecordError("nobody", address=address[:60])
    checked: dict[str, str | int | Sequence[str]] = {**record, "address": address}
    if "skills" in record:
        checked["skills"] = sorted(team.able(lines(record, "skills")))
    if "languages" in record:
        checked["languages"] = sorted(team.spoken(lines(record, "languages")))
    if "capacity" in record:
        checked["capacity"] = team.room(text(record, "capacity").strip())
    if "hours" in record:
        told = text(record, "hours").strip()
        week = team.own_week(told) if told else {}
        checked["hours"] = write_week(week) if week else ""
    return checked


def _keep(here: Here, changes: Sequence[Change]) -> None:
    by_address = {member.address: member.id for member in staff.employed(here.session, here.inbox_id)}
    for one in changes:
        staff_id, record = by_address[text(one.record, "address")], one.record
        for field in one.fields:
            if field == "skills":
                skills.set_skills(here.session, staff_id, lines(record, field), by=BY, now=here.now)
            elif field == "languages":
                skills.set_languages(here.session, staff_id, lines(record, field))
            elif field == "capacity":
                skills.set_capacity(here.session, staff_id, int(text(record, field)))
            else:
                told = text(record, field)
                presence.set_shifts(here.session, staff_id, team.own_week(told) if told else {})
            staff.audit(
                here.session, by=BY, what=f"staff.{field}", subject=f"staff:{staff_id}", now=here.now,
                value=record[field],
            )  # fmt: skip


STAFF = Part(
    Kind(
        "staff",
        {"address": Form.TEXT, "name": Form.TEXT, "roles": Form.LIST, "skills": Form.LIST,
         "languages": Form.LIST, "capacity": Form.NUMBER, "hours": Form.TEXT},
        key=("address",),
        needed=("address",),
    ),
    _held,
    _check,
    _keep,
    blank={"address": "", "name": "", "roles": [], "skills": [], "languages": [], "capacity": 5, "hours": ""},
    shown=("name", "roles"),
)  # fmt: skip
