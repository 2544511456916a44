"""What can be done about a finding in one tap: an article, recovery tasks, a look at the very tickets."""

from collections.abc import Sequence

from crm_store import needs, rating_groups, staff
from crm_store.errors import RefusedError
from crm_store.needs import About, Listed
from crm_store.rating_groups import Group
from crm_store.rules.lifecycle import Kind
from crm_store.rules.redaction import redact
from crm_store.spans import Page
from handlers.agent import cards
from handlers.context import Context
from handlers.ports import Button
from handlers.supervisor import articles, low_ratings, periods, sheets
from handlers.supervisor.findings import Asked, Cause, Topic
from handlers.supervisor.periods import Period
from handlers.supervisor.sheets import Buttons, Speaker
from handlers.texts import catalogue
from scoring.tone import THEMES

PAGE = 8
ABREAST = 4
MOST = 3  # suggestions
FREQUENT = 10  # tickets about a theme that an article may save
EXAMPLES = 3
QUOTED = 60
LETTERS: dict[str, needs.Topic] = {"k": "kind", "t": "theme", "g": "tag"}


def suggested(ctx: Speaker, period: Period, found: Asked, causes: Sequence[Cause]) -> Buttons:
    """Return one tap for each finding: for who is let down most, and for what is asked more or much."""
    keys = [_recovery(ctx, period, cause) for cause in causes[:1]]
    keys += [_article(ctx, period, topic) for topic in _promising(found.topics)]
    return [row for row in keys if row][:MOST]


def _promising(topics: Sequence[Topic]) -> Sequence[Topic]:
    """Return the themes an article may help with: those that surely grow first, then the frequent ones."""
    named = [topic for topic in topics if topic.theme in THEMES]
    growing = [topic for topic in named if topic.trend in {"growing", "new"}]
    frequent = [topic for topic in named if topic not in growing and topic.share.k >= FREQUENT]
    return [*growing, *frequent][:MOST]


def _recovery(ctx: Speaker, period: Period, cause: Cause) -> list[Button]:
    name = group_name(ctx, cause.group)
    label = ctx.say("key.recovery", name=name, count=cause.driver.rate.k)
    return [
        *sheets.key(label, "recovery", low_ratings.subject(period, cause.group)),
        *low_ratings.key(ctx.say("key.look"), period, cause.group),
    ]


def _article(ctx: Speaker, period: Period, topic: Topic) -> list[Button]:
    name = sheets.theme(ctx.language, topic.theme)
    return [
        *sheets.key(ctx.say("key.need_article", name=name), "need_article", f"{period.code}~{topic.theme}"),
        *look(ctx, period, About("theme", topic.theme), label=ctx.say("key.look_at", count=topic.share.k)),
    ]


def look(ctx: Speaker, period: Period, about: About, *, label: str = "") -> list[Button]:
    """Return the button that lists the tickets of a topic opened in exactly this period."""
    return sheets.key(label or ctx.say("key.look"), "tickets", ticket_subject(period, about))


def ticket_subject(period: Period, about: About) -> str:
    """Return what a button says to mean the tickets of a topic in a period."""
    letter = next(letter for letter, topic in LETTERS.items() if topic == about.topic)
    return f"{period.code}~{letter}{about.value}" if about.value else period.code


def group_name(ctx: Speaker, group: Group) -> str:
    """Name a group of ratings."""
    return sheets.namer(ctx.session, ctx.language, group.dimension)(group.value)


def recover(ctx: Context, subject: str, revision: int) -> None:
    """Open a recovery task for each low rating of a group that has none, and lead to them."""
    period, group = low_ratings.read(subject, ctx.desk.zone)
    count = rating_groups.recover(ctx.session, group, start=period.start, end=period.end, now=ctx.now)
    name = group_name(ctx, group) if group.value else ctx.say("chart.all")
    subject = f"{group.dimension}:{group.value}"
    staff.audit(ctx.session, by=ctx.by, what="recovery.opened", subject=subject, now=ctx.now, open=count)
    key = low_ratings.key(ctx.say("key.look"), period, group)
    ctx.reply("recovery.open", name=name, count=count, buttons=[key] if key else [])


def write_article(ctx: Context, subject: str, revision: int) -> None:
    """Show what customers ask about a theme, and begin an article about it."""
    code, _, theme = subject.partition("~")
    if theme not in THEMES:
        raise RefusedError("stale_button")
    period = periods.of_code(code, ctx.desk.zone)
    found = needs.listed(
        ctx.session, About("theme", theme), start=period.start, end=period.end, page=Page(0, 4 * EXAMPLES)
    )
    asked = dict.fromkeys(words for one in found if (words := redact(one.subject)))
    lines = [ctx.say("needs.examples", name=sheets.theme(ctx.language, theme))]
    lines += [ctx.say("needs.example", words=words[:QUOTED]) for words in list(asked)[:EXAMPLES]]
    ctx.reply_text("\n".join(lines))
    articles.article(ctx, "new")


def tickets(ctx: Context, subject: str, revision: int) -> None:
    """Show a page of the tickets of a topic opened in a period, newest first."""
    code, _, rest = subject.partition("~")
    if rest and (rest[0] not in LETTERS or not rest[1:]):
        raise RefusedError("stale_button")
    about = About(LETTERS[rest[0]], rest[1:]) if rest else About()
    period = periods.of_code(code, ctx.desk.zone)
    count = needs.count(ctx.session, about, start=period.start, end=period.end)
    offset = PAGE * max(min(revision, (count - 1) // PAGE), 0)
    found = needs.listed(ctx.session, about, start=period.start, end=period.end, page=Page(offset, PAGE))
    named = periods.name(ctx.language, period, ctx.desk.zone)
    head = ctx.say(
        "tickets.head", about=topic_name(ctx.language, about), period=named, count=count,
        first=min(offset + 1, count), last=offset + len(found),
    )  # fmt: skip
    keys = [Button(f"#{one.ticket_id}", "card", one.ticket_id) for one in found]
    rows = [keys[at : at + ABREAST] for at in range(0, len(keys), ABREAST)]
    pages = sheets.pages(ctx, "tickets", subject, page=offset // PAGE, last=(count - 1) // PAGE)
    ctx.reply_text("\n".join([head, *(_line(ctx, one) for one in found)]), buttons=[*rows, *pages])


def topic_name(language: str, about: About) -> str:
    """Name what tickets are about; without a value, all of them."""
    if not about.value:
        return catalogue.say(language, "tickets.all")
    if about.topic == "theme":
        return sheets.theme(language, about.value)
    return catalogue.say(language, f"word.{about.value}") if about.topic == "kind" else about.value


def _line(ctx: Context, one: Listed) -> str:
    return ctx.say(
        "tickets.line",
        mark=cards.MARKS[Kind(one.kind)],
        number=one.ticket_id,
        status=ctx.say(f"word.{one.status}"),
        at=catalogue.moment(ctx.language, one.opened, ctx.desk.zone),
        words=" ".join(one.subject.split())[:QUOTED],
    )
