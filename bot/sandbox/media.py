"""Files in calls: uploaded, known by id, or named by an address."""

from bot.sandbox.arguments import Upload
from bot.sandbox.call import Call
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.files import DOWNLOAD_LIMIT, File, image_size
from bot.sandbox.shapes import Json
from bot.sandbox.words import read_caption

_ABSENT = {"photo": Reason.PHOTO_ABSENT, "document": Reason.DOCUMENT_ABSENT}


def read(call: Call, kind: str) -> Json:
    """Return the message field for the file a call sends under the name of its kind."""
    reference = call.arguments.text(kind)
    upload = call.arguments.upload(reference or kind)
    if upload is None and not reference:
        raise ApiError(_ABSENT[kind])
    return _file(call, kind, reference, upload).as_content()


def read_item(call: Call, item: Json) -> Json:
    """Return the content of one item of an album."""
    kind, reference = str(item.get("type")), str(item.get("media") or "")
    if kind not in _ABSENT:
        raise ApiError(Reason.MEDIA_UNREADABLE, f"sandbox does not implement type {kind}")
    if not reference:
        raise ApiError(Reason.MEDIA_EMPTY)
    file = _file(call, kind, reference, call.arguments.upload(reference))
    mode = str(item.get("parse_mode") or "")
    return file.as_content() | read_caption(
        str(item.get("caption") or ""), mode, item.get("caption_entities")
    )


def get_file(call: Call) -> Json:
    """Tell where a file can be fetched."""
    file = call.world.files.by_id.get(call.arguments.text("file_id"))
    if file is None:
        raise ApiError(Reason.FILE_UNKNOWN)
    if file.size > DOWNLOAD_LIMIT:
        raise ApiError(Reason.FILE_TOO_BIG)
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": file.size,
        "file_path": file.path,
    }


def _file(call: Call, kind: str, reference: str, upload: Upload | None) -> File:
    if upload is not None:
        if not upload.content:
            raise ApiError(Reason.FILE_EMPTY)
        if kind == "photo" and image_size(upload.content) is None:
            raise ApiError(Reason.IMAGE_UNREADABLE)
        return call.world.files.store(kind, upload.name, upload.mime, upload.content)
    if reference.startswith(("http://", "https://")):
        raise ApiError(Reason.URL_UNREACHABLE)
    file = call.world.files.by_id.get(reference)
    if file is None or file.kind != kind:
        raise ApiError(Reason.FILE_ID_WRONG)
    return file
