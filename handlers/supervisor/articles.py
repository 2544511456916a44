"""The FAQ in the hands of supervisors: articles written, taught, counted and taken away; all is audited."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from crm_store import dialogs, knowledge, phrasings, staff
from crm_store.errors import RefusedError
from crm_store.knowledge import Answer, Draft
from crm_store.models.dialog import Dialog
from crm_store.phrasings import Deflection, Waiting
from handlers.agent import naming
from handlers.context import Context
from handlers.ports import Button
from handlers.router import UsageError, seat
from handlers.supervisor.sheets import FEW
from handlers.texts import catalogue
from scoring.satisfaction import wilson

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
PERIOD = timedelta(days=90)
PATIENCE = timedelta(minutes=30)
REVIEWED = 5  # proposals shown at a time
TITLE, BODY = 120, 3000  # characters of a title and of a body, at most
SKIP = frozenset({"-", "skip", "跳过"})
LANGUAGES = {"zh": "zh", "中文": "zh", "en": "en", "英文": "en", "english": "en"}
STEPS = ("slug", "title_zh", "body_zh", "title_en", "body_en")
ADD, DROP = 1, 0


def article(ctx: Context, text: str | None) -> None:
    """Do with the articles what the first word says; list them without one."""
    first, _, rest = (text or "").strip().partition(" ")
    verb = _VERBS.get(first.casefold()) if first else _list
    if verb is None:
        if first.casefold() in knowledge.slugs(ctx.session):
            _show(ctx, first)
            return
        raise UsageError("article")
    verb(ctx, rest.strip())


def _list(ctx: Context, _rest: str) -> None:
    found = knowledge.everything(ctx.session)
    if not found:
        ctx.reply("article.none")
        return
    lines = [
        ctx.say(
            "article.line",
            slug=draft.slug,
            title=_title(ctx, draft),
            languages=" ".join(draft.answers) or "–",
            count=sum(len(texts) for texts in draft.phrasings.values()),
        )
        for draft in found
    ]
    waiting = phrasings.count_waiting(ctx.session)
    tail = [ctx.say("article.waiting", count=waiting)] if waiting else []
    ctx.reply_text("\n".join([ctx.say("article.head", count=len(found)), *lines, *tail]))


def _title(ctx: Context, draft: Draft) -> str:
    answer = draft.answers.get(ctx.language) or next(iter(draft.answers.values()), None)
    return answer.title if answer is not None else draft.slug


def _show(ctx: Context, rest: str) -> None:
    draft = _known(ctx, rest)
    parts = [ctx.say("article.show", slug=draft.slug)]
    for language, answer in draft.answers.items():
        known = draft.phrasings.get(language, ())
        asked = "\n".join(f"  · {text}" for text in known) or "  –"
        parts.append(
            ctx.say(
                "article.text",
                speaks=ctx.say(f"word.language.{language}"),
                title=answer.title,
                body=answer.body,
                asked=asked,
            )
        )
    ctx.reply_text("\n\n".join(parts))


def _known(ctx: Context, slug: str) -> Draft:
    word = slug.strip().casefold()
    if not word:
        raise UsageError("article")
    listed = knowledge.slugs(ctx.session)
    if word not in listed:
        raise naming.unknown(word, listed, "article")
    return knowledge.by_slug(ctx.session, word)


def _edit(ctx: Context, rest: str) -> None:
    slug, language, text = _three(ctx, rest, BODY)
    knowledge.write(ctx.session, slug, language, body=text)
    _done(ctx, "edited", slug, language=language)


def _retitle(ctx: Context, rest: str) -> None:
    slug, language, text = _three(ctx, rest, TITLE)
    knowledge.write(ctx.session, slug, language, title=text)
    _done(ctx, "retitled", slug, language=language)


def _phrasing(ctx: Context, rest: str) -> None:
    slug, language, text = _three(ctx, rest, TITLE)
    if not knowledge.teach(ctx.session, slug, language, text):
        raise RefusedError("phrasing_known", slug=slug)
    _done(ctx, "taught", slug, language=language)


def _three(ctx: Context, rest: str, most: int) -> tuple[str, str, str]:
    """Read a slug, a language and a text, or tell which of them is missing."""
    words = rest.split(maxsplit=2)
    if len(words) < 3:
        raise UsageError("article")
    language = LANGUAGES.get(words[1].casefold())
    if language is None:
        raise RefusedError("unknown_language", word=words[1][: naming.SHOWN])
    _check(words[2], most)
    return _known(ctx, words[0]).slug, language, words[2].strip()


def _check(text: str, most: int) -> None:
    if len(text.strip()) > most:
        raise RefusedError("article_long", most=most, count=len(text.strip()))


def _done(ctx: Context, what: str, slug: str, **detail: object) -> None:
    staff.audit(ctx.session, by=ctx.by, what=f"article.{what}", subject=slug, now=ctx.now, **detail)
    ctx.reply(f"article.{what}", slug=slug)


def _delete(ctx: Context, rest: str) -> None:
    draft = _known(ctx, rest)
    button = Button(ctx.say("key.article_delete"), "article_delete", draft.slug)
    ctx.reply("article.delete", slug=draft.slug, title=_title(ctx, draft), buttons=[[button]])


def delete_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Take the article away that was just asked about."""
    if subject not in knowledge.slugs(ctx.session):
        raise RefusedError("stale_button")
    knowledge.remove(ctx.session, subject)
    staff.audit(ctx.session, by=ctx.by, what="article.deleted", subject=subject, now=ctx.now)
    ctx.edit(ctx.say("article.deleted", slug=subject))


def _new(ctx: Context, rest: str) -> None:
    started = dialogs.start(
        ctx.session, seat(ctx.event), kind="article", step=STEPS[0], expires=ctx.now + PATIENCE
    )
    if rest:
        steps(ctx, started, rest)
    else:
        ctx.reply("article.ask.slug")


def steps(ctx: Context, dialog: Dialog, text: str) -> None:
    """Take the answer to one question about a new article and put the next."""
    step, answer = dialog.step, text.strip()
    is_skipped = answer.casefold() in SKIP and step != "slug"
    if not answer:
        ctx.reply(f"article.ask.{step}")
        return
    if step == "slug":
        answer = _fresh(ctx, answer)
    elif not is_skipped:
        _check(answer, TITLE if step.startswith("title") else BODY)
    given = {} if is_skipped else {step: answer}
    after = STEPS.index(step) + (2 if is_skipped and step.startswith("title") else 1)
    if after < len(STEPS):
        dialogs.advance(dialog, step=STEPS[after], expires=ctx.now + PATIENCE, **given)
        ctx.reply(f"article.ask.{STEPS[after]}")
        return
    answers = {name: str(value) for name, value in {**dialog.answers, **given}.items()}
    _finish(ctx, answers)


def _fresh(ctx: Context, answer: str) -> str:
    slug = answer.casefold()
    if SLUG.fullmatch(slug) is None:
        raise RefusedError("article_slug", word=answer[: naming.SHOWN])
    if slug in knowledge.slugs(ctx.session):
        raise RefusedError("article_taken", slug=slug)
    return slug


def _finish(ctx: Context, answers: Mapping[str, str]) -> None:
    """Write the article down with the languages that were given."""
    dialogs.end(ctx.session, seat(ctx.event))
    written = {
        language: Answer(answers[f"title_{language}"], answers[f"body_{language}"])
        for language in catalogue.LANGUAGES
        if f"title_{language}" in answers and f"body_{language}" in answers
    }
    if not written:
        ctx.reply("article.nothing")
        return
    slug = _fresh(ctx, answers["slug"])
    knowledge.keep(ctx.session, Draft(slug, written))
    _done(ctx, "made", slug, languages=sorted(written))


def _review(ctx: Context, _rest: str) -> None:
    waiting = phrasings.waiting(ctx.session, limit=REVIEWED)
    if not waiting:
        ctx.reply("article.no_proposals")
        return
    count = phrasings.count_waiting(ctx.session)
    ctx.reply("article.review", count=count, shown=len(waiting))
    for one in waiting:
        ctx.reply_text(_proposal(ctx, one), buttons=[_choices(ctx, one)])


def _proposal(ctx: Context, one: Waiting) -> str:
    key = "article.proposal.helped" if one.helped else "article.proposal"
    return ctx.say(key, slug=one.slug, text=one.text, speaks=ctx.say(f"word.language.{one.language}"))


def _choices(ctx: Context, one: Waiting) -> list[Button]:
    return [
        Button(ctx.say("key.proposal_add"), "proposal", one.id, ADD),
        Button(ctx.say("key.proposal_drop"), "proposal", one.id, DROP),
    ]


def decided(ctx: Context, subject: str, revision: int) -> None:
    """Add a proposed phrasing to its article, or drop it; the articles are learned anew at once."""
    if not (subject.isascii() and subject.isdigit() and len(subject) < 16) or revision not in (ADD, DROP):
        raise RefusedError("stale_button")
    one = phrasings.decide(ctx.session, int(subject), add=revision == ADD, by=ctx.by, now=ctx.now)
    what = "proposal.added" if revision == ADD else "proposal.dropped"
    staff.audit(
        ctx.session, by=ctx.by, what=f"article.{what}", subject=one.slug, now=ctx.now, proposal=one.id
    )
    ctx.edit(ctx.say(f"article.{what}", slug=one.slug, text=one.text))


def _stats(ctx: Context, _rest: str) -> None:
    total, *each = phrasings.deflection(ctx.session, start=ctx.now - PERIOD, end=ctx.now + timedelta(days=1))
    if not total.shown:
        ctx.reply("article.no_stats", days=PERIOD.days)
        return
    lines = [ctx.say("article.stats", days=PERIOD.days, rate=_rate(ctx, total))]
    lines += [ctx.say("article.stats.line", slug=one.slug, rate=_rate(ctx, one)) for one in each]
    ctx.reply_text("\n".join(lines))


def _rate(ctx: Context, one: Deflection) -> str:
    found = wilson(one.settled, one.shown)
    if found.value is None or found.low is None or found.high is None:
        return "–"
    key = "article.rate" if found.n >= FEW else "article.rate.few"
    share, low, high = f"{found.value:.0%}", f"{100 * found.low:.0f}", f"{found.high:.0%}"
    return ctx.say(key, share=share, low=low, high=high, k=found.k, n=found.n)


_VERBS: Mapping[str, Callable[[Context, str], None]] = {
    "list": _list, "列表": _list,
    "show": _show, "查看": _show,
    "new": _new, "新建": _new,
    "edit": _edit, "修改": _edit,
    "title": _retitle, "标题": _retitle,
    "phrasing": _phrasing, "问法": _phrasing,
    "delete": _delete, "删除": _delete,
    "review": _review, "审核": _review,
    "stats": _stats, "统计": _stats,
}  # fmt: skip
