"""What stands for a file where only words can be shown."""

from handlers.texts import catalogue


def word(language: str, kind: str, name: str | None = None) -> str:
    """Name a file: by its own name where it is a document, else by what it is."""
    if name and kind in {"document", "audio"}:
        return name
    key = f"file.{kind}"
    return catalogue.say(language, key if catalogue.knows(key) else "file.other")


def placeholder(language: str, kind: str, name: str | None = None) -> str:
    """Return what stands in a line of text in place of a file."""
    return f"[{word(language, kind, name)}]"
