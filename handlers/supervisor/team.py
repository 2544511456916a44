"""/staff: who works here, whether they are there, what they can, and every change of that."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crm_store import assignments, presence, skills
from crm_store import staff as people
from crm_store.errors import RefusedError
from crm_store.models.presence import Presence, PresenceState
from crm_store.models.staff import Staff
from crm_store.rules.business_hours import Shift
from crm_store.rules.opening_text import UnreadableError, read_week
from crm_store.rules.roles import Role, may
from handlers.agent import assigning, colleagues, naming, sorting, topics
from handlers.context import Context
from handlers.router import RoleError, UsageError
from handlers.supervisor.staff import GIVEN, role_named
from handlers.texts import catalogue

MOST = 100  # tickets one person may be given
NOTHING = frozenset({"-", "none", "any", "house", "无", "不限", "默认"})
BETWEEN = re.compile(r"[,，、\s]+")
ASKED = {
    "role": "role", "roles": "role", "角色": "role",
    "skill": "skills", "skills": "skills", "技能": "skills",
    "language": "languages", "languages": "languages", "语言": "languages",
    "capacity": "capacity", "容量": "capacity",
    "hours": "hours", "shift": "hours", "shifts": "hours", "班次": "hours",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to change about someone: whom the words name, what, and to what."""

    name: str
    what: str
    value: str


def show(ctx: Context, text: str | None) -> None:
    """List the staff, show one of them, or change a role, skills, languages, capacity or working hours."""
    words = unicodedata.normalize("NFKC", text or "").strip()
    if not words:
        ctx.reply_text("\n".join([ctx.say("staff.head"), *_everyone(ctx)]))
        return
    asked = _read(words)
    member = colleagues.named(ctx, asked.name, everyone=people.ever(ctx.session, ctx.place.inbox_id))
    if asked.what:
        CHANGES[asked.what](ctx, member, asked.value)
    ctx.reply_text("\n".join(_shown(ctx, member)))


def _read(words: str) -> _Asked:
    """Part a name from what is to change: `Wang skills refund`, `Wang -agent`."""
    parts = words.split()
    for place, part in enumerate(parts[1:], 1):
        rest = " ".join(parts[place + 1 :])
        if part.casefold() in ASKED:
            return _Asked(" ".join(parts[:place]), ASKED[part.casefold()], rest)
        if len(part) > 1 and part.startswith("-"):
            return _Asked(" ".join(parts[:place]), "role", " ".join([part, rest]).strip())
    return _Asked(words, "", "")


def _role(ctx: Context, member: Staff, value: str) -> None:
    """Give a role, or take the one after a minus; `-role agent` means `-agent`."""
    takes = value.startswith("-")
    word = value.lstrip("-").strip()
    first, _, rest = word.partition(" ")
    if takes and ASKED.get(first.casefold()) == "role":
        word = rest.strip()
    if not word:
        raise UsageError("staff")
    role = role_named(word, code="staff_role")
    if role is not Role.AGENT and not ctx.staff.may(Role.ADMIN):
        raise RoleError(Role.ADMIN)
    held = people.roles_of(ctx.session, member.id)
    if takes:
        _take_role(ctx, member, role, held)
    elif role in held:
        raise RefusedError("has_role", name=member.name, role=role.value)
    else:
        people.grant(ctx.session, member.id, role, by=ctx.by, now=ctx.now)


def _take_role(ctx: Context, member: Staff, role: Role, held: frozenset[Role]) -> None:
    if role not in held:
        raise RefusedError("has_no_role", name=member.name, role=role.value)
    if role is Role.ADMIN and people.count_holding(ctx.session, ctx.place.inbox_id, role) == 1:
        raise RefusedError("last_admin", name=member.name)
    people.revoke(ctx.session, member.id, role, by=ctx.by, now=ctx.now)
    if not may(held - {role}, Role.AGENT) and may(held, Role.AGENT):
        if presence.current(ctx.session, member.id) is not None:
            presence.declare(ctx.session, member.id, PresenceState.AWAY, by=ctx.by, now=ctx.now)
        left = assignments.owned(ctx.session, member.id)
        assigning.give_back(topics.bench(ctx), left, by=ctx.by, reason="role_lost")


def _skills(ctx: Context, member: Staff, value: str) -> None:
    wanted = able(_listed(value))
    skills.set_skills(ctx.session, member.id, wanted, by=ctx.by, now=ctx.now)
    _audit(ctx, member, "skills", wanted)


def _languages(ctx: Context, member: Staff, value: str) -> None:
    wanted = spoken(_listed(value))
    skills.set_languages(ctx.session, member.id, wanted)
    _audit(ctx, member, "languages", wanted)


def able(words: Sequence[str]) -> Sequence[str]:
    """Return the skills that words name, each once, or refuse what cannot be one."""
    return list(dict.fromkeys(sorting.named(word) for word in words))


def spoken(words: Sequence[str]) -> Sequence[str]:
    """Return the languages that words name, each once, or refuse one that is not spoken here."""
    return list(dict.fromkeys(_language(word) for word in words))


def _language(word: str) -> str:
    named = {
        catalogue.say(spoken, f"word.language.{language}").casefold(): language
        for spoken in catalogue.LANGUAGES
        for language in catalogue.LANGUAGES
    }
    named.update((language, language) for language in catalogue.LANGUAGES)
    if word.casefold() not in named:
        raise RefusedError("staff_language", word=word[: naming.SHOWN])
    return named[word.casefold()]


def _capacity(ctx: Context, member: Staff, value: str) -> None:
    wanted = room(value)
    skills.set_capacity(ctx.session, member.id, wanted)
    _audit(ctx, member, "capacity", wanted)


def room(value: str) -> int:
    """Read how many tickets someone may be given, or refuse what is no such number."""
    if not (value.isascii() and value.isdigit() and int(value[:9]) <= MOST):
        raise RefusedError("staff_capacity", most=MOST)
    return int(value)


def _hours(ctx: Context, member: Staff, value: str) -> None:
    if not value:
        raise UsageError("staff")
    presence.set_shifts(ctx.session, member.id, own_week(value))
    _audit(ctx, member, "hours", value)


def own_week(value: str) -> Mapping[int, Sequence[Shift]]:
    """Read someone's own working hours, none for those of the house, or refuse what cannot be read."""
    try:
        return {} if value.casefold() in NOTHING else read_week(value)
    except UnreadableError as error:
        raise RefusedError("staff_hours", part=str(error)[: naming.SHOWN]) from error


def _listed(value: str) -> list[str]:
    if not value:
        raise UsageError("staff")
    return [] if value.casefold() in NOTHING else [word for word in BETWEEN.split(value) if word]


def _audit(ctx: Context, member: Staff, what: str, value: object) -> None:
    people.audit(
        ctx.session, by=ctx.by, what=f"staff.{what}", subject=f"staff:{member.id}", now=ctx.now, value=value
    )


CHANGES: Mapping[str, Callable[[Context, Staff, str], None]] = {
    "role": _role,
    "skills": _skills,
    "languages": _languages,
    "capacity": _capacity,
    "hours": _hours,
}


def _everyone(ctx: Context) -> Iterator[str]:
    for member in people.employed(ctx.session, ctx.place.inbox_id):
        yield from _shown(ctx, member)


def _shown(ctx: Context, member: Staff) -> Iterator[str]:
    """Word someone in a line, and below it what they can, where something is set."""
    held = people.roles_of(ctx.session, member.id)
    roles = [ctx.say(f"word.{role}") for role in GIVEN if role in held]
    comma = ctx.say("staff.between")
    who = {"id": member.id, "name": member.name, "roles": comma.join(roles) or ctx.say("staff.no_role")}
    if not may(held, Role.AGENT):
        yield ctx.say("staff.other", **who)
        return
    yield ctx.say("staff.line", **who, presence=_presence(ctx, presence.current(ctx.session, member.id)))
    load = assignments.load_of(ctx.session, [member.id]).get(member.id, 0)
    has = sorted(skills.of_staff(ctx.session, [member.id]).get(member.id, ()))
    named = sorted(skills.languages(ctx.session, [member.id]).get(member.id, ()))
    speaks = [ctx.say(f"word.language.{language}") for language in named]
    yield ctx.say(
        "staff.can", load=load, capacity=member.capacity,
        skills=comma.join(has) or ctx.say("staff.no_skills"),
        languages=comma.join(speaks) or ctx.say("staff.any_language"),
    )  # fmt: skip
    week = presence.week_of(ctx.session, member.id)
    if week:
        yield ctx.say("staff.hours", hours=_week(ctx, week))


def _presence(ctx: Context, known: Presence | None) -> str:
    if known is None:
        return ctx.say("staff.unknown")
    since = catalogue.moment(ctx.language, known.since, ctx.desk.zone)
    if known.state == PresenceState.HERE:
        return ctx.say("staff.here", since=since)
    if known.reason == presence.IDLE:
        return ctx.say("staff.idle", since=since)
    key = "staff.away_because" if known.reason else "staff.away"
    return ctx.say(key, since=since, reason=known.reason)


def _week(ctx: Context, week: Mapping[int, list[str]]) -> str:
    days = [f"{ctx.say(f'staff.day.{day}')} {' '.join(spans)}" for day, spans in sorted(week.items())]
    return ctx.say("staff.between").join(days)
