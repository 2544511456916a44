"""Chats: a person's chat with a bot, or a group, with members, topics and messages."""

from dataclasses import dataclass, field

from bot.sandbox.messages import Message
from bot.sandbox.shapes import Json, present

FIRST_COLOR = 7322096
ICON_COLORS = (FIRST_COLOR, 16766590, 13338331, 9367192, 16749490, 16478047)
RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
    "can_manage_tags",
)


@dataclass(slots=True)
class Member:
    """Someone's place in a group: creator, administrator, member, left or kicked."""

    status: str = "member"
    lacking: list[str] = field(default_factory=list)

    @property
    def is_present(self) -> bool:
        """Tell whether the member is in the group."""
        return self.status in ("creator", "administrator", "member")

    @property
    def is_admin(self) -> bool:
        """Tell whether the member administers the group."""
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        """Tell whether the member holds an administrator's right."""
        return self.status == "creator" or (self.status == "administrator" and right not in self.lacking)

    def as_chat_member(self, user: Json) -> Json:
        """Return the Bot API's ChatMember object for this place and that user."""
        shown: Json = {"status": self.status, "user": user}
        if self.status == "creator":
            shown["is_anonymous"] = False
        elif self.status == "administrator":
            shown |= {"can_be_edited": False, "is_anonymous": False}
            shown |= {right: right not in self.lacking for right in RIGHTS}
        elif self.status == "kicked":
            shown["until_date"] = 0
        return shown


@dataclass(slots=True)
class Topic:
    """A topic of a forum; its id is that of the service message that opened it."""

    id: int
    name: str
    icon_color: int = FIRST_COLOR
    icon_custom_emoji_id: str = ""
    state: str = "open"


@dataclass(slots=True)
class Chat:
    """A chat with everything that was written in it."""

    id: int
    kind: str
    title: str
    username: str = ""
    is_forum: bool = False
    is_blocked: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    last_id: int = 0

    @property
    def is_private(self) -> bool:
        """Tell whether this is one person's chat with a bot."""
        return self.kind == "private"

    def as_chat(self) -> Json:
        """Return the Bot API's Chat object."""
        name = "first_name" if self.is_private else "title"
        shown: Json = {"id": self.id, "type": self.kind, name: self.title, **present(username=self.username)}
        if self.is_forum:
            shown["is_forum"] = True
        return shown

    def member(self, user: int) -> Member:
        """Return someone's place in the chat; who never was there has left."""
        if self.is_private:
            return Member("member")
        return self.members.get(user) or Member("left")

    def next_id(self) -> int:
        """Take the next message id of this chat."""
        self.last_id += 1
        return self.last_id

    def keep(self, message: Message) -> Message:
        """Store a message."""
        self.messages[message.id] = message
        return message
