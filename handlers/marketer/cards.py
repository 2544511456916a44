"""How a run stands, on a card in the marketer's chat that is edited in place."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import orjson
import sqlalchemy as sa

from crm_store import outbox, recipients, runs, staff
from crm_store.models.campaign import Campaign, CampaignState, Occurrence, OccurrenceState
from crm_store.models.outbox import Action, Lane, OutboxRow, OutboxState
from crm_store.outbox import Draft
from crm_store.runs import Progress
from handlers.context import TickContext
from handlers.ports import Button, OutboundMessage
from handlers.texts import catalogue

SOON, FRESH = timedelta(seconds=3), timedelta(seconds=5)  # for a run that has just begun, or ended
EVERY = timedelta(seconds=8)  # each edit takes the place of a customer's message
CELLS = 10
RESENDS = 8

Say = Callable[..., str]


def refresh(ctx: TickContext) -> None:
    """Bring every card up to date: once soon after the start, then as seldom as a reader can bear."""
    for run, campaign in runs.to_show(ctx.session, ctx.inbox_id):
        is_long = run.finished is None and ctx.now - run.due >= FRESH
        waits = EVERY if is_long else SOON
        if run.card_at is None or ctx.now - run.card_at >= waits or ctx.now < run.card_at:
            _show(ctx, run, campaign)


def _show(ctx: TickContext, run: Occurrence, campaign: Campaign) -> None:
    in_group = campaign.chat == ctx.desk.staff_group
    language = ctx.desk.language if in_group else staff.by_id(ctx.session, campaign.owner_id).language

    def say(key: str, **values: object) -> str:
        return catalogue.say(language, key, **values)

    progress = runs.progress(ctx.session, run.id)
    lost = recipients.unknowns(ctx.session, run.id) if progress.unknown else ()
    text = told(say, run, campaign, progress)
    body = OutboundMessage(text, [*keys(say, campaign), *resend_keys(say, lost)]).body()
    if run.card_id is None:
        draft = Draft(inbox_id=campaign.inbox_id, chat=campaign.chat, body=body, priority=Lane.NOTICE)
        run.card_id = outbox.enqueue(ctx.session, draft, now=ctx.now)
        run.card_text, run.card_at = text, ctx.now
        return
    card = ctx.session.get_one(OutboxRow, run.card_id)
    if card.state in {OutboxState.READY, OutboxState.CLAIMED, OutboxState.SENDING}:
        return  # it is not there yet, so there is nothing to edit
    if text != run.card_text and card.state == OutboxState.SENT:
        _edit(ctx, run.card_id, campaign, body)
    run.card_text, run.card_at = text, ctx.now


def _edit(ctx: TickContext, card_id: int, campaign: Campaign, body: dict[str, object]) -> None:
    """Ask for an edit; one that still waits says the newest instead."""
    waiting = ctx.session.scalar(
        sa.select(OutboxRow).where(
            OutboxRow.inbox_id == campaign.inbox_id,
            OutboxRow.state == sa.literal_column(f"'{OutboxState.READY.value}'"),
            OutboxRow.target_id == card_id,
        )
    )
    if waiting is not None:
        waiting.body = orjson.dumps(body).decode()
        return
    draft = Draft(
        inbox_id=campaign.inbox_id, chat=campaign.chat, body=body, action=Action.EDIT, priority=Lane.NOTICE,
        target_id=card_id,
    )  # fmt: skip
    outbox.enqueue(ctx.session, draft, now=ctx.now)


def told(say: Say, run: Occurrence, campaign: Campaign, progress: Progress) -> str:
    """Word how a run stands."""
    reachable = progress.planned - progress.never
    over = reachable - progress.waiting
    cells = CELLS if not reachable else over * CELLS // reachable
    lines = [
        say(
            "card.head",
            number=campaign.id,
            name=campaign.name,
            state=say(f"word.run_{stands(run, campaign, progress)}"),
        ),
        f"{'▓' * cells}{'░' * (CELLS - cells)} {100 if not reachable else over * 100 // reachable}%",
        say("card.sent", sent=progress.sent, all=reachable),
    ]
    parts = {"waiting": progress.waiting, "held": progress.held, "failed": progress.failed}
    parts |= {"unknown": progress.unknown, "dropped": progress.dropped, "never": progress.never}
    lines += [say(f"card.{part}", number=number) for part, number in parts.items() if number]
    return "\n".join(lines)


def stands(run: Occurrence, campaign: Campaign, progress: Progress) -> str:
    """Say in a word how a run stands."""
    if run.finished is None and campaign.state in {CampaignState.PAUSED, CampaignState.CANCELLED}:
        return campaign.state
    if run.state == OccurrenceState.SENDING and progress.waiting == progress.later > 0:
        return "waiting"
    return run.state if run.state != OccurrenceState.DUE else OccurrenceState.PLANNING


def keys(say: Say, campaign: Campaign) -> Sequence[Sequence[Button]]:
    """Offer what can be done with a campaign."""
    stop = Button(say("key.cancel"), "campaign_cancel", campaign.id)
    if campaign.state == CampaignState.SCHEDULED:
        return [[Button(say("key.pause"), "campaign_pause", campaign.id), stop]]
    if campaign.state == CampaignState.PAUSED:
        return [[Button(say("key.resume"), "campaign_resume", campaign.id), stop]]
    return []


def resend_keys(say: Say, lost: Sequence[tuple[int, str]]) -> Sequence[Sequence[Button]]:
    """Offer to try again each message of which nobody can tell whether it arrived."""
    return [[Button(say("key.resend", name=name), "campaign_resend", row)] for row, name in lost[:RESENDS]]
