"""Finding a colleague by what people type: a name, the start of one, or a number."""

from collections.abc import Sequence

from crm_store import staff
from crm_store.errors import RefusedError
from crm_store.models.staff import Staff
from handlers.agent import naming
from handlers.context import Context

ME = frozenset({"me", "myself", "我", "自己", "我自己"})
SHORTEST = 2  # letters that may stand for a name


def named(
    ctx: Context, words: str, *, also: Sequence[str] = (), everyone: Sequence[Staff] | None = None
) -> Staff:
    """Return the one colleague meant, or refuse with who else may have been meant (`also`: other names).

    Looked for among whoever holds a role, or among those given.
    """
    if words.strip().casefold() in ME:
        return staff.by_id(ctx.session, ctx.staff.id)
    everyone = staff.employed(ctx.session, ctx.place.inbox_id) if everyone is None else everyone
    asked = words.strip().lstrip("@").casefold()
    found = _exactly(everyone, asked) or [
        member
        for member in everyone
        if len(asked) >= SHORTEST and any(part.startswith(asked) for part in _names(member))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise RefusedError("several_colleagues", word=words[: naming.SHOWN], names=_listed(ctx, found))
    known = [name for member in everyone for name in (member.name, *member.name.split())]
    raise naming.unknown(words, dict.fromkeys([*known, *also]), "colleague")


def leading(ctx: Context, words: str) -> tuple[Staff, str] | None:
    """Return the colleague a text begins with and the rest of it; None when it begins with nobody's name."""
    everyone = staff.employed(ctx.session, ctx.place.inbox_id)
    parts = words.split()
    for count in range(len(parts), 0, -1):
        found = _exactly(everyone, " ".join(parts[:count]).lstrip("@").casefold())
        if len(found) == 1:
            return found[0], words.split(maxsplit=count)[count] if len(parts) > count else ""
    return None


def _exactly(everyone: Sequence[Staff], asked: str) -> list[Staff]:
    """List who has exactly this name, a name of which this is a word, or this number."""
    whole = [member for member in everyone if member.name.casefold() == asked]
    digits = asked.removeprefix("#")
    numbered = [member for member in everyone if digits in {str(member.id), member.address}]
    return whole or numbered or [member for member in everyone if asked in _names(member)]


def _names(member: Staff) -> list[str]:
    return [member.name.casefold(), *member.name.casefold().split()]


def _listed(ctx: Context, found: Sequence[Staff]) -> str:
    return ctx.say("staff.between").join(f"{member.name} (#{member.id})" for member in found)
