"""The bots served here."""

import asyncio
import re
from dataclasses import dataclass, field

from bot.sandbox.chats import Chat
from bot.sandbox.errors import Reason
from bot.sandbox.shapes import Json
from bot.sandbox.updates import UpdateQueue

DEFAULT_TOKEN = "100001:SANDBOX-" + "offline-token-of-no-worth-0"
TOKEN_SHAPE = re.compile(r"\d+:[A-Za-z0-9_-]{35}")


@dataclass(slots=True)
class Webhook:
    """Where updates are posted, and how the last attempt went."""

    url: str
    secret: str = ""
    max_connections: int = 40
    last_error_date: int = 0
    last_error_message: str = ""


@dataclass(slots=True)
class CallbackQuery:
    """A press waiting for its answer."""

    id: str
    expires: float
    answered: asyncio.Future[Json]


@dataclass(slots=True)
class Account:
    """A bot's account: who it is, whom it talks to, what waits for it."""

    id: int
    token: str
    name: str = "Sandbox bot"
    username: str = "sandbox_bot"
    private: dict[int, Chat] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    profile: dict[str, str] = field(default_factory=dict)
    menu_buttons: dict[str, Json] = field(default_factory=dict)
    webhook: Webhook | None = None
    updates: UpdateQueue = field(default_factory=UpdateQueue)
    queries: dict[str, CallbackQuery] = field(default_factory=dict)
    poll: asyncio.Future[Reason] | None = None
    hooked: asyncio.Event = field(default_factory=asyncio.Event)

    def use_webhook(self, webhook: Webhook | None) -> None:
        """Post updates to a webhook, or stop doing so."""
        self.webhook = webhook
        if webhook is None:
            self.hooked.clear()
        else:
            self.hooked.set()
            self.updates.arrived.set()

    def as_user(self) -> Json:
        """Return the Bot API's User object as others see the bot."""
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}

    def as_me(self) -> Json:
        """Return the User object as getMe shows it."""
        return self.as_user() | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": False,
            "allows_users_to_create_topics": False,
            "can_manage_bots": False,
            "supports_guest_queries": False,
        }
