"""What an operator can see: JSON lines with the secrets taken out, and counters."""

import contextlib
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

import orjson
from prometheus_client import CollectorRegistry, Counter, Gauge

TOKEN = re.compile(r"\b\d{3,}(?::|%3[Aa])[A-Za-z0-9_-]{20,}")
HIDDEN = "[hidden]"
_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def redact(text: str, secrets: frozenset[str] = frozenset()) -> str:
    """Take tokens and the given secrets out of a text."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return TOKEN.sub(HIDDEN, text)


class _Formatter(logging.Formatter):
    """Words a line as JSON or for reading, and takes the secrets out at the very end, whoever wrote it."""

    def __init__(self, secrets: frozenset[str], *, json: bool) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        # As JSON writes them as well: a quotation mark in a password gets a backslash there.
        self._secrets = secrets | {orjson.dumps(secret).decode()[1:-1] for secret in secrets}
        self._json = json

    def format(self, record: logging.LogRecord) -> str:
        """Word one line."""
        line = self._line(record) if self._json else super().format(record)
        return redact(line, self._secrets)

    def _line(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        told.update((name, value) for name, value in record.__dict__.items() if name not in _USUAL)
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(told, default=str).decode()


class _Handler(logging.StreamHandler[TextIO]):
    """Writes to standard error; what cannot be worded is not shown raw, as it may hold a secret."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say where a line is missing."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(
                f"a line of {record.name} at {record.pathname}:{record.lineno} cannot be logged\n"
            )


def set_up(*, secrets: frozenset[str] = frozenset(), level: str = "INFO", json: bool = True) -> None:
    """Send every log line to standard error, as JSON or for reading, without secrets."""
    handler = _Handler(sys.stderr)
    handler.setFormatter(_Formatter(secrets, json=json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("aiohttp.access", "alembic", "telegram", "httpx", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that came while one ran is counted


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        """Make the counters in a registry of their own."""
        self.registry = CollectorRegistry()
        self._received = Counter("hearwell_updates", "Events journalled", ["inbox"], registry=self.registry)
        self._dead = Counter("hearwell_dead_letters", "Events put aside", registry=self.registry)
        self._delivered = Counter(
            "hearwell_deliveries", "Attempts by end", ["priority", "outcome"], registry=self.registry
        )
        self._limited = Counter("hearwell_429", "Refusals for speed", ["scope"], registry=self.registry)
        self._jobs = Counter(
            "hearwell_jobs", "Runs of the clock's jobs", ["job", "outcome"], registry=self.registry
        )
        self.in_flight = Gauge("hearwell_in_flight", "Rows being sent", registry=self.registry)

    def received(self, inbox: str, count: int) -> None:
        """Count events that were journalled."""
        self._received.labels(inbox).inc(count)

    def dead_letter(self) -> None:
        """Count an event that was put aside."""
        self._dead.inc()

    def delivered(self, priority: str, outcome: str) -> None:
        """Count an attempt by how it ended."""
        self._delivered.labels(priority, outcome).inc()

    def limited(self, *, account: bool) -> None:
        """Count a refusal for speed."""
        self._limited.labels("account" if account else "chat").inc()

    def job(self, name: str, outcome: str) -> None:
        """Count a run of a job of the clock."""
        self._jobs.labels(name, outcome).inc()
