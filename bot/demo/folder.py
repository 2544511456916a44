"""The demo's folder: its own marker, what it may delete, and the clock it keeps."""

from dataclasses import dataclass
from pathlib import Path

import orjson

MARKER = "demo.json"
OURS = ("hearwell.db*", "secret.key", "sandbox.json", "sandbox.json.new", MARKER, f"{MARKER}.new")


class DemoError(Exception):
    """The demo cannot start; the message says why and what to do."""


@dataclass(slots=True)
class Folder:
    """Where a demo keeps its world; only one that carries our marker is ever emptied."""

    path: Path
    is_complete: bool = False
    offset: int = 0

    @classmethod
    def open(cls, path: Path) -> "Folder":
        """Make the folder or take up one of ours; refuse any other."""
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DemoError(f"{path} cannot be used as a folder: {error.strerror}.") from None
        marker = path / MARKER
        if not marker.exists():
            if any(each.name != "run.lock" for each in path.iterdir()):
                raise DemoError(
                    f"{path} is not a demo's folder, so it is left alone; choose another with --data-dir."
                )
            folder = cls(path)
            folder.keep()
            return folder
        try:
            kept = orjson.loads(marker.read_bytes())
            return cls(path, bool(kept["complete"]), int(kept["offset"]))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return cls(path)

    @property
    def url(self) -> str:
        """Return where the store lives."""
        return f"sqlite:///{self.path.resolve() / 'hearwell.db'}"

    @property
    def state(self) -> Path:
        """Return where the sandbox keeps its world."""
        return self.path / "sandbox.json"

    def keep(self) -> None:
        """Write the marker with what it knows, replacing it at once."""
        fresh = self.path / f"{MARKER}.new"
        fresh.write_bytes(orjson.dumps({"complete": self.is_complete, "offset": self.offset}))
        fresh.replace(self.path / MARKER)

    def empty(self) -> None:
        """Delete what a demo made here and nothing else, the marker last."""
        for pattern in OURS:
            for each in self.path.glob(pattern):
                if each.name != MARKER:
                    each.unlink()
        files = self.path / "sandbox.json.files"
        if files.is_dir():
            for each in files.iterdir():
                each.unlink()
            files.rmdir()
        self.is_complete, self.offset = False, 0
        self.keep()
