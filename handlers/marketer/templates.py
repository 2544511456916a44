"""Templates: saved texts of campaigns in either language, taken up by name where a campaign is written."""

import re

from crm_store import staff, templates
from crm_store.errors import RefusedError
from crm_store.templates import Saved
from handlers.agent import naming
from handlers.context import Context
from handlers.marketer import blanks
from handlers.router import UsageError
from handlers.texts import catalogue

NAME = re.compile(r"[^\W\d][\w-]{0,39}")
CALLED = re.compile(r"(?:template|模板)\s*[:：]\s*(.*)", re.IGNORECASE | re.DOTALL)
CHANGES = ("edit", "drop")
LISTS = ("list",)
LONGEST = 4000
EXCERPT = 60


def template(ctx: Context, text: str | None) -> None:
    """List the templates, show one, or change one."""
    words = (text or "").strip()
    verb, _, rest = words.partition(" ")
    verb = verb.casefold()
    if not words or (verb in LISTS and not rest):
        _list(ctx)
    elif verb == "edit":
        _edit(ctx, rest)
    elif verb == "drop":
        _drop(ctx, rest.strip())
    elif rest:
        raise UsageError("template")
    else:
        _show(ctx, called(ctx, words))


def called(ctx: Context, word: str) -> Saved:
    """Return the template of a name, or refuse with the one most likely meant."""
    found = templates.named(ctx.session, word.strip().casefold())
    if found is None:
        raise naming.unknown(word, [one.name for one in templates.everything(ctx.session)], "template")
    return found


def meant(ctx: Context, typed: str) -> Saved | None:
    """Return the template that `template: NAME` asks for; None for any other text."""
    found = CALLED.fullmatch(typed.strip())
    return None if found is None else called(ctx, found[1])


def _list(ctx: Context) -> None:
    found = templates.everything(ctx.session)
    if not found:
        ctx.reply("template.nothing")
        return
    lines = [ctx.say("template.line", name=one.name, text=_excerpt(ctx, one)) for one in found]
    ctx.reply("template.list", lines="\n".join(lines))


def _excerpt(ctx: Context, saved: Saved) -> str:
    """Return the first words of a template, in the reader's language where it has them."""
    words = " ".join((saved.texts.get(ctx.language) or next(iter(saved.texts.values()), "")).split())
    return words if len(words) <= EXCERPT else words[: EXCERPT - 1] + "…"


def _show(ctx: Context, saved: Saved) -> None:
    texts = [
        ctx.say(f"preview.text_{code}", text=saved.texts[code])
        for code in catalogue.LANGUAGES
        if code in saved.texts
    ]
    missing = [code for code in catalogue.LANGUAGES if code not in saved.texts]
    ctx.reply_text(
        "\n\n".join(
            [
                ctx.say("template.head", name=saved.name),
                *texts,
                *(ctx.say(f"template.missing_{code}", name=saved.name) for code in missing),
            ]
        )
    )


def _edit(ctx: Context, text: str) -> None:
    name, language, words = [*text.split(maxsplit=2), "", "", ""][:3]
    language, words = language.casefold(), words.strip()
    if language not in catalogue.LANGUAGES or not words:
        raise RefusedError("template_edit_usage")
    folded = name.casefold()
    if not NAME.fullmatch(folded) or folded in (*CHANGES, *LISTS):
        raise RefusedError("template_name", word=name[: naming.SHOWN])
    blanks.check(words, longest=LONGEST)
    kept = templates.get_or_create(ctx.session, folded, by=ctx.by, at=ctx.now)
    templates.set_text(ctx.session, kept, language, words)
    staff.audit(
        ctx.session, by=ctx.by, what="template.changed", subject=folded, now=ctx.now, part=language,
        value=words,
    )  # fmt: skip
    ctx.reply("template.saved", name=folded, spoken=ctx.say(f"template.language.{language}"))


def _drop(ctx: Context, word: str) -> None:
    if not word:
        raise UsageError("template")
    saved = called(ctx, word)
    templates.remove(ctx.session, saved.id)
    staff.audit(ctx.session, by=ctx.by, what="template.dropped", subject=saved.name, now=ctx.now)
    ctx.reply("template.dropped", name=saved.name)
