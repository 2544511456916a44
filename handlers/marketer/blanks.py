"""What may be left open in a campaign's text and is filled in for each reader."""

import re

from crm_store.errors import RefusedError

BLANK = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
BLANKS = ("customer",)
LONGEST_NAME = 64  # letters of a name that a message makes room for


def fill(text: str, *, customer: str) -> str:
    """Write a reader's name where a text leaves it open."""
    values = {"customer": customer[:LONGEST_NAME]}
    return BLANK.sub(lambda blank: values.get(blank[1].casefold(), blank[0]), text)


def check(text: str, *, longest: int) -> str:
    """Return a text whose blanks can be filled and which then fits one message, or refuse it."""
    names: list[str] = BLANK.findall(text)
    unknown = [name for name in names if name.casefold() not in BLANKS]
    if unknown:
        blanks = ", ".join(f"{{{{ {name} }}}}" for name in BLANKS)
        raise RefusedError("template_blank", blank=unknown[0][:40], blanks=blanks)
    filled = len(BLANK.sub("", text)) + LONGEST_NAME * len(names)
    if filled > longest:
        raise RefusedError("campaign_long", most=longest, number=filled)
    return text
