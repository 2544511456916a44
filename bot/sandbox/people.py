"""People who use the sandbox's Telegram."""

from dataclasses import dataclass

from bot.sandbox.shapes import Json, present


@dataclass(slots=True)
class Person:
    """A person with an account; the hint says in whose pane of the page they stand, pinned ones first."""

    id: int
    name: str
    language_code: str = "en"
    username: str = ""
    is_deactivated: bool = False
    role_hint: str = ""
    is_pinned: bool = False

    def as_user(self) -> Json:
        """Return the Bot API's User object."""
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.name,
            **present(username=self.username, language_code=self.language_code),
        }
