"""The arguments of one call, however they were sent: query, JSON, form or multipart."""

from dataclasses import dataclass, field

import orjson
from aiohttp import web
from aiohttp.multipart import BodyPartReader

from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.shapes import Json, as_int, as_mapping


@dataclass(slots=True)
class Upload:
    """A file that came with a request."""

    name: str
    content: bytes
    mime: str


@dataclass(slots=True)
class Arguments:
    """Named values as they came, read with the leniency of the official server."""

    values: Json = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Read a text; absent is empty."""
        value = self.values.get(name)
        return "" if value is None else value if isinstance(value, str) else str(value)

    def number(self, name: str) -> int | None:
        """Read a whole number; absent or unreadable is None."""
        return as_int(self.values.get(name))

    def flag(self, name: str) -> bool:
        """Read a yes or no; absent is no."""
        value = self.values.get(name)
        return value is True or str(value).lower() in ("true", "1", "yes")

    def json(self, name: str) -> object:
        """Read a nested value, given as such or as its JSON text; absent is None."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            parsed: object = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise ApiError(Reason.PARAMETER_UNREADABLE, f"{name} JSON object") from error
        return parsed

    def upload(self, reference: str) -> Upload | None:
        """Find an uploaded file by `attach://name` or by its field."""
        return self.files.get(reference.removeprefix("attach://"))


async def read_arguments(request: web.Request) -> Arguments:
    """Read the arguments of a request from its query and body."""
    found = Arguments(dict(request.query))
    if request.method == "GET" or not request.can_read_body:
        return found
    kind = request.content_type
    if kind == "application/json":
        found.values.update(_from_json(await request.read()))
    elif kind == "multipart/form-data":
        try:
            await _from_multipart(request, found)
        except ValueError as error:
            raise ApiError(Reason.PARAMETER_UNREADABLE, "multipart form") from error
    else:
        form = await request.post()
        found.values.update({name: value for name, value in form.items() if isinstance(value, str)})
    return found


def _from_json(body: bytes) -> Json:
    try:
        return as_mapping(orjson.loads(body)) if body else {}
    except orjson.JSONDecodeError as error:
        raise ApiError(Reason.PARAMETER_UNREADABLE, "JSON object in the request body") from error


async def _from_multipart(request: web.Request, found: Arguments) -> None:
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        content = bytes(await part.read())
        if part.filename is None:
            found.values[part.name] = content.decode("utf-8", "replace")
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            found.files[part.name] = Upload(part.filename, content, mime)
