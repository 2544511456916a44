"""`config`: the settings as they are read, secrets masked."""

from bot import observe
from bot.cli.run import loaded


def config() -> None:
    """Show every setting as it is read, with secrets hidden."""
    settings = loaded()
    for name, value in _flat(settings.model_dump()):
        print(f"HEARWELL_{name} = {observe.redact(str(value), settings.secrets)}")


def _flat(values: dict[str, object], above: str = "") -> "list[tuple[str, object]]":
    found: list[tuple[str, object]] = []
    for name, value in values.items():
        path = f"{above}{name.upper()}"
        found += _flat(value, f"{path}__") if isinstance(value, dict) else [(path, value)]
    return found
