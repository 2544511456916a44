"""Files people and bots sent, with their bytes in memory or in a folder."""

import re
import struct
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bot.sandbox.shapes import Json, present

PICTURES = {b"\x89PNG": "image/png", b"GIF8": "image/gif", b"\xff\xd8": "image/jpeg"}
DOWNLOAD_LIMIT = 20 * 1024 * 1024


@dataclass(slots=True)
class File:
    """One stored file."""

    id: str
    unique_id: str
    kind: str
    name: str
    mime: str
    size: int
    path: str
    width: int = 0
    height: int = 0

    def as_content(self) -> Json:
        """Return the message field that carries this file."""
        shown: Json = {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.size}
        if self.kind == "photo":
            return {"photo": [shown | {"width": self.width, "height": self.height}]}
        return {"document": shown | present(file_name=self.name, mime_type=self.mime)}


class Files:
    """Every file, by its id and by its path."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.by_id: dict[str, File] = {}
        self._by_path: dict[str, File] = {}
        self._contents: dict[str, bytes] = {}

    def store(self, kind: str, name: str, mime: str, content: bytes) -> File:
        """Keep a file of kind `photo` or `document`."""
        number = len(self.by_id) + 1
        mark = sha256(f"{number}:{name}".encode()).hexdigest()
        prefix = "AgACAgUAAxkBAAI" if kind == "photo" else "BQACAgUAAxkBAAI"
        extension = _extension(kind, name)
        file = File(
            id=prefix + mark[:40],
            unique_id="AQAD" + mark[40:52],
            kind=kind,
            name=name,
            mime=mime,
            size=len(content),
            path=f"{kind}s/file_{number}{extension}",
        )
        if kind == "photo":
            file.width, file.height = image_size(content) or (800, 600)
            file.mime = next((mime for start, mime in PICTURES.items() if content.startswith(start)), mime)
        self.adopt(file)
        self._write(file, content)
        return file

    def move(self, folder: Path) -> None:
        """Keep the bytes in a folder from now on."""
        if self.folder == folder:
            return
        contents = [(file, self.content(file)) for file in self.by_id.values()]
        self.folder = folder
        for file, content in contents:
            self._write(file, content)
        self._contents.clear()

    def adopt(self, file: File) -> None:
        """Register a file whose bytes are already kept."""
        self.by_id[file.id] = file
        self._by_path[file.path] = file

    def at(self, path: str) -> File | None:
        """Find a file by its download path."""
        return self._by_path.get(path)

    def content(self, file: File) -> bytes:
        """Return the bytes of a file."""
        if self.folder is None:
            return self._contents[file.id]
        return (self.folder / Path(file.path).name).read_bytes()

    def _write(self, file: File, content: bytes) -> None:
        if self.folder is None:
            self._contents[file.id] = content
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / Path(file.path).name).write_bytes(content)


def image_size(content: bytes) -> tuple[int, int] | None:
    """Read width and height of a PNG, GIF or JPEG; None when it is no such picture."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content[:4] == b"GIF8" and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    return _jpeg_size(content) if content[:2] == b"\xff\xd8" else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 < len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + length
    return None


def _extension(kind: str, name: str) -> str:
    found = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
    return found.group() if found else ".jpg" if kind == "photo" else ".bin"
