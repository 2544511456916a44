"""Write docs/reference/commands.md from the table of contents: `make reference`."""

from pathlib import Path

from handlers.router import Route
from handlers.routes import ROUTES
from handlers.texts import catalogue

PAGE = Path(__file__).resolve().parent.parent / "docs/reference/commands.md"
HEAD = """# Commands

Everything a person can type. `make reference` writes this page from `handlers/routes.py` and the texts, and a
test compares the two. An argument in brackets may be left out: a ticket number because the topic or the card
replied to tells which ticket is meant, a text because the bot then asks for it. Roles are checked in one
place, before the command runs; a menu only shows what may be typed.

| Command | Who | What it does | 作用 |
|---|---|---|---|
"""
ARGUMENTS = {"ticket": "NUMBER", "text": "TEXT", "word": "WORD"}


def line(route: Route) -> str:
    """Write the row of one command."""
    words = [ARGUMENTS.get(word.rstrip("?"), word.rstrip("?").upper()) for word in route.takes.split()]
    given = [
        f"[{word}]" if wanted.endswith("?") or wanted == "ticket" else word
        for word, wanted in zip(words, route.takes.split(), strict=True)
    ]
    typed = " ".join([f"/{route.name}", *given])
    told = [catalogue.say(language, f"command.{route.name}") for language in ("en", "zh")]
    roles = route.role.value if route.also is None else f"{route.role.value}, {route.also.value}"
    return f"| `{typed}` | {roles} | {told[0]} | {told[1]} |"


def page() -> str:
    """Write the whole page."""
    return HEAD + "\n".join(line(route) for route in ROUTES.of_kind("command")) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE} is written anew.")
