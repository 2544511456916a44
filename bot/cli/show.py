"""`config`: the settings as they are read, secrets masked."""

import re

from bot.cli.run import loaded

PASSWORD = re.compile(r"(://[^/@:]*:)[^@]*@")


def config() -> None:
    """Show every setting as it is read, with secrets masked."""
    for name, value in _flat(loaded().model_dump()):
        shown = PASSWORD.sub(r"\1**********@", str(value))
        print(f"HEARWELL_{name} = {shown}")


def _flat(values: dict[str, object], above: str = "") -> "list[tuple[str, object]]":
    found: list[tuple[str, object]] = []
    for name, value in values.items():
        path = f"{above}{name.upper()}"
        found += _flat(value, f"{path}__") if isinstance(value, dict) else [(path, value)]
    return found
