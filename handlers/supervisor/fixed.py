"""A theme that was put right: everybody who reported it lately is told, once, after a look at how many."""

from crm_store import themes
from crm_store.errors import RefusedError
from crm_store.models.opinion import Fix
from handlers.context import Context
from handlers.ports import Button, OutboundMessage
from handlers.router import UsageError, number_of
from handlers.texts import catalogue
from scoring.match import suggest
from scoring.tone import THEMES

LONGEST = 1000


def preview(ctx: Context, text: str) -> None:
    """Show how many reported a theme and what they will read, with a button to tell them."""
    word, _, words = text.strip().partition(" ")
    theme = _theme(ctx, word.lstrip("#"))
    words = words.strip()
    if len(words) > LONGEST:
        raise UsageError("fixed")
    fix = Fix(inbox_id=ctx.place.inbox_id, theme=theme, text=words, by=ctx.staff.id, made=ctx.now)
    told = len(themes.reporters(ctx.session, fix, now=ctx.now))
    named = name(ctx.language, theme)
    if not told:
        ctx.reply("fixed.nobody", theme=named)
        return
    themes.draft(ctx.session, fix)
    yes = Button(ctx.say("key.fixed", count=told), "fixed", fix.id)
    no = Button(ctx.say("key.fixed_not"), "fixed_not", fix.id)
    shown = message(ctx.language, theme, words).text
    ctx.reply("fixed.preview", theme=named, count=told, text=shown, buttons=[[yes, no]])


def confirm(ctx: Context, subject: str, revision: int) -> None:
    """Let everybody who reported a theme be told; from now on the clock does it."""
    fix = _waiting(ctx, subject)
    fix.confirmed = ctx.now
    told = len(themes.reporters(ctx.session, fix, now=ctx.now))
    themes.start(ctx.session)
    ctx.edit(ctx.say("fixed.telling", theme=name(ctx.language, fix.theme), count=told))


def drop(ctx: Context, subject: str, revision: int) -> None:
    """Tell nobody after all."""
    fix = _waiting(ctx, subject)
    fix.told = ctx.now
    ctx.edit(ctx.say("fixed.dropped", theme=name(ctx.language, fix.theme)))


def _waiting(ctx: Context, subject: str) -> Fix:
    fix = themes.by_id(ctx.session, number_of(subject))
    if fix is None or fix.confirmed is not None or fix.told is not None:
        raise RefusedError("stale_button")
    return fix


def _theme(ctx: Context, word: str) -> str:
    """Find the theme or tag that is meant, by its code or its name in any language."""
    known = {theme: theme for theme in themes.names(ctx.session)}
    for theme in THEMES:
        known |= {named: theme for named in (theme, *(name(code, theme) for code in catalogue.LANGUAGES))}
    folded = {named.casefold(): theme for named, theme in known.items()}
    found = folded.get(word.casefold())
    if found is not None:
        return found
    meant = suggest(word, known)
    if meant is None:
        raise RefusedError("unknown_theme", word=word, known=_listed(ctx))
    raise RefusedError("meant_theme", word=word, meant=meant)


def _listed(ctx: Context) -> str:
    shown = dict.fromkeys(name(ctx.language, theme) for theme in (*THEMES, *themes.names(ctx.session)))
    return ctx.say("fixed.between").join(list(shown)[:20])


def name(language: str, theme: str) -> str:
    """Name a theme; a tag is its own name."""
    key = f"theme.{theme}"
    return catalogue.say(language, key) if catalogue.knows(key) else theme


def message(language: str, theme: str, words: str) -> OutboundMessage:
    """Word what a customer reads of a fix."""
    told = catalogue.say(language, "fixed.customer", theme=name(language, theme))
    return OutboundMessage(f"{told}\n{words}" if words else told)
