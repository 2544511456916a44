"""Every table of the store, imported so that they know each other."""

from crm_store.models import (
    article,
    block,
    calendar,
    campaign,
    consent,
    conversation,
    correction,
    customer,
    dialog,
    guards,
    held_reply,
    inbox,
    incident,
    macro,
    merge,
    opinion,
    outbox,
    presence,
    privacy,
    search,
    sla,
    staff,
    survey,
    tag,
    ticket,
    undo,
)
from crm_store.models.base import Base

NOUNS = (
    article, block, calendar, campaign, consent, conversation, correction, customer, dialog, guards,
    held_reply, inbox, incident, macro, merge, opinion, outbox, presence, privacy, rating_day, search, sla, staff, survey,
    tag, ticket, undo,
)  # fmt: skip
METADATA = Base.metadata
GUARD = guards.make
