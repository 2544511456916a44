"""Every table of the store, imported so that they know each other."""

from crm_store.models import (
    article,
    campaign,
    consent,
    conversation,
    customer,
    dialog,
    inbox,
    macro,
    outbox,
    staff,
    survey,
    tag,
    ticket,
)
from crm_store.models.base import Base

NOUNS = (
    article, campaign, consent, conversation, customer, dialog, inbox, macro, outbox, staff, survey, tag,
    ticket,
)  # fmt: skip
METADATA = Base.metadata
