"""How fast each account, chat and group may be written to, as buckets that leak evenly.

All instants here are seconds of one steady clock, so a change of the wall clock moves nothing.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

GROUP_EVERY, GROUP_BURST = 4.0, 5  # at most 20 in any 60 s
CHAT_EVERY, CHAT_BURST = 1.05, 3
WINDOW = 1.004  # a second, and what a packet may be early or late
BACK_OFF = 1.0
CAUTION = 600.0  # after the account itself was refused, replies keep its rate for this long


@dataclass(slots=True)
class Bucket:
    """One start every so often, with a burst that must be earned back (GCRA)."""

    every: float
    burst: int = 1
    full: float = 0.0  # the theoretical arrival time of the next start

    def wait(self, now: float) -> float:
        """Tell how long until the next start is allowed."""
        return max(0.0, self.full - self.every * (self.burst - 1) - now)

    def take(self, now: float) -> float:
        """Take the next start and tell how long to wait for it."""
        waits = self.wait(now)
        self.full = max(self.full, now + waits) + self.every
        return waits

    def hold(self, until: float) -> None:
        """Allow nothing before an instant."""
        self.full = max(self.full, until + self.every * (self.burst - 1))


@dataclass(slots=True)
class Pace:
    """The buckets of one account.

    Campaigns and notices keep the account's rate strictly and leave room for replies. Replies start at
    once, and keep the rate only once Telegram has refused the account itself: its published figure is for
    bulk messages, and it answers faster for people who have just written.
    """

    rate: float = 30.0
    account: Bucket = field(init=False)
    chats: dict[str, Bucket] = field(default_factory=dict)
    careful_until: float = 0.0
    _started: deque[tuple[float, bool]] = field(default_factory=deque)
    _mass: int = 0  # how many of those belong to campaigns and notices
    _refused: tuple[str, float] = ("", -1e9)

    def __post_init__(self) -> None:
        """Make the account's bucket: about 33.5 ms between starts at 30 a second."""
        self.account = Bucket(WINDOW / self.rate)

    def chat(self, chat: str) -> Bucket:
        """Return the bucket of a chat; groups have minus signs and a smaller one."""
        found = self.chats.get(chat)
        if found is None:
            found = (
                Bucket(GROUP_EVERY, GROUP_BURST) if chat.startswith("-") else Bucket(CHAT_EVERY, CHAT_BURST)
            )
            self.chats[chat] = found
        return found

    def wait(self, chat: str, now: float) -> float:
        """Tell how long until a chat may be written to."""
        return self.chat(chat).wait(now)

    def take(self, chat: str, now: float, *, bulk: bool) -> float:
        """Take a start to a chat and tell how long to wait for it."""
        waits = self.chat(chat).take(now)
        if bulk or now < self.careful_until:
            return max(waits, self.account.take(now + waits) + waits)
        # A reply does not wait; campaigns and notices wait for it, but for a rush no longer than this.
        self.account.full = max(
            self.account.full, min(self.account.full + self.account.every, now + BACK_OFF)
        )
        return waits

    def room(self, now: float, *, bulk: bool) -> float:
        """Tell how long until a call may start; 0 means now.

        What was planned may start late when the machine is busy, and then starts would bunch: so the starts
        of the last second are counted as they were. A rush of replies is let through, unless most of what
        fills the second is a campaign: then a reply waits the few milliseconds until its next gap.
        """
        started = self._started
        while started and started[0][0] <= now - WINDOW:
            self._mass -= started.popleft()[1]
        if len(started) >= self.rate and (bulk or now < self.careful_until or self._mass > self.rate / 2):
            return max(0.0, started[len(started) - int(self.rate)][0] + WINDOW - now)
        return 0.0

    def start(self, now: float, *, bulk: bool) -> float:
        """Start a call now and answer 0, or tell how long until it may be asked again."""
        waits = self.room(now, bulk=bulk)
        if waits <= 0:
            self._started.append((now, bulk))
            self._mass += bulk
        return waits

    def refused(self, chat: str, now: float, waits: float) -> bool:
        """Hold a chat that was refused; True when the account itself must be meant."""
        self.chat(chat).hold(now + waits)
        before, at = self._refused
        self._refused = (chat, now)
        if before in {"", chat} or now - at > 1.0:
            return False
        self.account.hold(now + waits)
        self.careful_until = now + waits + CAUTION
        return True

    def remember(self, starts: Iterable[tuple[str, float]]) -> None:
        """Count starts made before this process began; ages are seconds ago, as negative instants."""
        for chat, at in starts:
            self.chat(chat).take(at)

    def forget_idle(self, now: float) -> None:
        """Drop the buckets that are full again."""
        for chat in [chat for chat, bucket in self.chats.items() if bucket.full < now]:
            del self.chats[chat]
