"""Taking out of a question what says who asked it: addresses, links and numbers."""

import re

LONGEST = 200
_PERSONAL = re.compile(
    r"https?://\S+|www\.\S+"  # links
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail
    r"|@\w{3,}"  # names of accounts
    r"|\+?\d[\d\s().-]{2,}\d"  # telephone numbers, dates, amounts
    r"|(?=[A-Za-z0-9-]*\d)[A-Za-z0-9-]{5,}"  # order and tracking numbers
    r"|\d{3,}"
)


def redact(text: str) -> str:
    """Return a question of at most LONGEST characters without what says who asked it; "" if that is all."""
    left = " ".join(_PERSONAL.sub(" ", text).split())[:LONGEST].strip(" ,，.。:：;；-#")
    return left if any(character.isalpha() for character in left) else ""
