"""Messages as they are stored."""

from dataclasses import dataclass, field

from bot.sandbox.shapes import Json

SERVICE = (
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "pinned_message_id",
)


@dataclass(slots=True)
class Message:
    """One message: `content` holds the Bot API's own fields (text, entities, photo, caption …)."""

    id: int
    sender: int
    date: int
    content: Json
    thread: int | None = None
    reply_to: int | None = None
    markup: Json | None = None
    keyboard: Json | None = None
    edited: int | None = None
    album: str = ""
    reactions: dict[int, list[str]] = field(default_factory=dict)

    @property
    def is_service(self) -> bool:
        """Tell whether the message reports an event of the chat."""
        return any(name in self.content for name in SERVICE)

    @property
    def text(self) -> str:
        """Return the words of the message: its text or its caption."""
        return str(self.content.get("text") or self.content.get("caption") or "")

    @property
    def is_media(self) -> bool:
        """Tell whether the message carries a file, so that its words are a caption."""
        return "photo" in self.content or "document" in self.content
