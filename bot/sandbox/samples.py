"""A picture and a document to send when none is at hand."""

import struct
import zlib

DOCUMENT = "A sample document.\n一份示例文件。\n".encode()
WIDTH, HEIGHT = 96, 64


def photo() -> bytes:
    """Draw a small PNG: a parcel on a table."""
    rows = b"".join(b"\0" + b"".join(_pixel(x, y) for x in range(WIDTH)) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _pixel(x: int, y: int) -> bytes:
    if 28 <= x < 68 and 16 <= y < 48:
        return b"\xe8\xd4\xa0" if 45 <= x < 51 else b"\xb9\x83\x4b"
    return b"\x7a\x8b\x99" if y >= 48 else b"\xdf\xe9\xf0"


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
