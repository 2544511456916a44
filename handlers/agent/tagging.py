"""/tag: tags on a ticket; without one, which tags there are, and for supervisors what becomes of them."""

from collections.abc import Callable, Mapping

from crm_store import macros, skills, tags
from crm_store import staff as people
from crm_store.errors import RefusedError
from crm_store.rules.roles import Role
from crm_store.store import wake
from handlers.agent import naming, sorting
from handlers.context import Context
from handlers.router import RoleError, UsageError


def tag(ctx: Context, number: int | None, text: str | None) -> None:
    """Tag a ticket, list the tags, or change one: make it a skill or a plain tag, or drop it."""
    words = (text or "").split()
    verb = _VERBS.get(words[0].casefold()) if len(words) > 1 else None
    if verb is not None and number == ctx.ticket_here():  # a number that is typed means that ticket's tags
        _change(ctx, verb, words[1:])
    elif number is not None:
        sorting.tag(ctx, number, text)
    elif words:
        raise UsageError("tag")
    else:
        _list(ctx)


def _list(ctx: Context) -> None:
    known = tags.names(ctx.session)
    if not known:
        ctx.reply("tag.nothing")
        return
    between = ctx.say("tag.between")
    able = between.join(skills.names(ctx.session)) or ctx.say("tag.none")
    ctx.reply("tag.list", tags=between.join(known), skills=able)


def _change(ctx: Context, verb: Callable[[Context, str], None], words: list[str]) -> None:
    if not ctx.staff.may(Role.SUPERVISOR):
        raise RoleError(Role.SUPERVISOR)
    for word in words:
        verb(ctx, sorting.named(word))


def _skill(ctx: Context, name: str) -> None:
    tags.keep(ctx.session, name, by=ctx.by, at=ctx.now, is_skill=True)
    wake(ctx.session, "tick:assignment")
    _audit(ctx, "tag.changed", name, skill=True)
    ctx.reply("tag.skill", tag=name)


def _plain(ctx: Context, name: str) -> None:
    tags.make_plain(ctx.session, _known(ctx, name))
    _audit(ctx, "tag.changed", name, skill=False)
    ctx.reply("tag.plain", tag=name)


def _drop(ctx: Context, name: str) -> None:
    """Forget a tag, unless a macro would make it again."""
    _known(ctx, name)
    for macro in macros.everything(ctx.session):
        for verb, argument in macro.steps:
            if verb in {"tag", "untag"} and name in sorting.tag_words(argument):
                raise RefusedError("tag_in_macro", macro=macro.name, tag=name)
    count = tags.drop(ctx.session, name)
    _audit(ctx, "tag.dropped", name, tickets=count)
    ctx.reply("tag.dropped", tag=name, count=count)


def _known(ctx: Context, name: str) -> str:
    known = tags.names(ctx.session)
    if name not in known:
        raise naming.unknown(name, known, "tag_name")
    return name


def _audit(ctx: Context, what: str, name: str, **detail: object) -> None:
    people.audit(ctx.session, by=ctx.by, what=what, subject=name, now=ctx.now, **detail)


_VERBS: Mapping[str, Callable[[Context, str], None]] = {
    "skill": _skill, "技能": _skill,
    "plain": _plain, "普通": _plain,
    "drop": _drop, "删除": _drop,
}  # fmt: skip
