"""Offers by consent only: the question, the switches in the settings, and /stop."""

from collections.abc import Sequence

from crm_store import consents, surveys
from crm_store.consents import TOPICS, Scope
from crm_store.customers import Contact
from crm_store.errors import RefusedError
from handlers.context import Context
from handlers.customer.presses import contact_of
from handlers.ports import Button

LANGUAGES = (("中文", "zh"), ("English", "en"))


def ask_once(ctx: Context, contact: Contact) -> None:
    """Ask whether offers are welcome, once in a customer's life."""
    scope = Scope(contact.customer_id, ctx.place.channel, TOPICS[0])
    if consents.asked_before(ctx.session, scope):
        return
    consents.mark_asked(ctx.session, scope, now=ctx.now)
    yes, no = (
        Button(ctx.say(f"key.consent.{word}"), "consent", TOPICS[0], int(word == "yes")) for word in _WORDS
    )
    ctx.reply("consent.question", buttons=[[yes, no]])


_WORDS = ("yes", "no")


def answer(ctx: Context, subject: str, revision: int) -> None:
    """Record the yes or no to the question and show it there."""
    scope = _scope(ctx, subject)
    if revision:
        _grant(ctx, scope, source="question")
        ctx.edit(ctx.say("consent.granted"))
    else:
        consents.suppress(ctx.session, scope.customer_id, scope.channel, reason="declined", now=ctx.now)
        ctx.edit(ctx.say("consent.declined"))


def settings(ctx: Context) -> None:
    """Show the language and the topics, each with its switch."""
    contact_of(ctx)
    ctx.reply_text(_shown(ctx), buttons=_switches(ctx))


def switch(ctx: Context, subject: str, revision: int) -> None:
    """Turn a topic on or off and show how it stands now."""
    scope = _scope(ctx, subject)
    if revision:
        _grant(ctx, scope, source="settings")
    else:
        consents.withdraw(ctx.session, scope, source="settings", now=ctx.now)
    ctx.edit(_shown(ctx), buttons=_switches(ctx))


def switch_surveys(ctx: Context, subject: str, revision: int) -> None:
    """Turn the questions after a service on or off and show how it stands now."""
    contact = contact_of(ctx)
    if revision:
        surveys.opt_in(ctx.session, contact.customer_id, now=ctx.now)
    else:
        surveys.opt_out(ctx.session, contact.customer_id, source="settings", now=ctx.now)
    ctx.edit(_shown(ctx), buttons=_switches(ctx))


def stop(ctx: Context) -> None:
    """Send no offers from this moment on; answers to questions still come."""
    contact = contact_of(ctx)
    consents.suppress(ctx.session, contact.customer_id, ctx.place.channel, reason="stop", now=ctx.now)
    ctx.reply("stop.done")


def _grant(ctx: Context, scope: Scope, *, source: str) -> None:
    wording = ctx.say("consent.question")
    consents.grant(ctx.session, scope, wording=wording, source=source, now=ctx.now)


def _scope(ctx: Context, topic: str) -> Scope:
    if topic not in TOPICS:
        raise RefusedError("stale_button")
    return Scope(contact_of(ctx).customer_id, ctx.place.channel, topic)


def _is_on(ctx: Context, topic: str) -> bool:
    return consents.is_granted(ctx.session, _scope(ctx, topic))


def _asks(ctx: Context) -> bool:
    return not surveys.has_opted_out(ctx.session, contact_of(ctx).customer_id)


def _shown(ctx: Context) -> str:
    lines = [ctx.say("settings.head"), ctx.say("settings.language")]
    for topic in TOPICS:
        state = ctx.say("settings.on" if _is_on(ctx, topic) else "settings.off")
        lines.append(ctx.say("settings.topic", topic=ctx.say(f"topic.{topic}"), state=state))
    state = ctx.say("settings.on" if _asks(ctx) else "settings.off")
    lines.append(ctx.say("settings.topic", topic=ctx.say("topic.surveys"), state=state))
    return "\n".join(lines)


def _switches(ctx: Context) -> Sequence[Sequence[Button]]:
    rows = [[Button(name, "language", code) for name, code in LANGUAGES if code != ctx.language]]
    for topic in TOPICS:
        on = _is_on(ctx, topic)
        label = ctx.say("key.topic_off" if on else "key.topic_on", topic=ctx.say(f"topic.{topic}"))
        rows.append([Button(label, "switch", topic, int(not on))])
    asked = _asks(ctx)
    label = ctx.say("key.topic_off" if asked else "key.topic_on", topic=ctx.say("topic.surveys"))
    return [*rows, [Button(label, "surveys", "", int(not asked))]]
