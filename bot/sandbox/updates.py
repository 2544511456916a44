"""The queue of updates a bot has not confirmed yet."""

import asyncio
import itertools
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from bot.sandbox.shapes import Json

LIFETIME = 86_400
CALLBACK_LIFETIME = 150
BY_REQUEST = ("chat_member", "message_reaction", "message_reaction_count")
FIRST_ID = 500_000_001


@dataclass(slots=True)
class Update:
    """One update: `lane` names the queue in which order is kept."""

    id: int
    kind: str
    content: Json
    lane: str
    expires: float

    def as_update(self) -> Json:
        """Return the Bot API's Update object."""
        return {"update_id": self.id, self.kind: self.content}


@dataclass(slots=True)
class UpdateQueue:
    """Updates in order of arrival, kept until confirmed or too old."""

    next_id: int = FIRST_ID
    allowed: list[str] = field(default_factory=list)
    waiting: dict[int, Update] = field(default_factory=dict)
    repeats: deque[Update] = field(default_factory=deque)
    last: Update | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def accepts(self, kind: str) -> bool:
        """Tell whether the bot asked for updates of this kind."""
        return kind in self.allowed if self.allowed else kind not in BY_REQUEST

    def add(self, kind: str, content: Json, *, lane: str, now: float) -> Update:
        """Queue an update."""
        lifetime = CALLBACK_LIFETIME if kind == "callback_query" else LIFETIME
        update = Update(self.next_id, kind, content, lane, now + lifetime)
        self.next_id += 1
        self.waiting[update.id] = self.last = update
        self.arrived.set()
        return update

    def repeat_last(self, *, is_resent: bool, now: float) -> Update | None:
        """Deliver the last update once more: under its own id, or as one the app sent again."""
        if self.last is None:
            return None
        if is_resent:
            return self.add(self.last.kind, self.last.content, lane=self.last.lane, now=now)
        self.repeats.append(self.last)
        self.arrived.set()
        return self.last

    def confirm(self, offset: int) -> int:
        """Forget what lies before `offset`, and count it; a negative one keeps that many from the end."""
        if offset < 0:
            offset = next(itertools.islice(reversed(self.waiting), -offset - 1, None), 0)
        known = list(itertools.takewhile(lambda key: key < offset, self.waiting))
        for key in known:
            del self.waiting[key]
        return len(known)

    def take(self, limit: int, now: float) -> list[Update]:
        """Return the oldest updates still alive, without confirming them."""
        found = [self.repeats.popleft() for _ in range(min(limit, len(self.repeats)))]
        expired = []
        for update in self.waiting.values():
            if update.expires <= now:
                expired.append(update.id)
            elif len(found) < limit:
                found.append(update)
            else:
                break
        for key in expired:
            del self.waiting[key]
        if not found:
            self.arrived.clear()
        return found

    def clear(self) -> None:
        """Drop everything that waits."""
        self.waiting.clear()
        self.repeats.clear()

    def as_rows(self) -> Json:
        """Return what must survive a restart."""
        waiting = [asdict(update) for update in self.waiting.values()]
        return {"next_id": self.next_id, "allowed": self.allowed, "waiting": waiting}

    def restore(self, next_id: int, allowed: Sequence[str], waiting: Sequence[Update]) -> None:
        """Take back what was saved."""
        self.next_id, self.allowed = next_id, list(allowed)
        self.waiting = {update.id: update for update in waiting}
