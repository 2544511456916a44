"""A campaign from its first word to its confirmation: a dialog that survives a restart."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import cast

import sqlalchemy as sa

from crm_store import campaigns, dialogs, staff, templates
from crm_store.campaigns import NewCampaign
from crm_store.errors import RefusedError
from crm_store.models.customer import Customer
from crm_store.models.dialog import Dialog
from crm_store.templates import Saved
from handlers.context import Context
from handlers.marketer import approvals, blanks, naming, previews, schedules
from handlers.marketer import templates as saved_texts
from handlers.ports import Button
from handlers.router import seat

KIND = "campaign"
LASTS = timedelta(days=7)
LONGEST = 4000
TEMPLATE = "template-"
SEGMENT = ("segment:", "分群:", "分群：")
AT_ONCE = 10_000
"""So many customers are counted while the marketer waits; more are counted on a tap, beside the writer."""
HELD_OUT = 10  # percent that the button of the preview holds back
OFFERED = 6  # so many templates have a button


def begin(ctx: Context) -> None:
    """Start a campaign, or offer to go on with the one that was begun."""
    found = dialogs.live(ctx.session, seat(ctx.event), now=ctx.now)
    if found is None or found.kind != KIND:
        _start(ctx)
        return
    keys = [_key(ctx, found, "continue"), _key(ctx, found, "anew"), _key(ctx, found, "discard")]
    ctx.reply("campaign.unfinished", step=ctx.say(f"campaign.step.{found.step}"), buttons=[keys])


def start_for(ctx: Context, audience: Mapping[str, object]) -> None:
    """Start a campaign whose audience is chosen already."""
    dialog = dialogs.start(ctx.session, seat(ctx.event), kind=KIND, step="zh", expires=ctx.now + LASTS)
    dialog.answers = {"audience": dict(audience)}
    _ask(ctx, dialog)


def steps(ctx: Context, dialog: Dialog, text: str) -> None:
    """Hear what was typed for the step the dialog is at."""
    words = text.strip()
    if not words:
        raise RefusedError("campaign_no_text")
    hear = _TYPED.get(dialog.step)
    if hear is None:
        raise RefusedError("campaign_confirm")
    hear(ctx, dialog, words)


def pressed(ctx: Context, subject: str, revision: int) -> None:
    """Do what a button of the dialog says, unless the dialog has moved on since."""
    dialog = held(ctx, revision)
    if subject.startswith(TEMPLATE):
        _take_up(ctx, dialog, subject.removeprefix(TEMPLATE))
        return
    allowed, act = _PRESSED.get(subject, ((), _discard))
    if dialog.step not in allowed:
        raise RefusedError("campaign_stale")
    act(ctx, dialog)


def count(ctx: Context, subject: str, revision: int) -> None:
    """Count a large audience and offer to confirm."""
    _show_counts(ctx, held(ctx, revision))


def who(ctx: Context, subject: str, revision: int) -> None:
    """Name some of those behind a number of the preview."""
    ctx.reply_text(previews.names(ctx, draft(ctx, held(ctx, revision)), subject))


def held(ctx: Context, revision: int) -> Dialog:
    """Return the dialog that is going on at this revision, or refuse."""
    found = dialogs.live(ctx.session, seat(ctx.event), now=ctx.now)
    if found is None or found.kind != KIND:
        raise RefusedError("campaign_over")
    if found.revision != revision:
        raise RefusedError("campaign_stale")
    return found


def draft(ctx: Context, dialog: Dialog) -> NewCampaign:
    """Return what the dialog has gathered."""
    given = dialog.answers
    schedule = cast("Mapping[str, object] | None", given.get("schedule"))
    return NewCampaign(
        inbox_id=ctx.place.inbox_id,
        owner_id=ctx.staff.id,
        chat=ctx.place.chat,
        channel=ctx.place.channel,
        text_zh=str(given.get("zh", "")),
        text_en=str(given.get("en", "")),
        audience=cast("Mapping[str, object]", given.get("audience", {"kind": "everyone"})),
        zone=ctx.desk.zone,
        schedule=None if schedule is None else campaigns.schedule_from(schedule),
        quiet=ctx.desk.quiet,
        holdout=HELD_OUT if given.get("holdout") else 0,
    )


def _start(ctx: Context) -> None:
    dialog = dialogs.start(ctx.session, seat(ctx.event), kind=KIND, step="zh", expires=ctx.now + LASTS)
    _ask(ctx, dialog)


def _go(ctx: Context, dialog: Dialog, step: str, **answers: object) -> None:
    dialogs.advance(dialog, step=step, expires=ctx.now + LASTS, **answers)
    _ask(ctx, dialog)


def _ask(ctx: Context, dialog: Dialog) -> None:
    """Put the question of the step the dialog is at."""
    if dialog.step == "confirm":
        _offer(ctx, dialog)
        return
    choices = [[_key(ctx, dialog, choice) for choice in line] for line in _CHOICES[dialog.step]]
    if dialog.step == "en" and not dialog.answers.get("zh"):
        choices = choices[1:]  # one of the two languages is needed
    if dialog.step == "zh":
        choices = [*_saved_texts(ctx, dialog), *choices]
    tags = ctx.say("campaign.comma").join(campaigns.known_tags(ctx.session)) or ctx.say("campaign.no_tags")
    ctx.reply(f"campaign.ask.{dialog.step}", tags=tags, zone=ctx.desk.zone, buttons=choices)


_CHOICES = {
    "zh": [["skip_zh"], ["discard"]],
    "en": [["skip_en"], ["discard"]],
    "audience": [["everyone"], ["readers_zh", "readers_en"], ["discard"]],
    "when": [["now"], ["discard"]],
}


def _saved_texts(ctx: Context, dialog: Dialog) -> list[list[Button]]:
    """Offer the saved texts, two a line."""
    keys = [
        Button(f"📄 {one.name}", KIND, f"{TEMPLATE}{one.id}", dialog.revision)
        for one in templates.everything(ctx.session)[:OFFERED]
    ]
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]


def _key(ctx: Context, dialog: Dialog, choice: str) -> Button:
    return Button(ctx.say(f"key.campaign.{choice}"), KIND, choice, dialog.revision)


def _offer(ctx: Context, dialog: Dialog) -> None:
    """Show what is about to happen, with counts where they are quick to have."""
    customers = ctx.session.scalar(sa.select(sa.func.count(Customer.id))) or 0
    if customers <= AT_ONCE:
        _show_counts(ctx, dialog)
        return
    tap = Button(ctx.say("key.campaign.count"), "campaign_count", "", dialog.revision)
    lines = previews.heading(ctx, draft(ctx, dialog))
    ctx.reply_text(
        "\n".join(lines), buttons=[[tap], [_key(ctx, dialog, "when"), _key(ctx, dialog, "discard")]]
    )


def _show_counts(ctx: Context, dialog: Dialog) -> None:
    new = draft(ctx, dialog)
    counts = campaigns.preview(ctx.session, new, now=ctx.now)
    keys = [
        *previews.buttons(ctx, counts, revision=dialog.revision),
        [_key(ctx, dialog, "confirm"), _key(ctx, dialog, "send_all" if new.holdout else "hold_out")],
        [_key(ctx, dialog, "when"), _key(ctx, dialog, "discard")],
    ]
    ctx.reply_text(previews.told(ctx, new, counts), buttons=keys)


def _hear_zh(ctx: Context, dialog: Dialog, words: str) -> None:
    template = saved_texts.meant(ctx, words)
    if template is not None:
        _use(ctx, dialog, template)
        return
    _go(ctx, dialog, "en", zh=blanks.check(words, longest=LONGEST))


def _hear_en(ctx: Context, dialog: Dialog, words: str) -> None:
    template = saved_texts.meant(ctx, words)
    if template is not None and "en" not in template.texts:
        raise RefusedError("template_language", name=template.name)
    text = words if template is None else template.texts["en"]
    _go(ctx, dialog, _after_texts(dialog), en=blanks.check(text, longest=LONGEST))


def _take_up(ctx: Context, dialog: Dialog, subject: str) -> None:
    """Take both texts from the template whose button was pressed."""
    if dialog.step != "zh":
        raise RefusedError("campaign_stale")
    _use(ctx, dialog, templates.by_id(ctx.session, int(subject) if subject.isdecimal() else 0))


def _use(ctx: Context, dialog: Dialog, template: Saved) -> None:
    if not template.texts:
        raise RefusedError("template_empty", name=template.name)
    texts = {code: template.texts.get(code, "") for code in ("zh", "en")}
    _go(ctx, dialog, _after_texts(dialog), **texts)


def _after_texts(dialog: Dialog) -> str:
    """Return the step after both texts: the audience, unless the campaign began with one."""
    return "when" if "audience" in dialog.answers else "audience"


def _hear_audience(ctx: Context, dialog: Dialog, words: str) -> None:
    if words.casefold().startswith(SEGMENT):
        named = naming.read(ctx, words.replace("：", ":").partition(":")[2])
        chosen = {"kind": "segment", "value": named.name, "rule": dict(named.rule)}
        _go(ctx, dialog, "when", audience=chosen)
        return
    tag = words.removeprefix("#").strip()
    if not campaigns.has_tag(ctx.session, tag):
        raise RefusedError("campaign_tag", tag=tag[:40])
    _go(ctx, dialog, "when", audience={"kind": "tag", "value": tag})


def _hear_when(ctx: Context, dialog: Dialog, words: str) -> None:
    if schedules.means_now(words):
        _go(ctx, dialog, "confirm", schedule=None)
        return
    schedule = schedules.read(words, ctx.desk.zone, now=ctx.now)
    _go(ctx, dialog, "confirm", schedule=campaigns.kept(schedule))


def _confirm(ctx: Context, dialog: Dialog) -> None:
    """Keep the campaign as it was shown."""
    new = draft(ctx, dialog)
    if new.schedule is not None and campaigns.draft_run(new, now=ctx.now) is None:
        raise RefusedError("campaign_late")
    waits = approvals.is_needed(ctx, new)
    campaign = campaigns.create(ctx.session, new, now=ctx.now, waits=waits)
    staff.audit(
        ctx.session, by=ctx.by, what="campaign.confirmed", subject=f"campaign:{campaign.id}", now=ctx.now
    )
    dialogs.end(ctx.session, seat(ctx.event))
    if waits:
        approvals.ask(ctx, campaign)
        return
    key = "campaign.started" if new.schedule is None else "campaign.scheduled"
    ctx.reply(key, number=campaign.id, name=campaign.name, when=schedules.told(ctx.say, new.schedule))


def _discard(ctx: Context, dialog: Dialog) -> None:
    dialogs.end(ctx.session, seat(ctx.event))
    ctx.reply("campaign.discarded")


Act = Callable[[Context, Dialog], None]
_ANY = ("zh", "en", "audience", "when", "confirm")
_TYPED: Mapping[str, Callable[[Context, Dialog, str], None]] = {
    "zh": _hear_zh,
    "en": _hear_en,
    "audience": _hear_audience,
    "when": _hear_when,
}


def _to(step: str, **answers: object) -> Act:
    return lambda ctx, dialog: _go(ctx, dialog, step, **answers)


def _skip_en(ctx: Context, dialog: Dialog) -> None:
    if not dialog.answers.get("zh"):
        raise RefusedError("campaign_empty")
    _go(ctx, dialog, _after_texts(dialog), en="")


_PRESSED: Mapping[str, tuple[tuple[str, ...], Act]] = {
    "continue": (_ANY, _ask),
    "anew": (_ANY, lambda ctx, dialog: _start(ctx)),
    "discard": (_ANY, _discard),
    "skip_zh": (("zh",), _to("en", zh="")),
    "skip_en": (("en",), _skip_en),
    "everyone": (("audience",), _to("when", audience={"kind": "everyone"})),
    "readers_zh": (("audience",), _to("when", audience={"kind": "language", "value": "zh"})),
    "readers_en": (("audience",), _to("when", audience={"kind": "language", "value": "en"})),
    "now": (("when",), _to("confirm", schedule=None)),
    "when": (("confirm",), _to("when")),
    "hold_out": (("confirm",), _to("confirm", holdout=True)),
    "send_all": (("confirm",), _to("confirm", holdout=False)),
    "confirm": (("confirm",), _confirm),
}
