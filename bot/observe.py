"""What an operator can see: JSON lines with the secrets taken out, and counters."""

import logging
import re
import sys

import orjson
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

TOKEN = re.compile(r"\b\d{3,}:[A-Za-z0-9_-]{20,}")
HIDDEN = "[hidden]"


def redact(text: str, secrets: frozenset[str] = frozenset()) -> str:
    """Take tokens and the given secrets out of a text."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return TOKEN.sub(HIDDEN, text)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Words a line and takes the secrets out at the very end, whoever wrote it."""

    secrets: frozenset[str] = frozenset()

    def format(self, record: logging.LogRecord) -> str:
        """Word one line."""
        return redact(super().format(record), self.secrets)


def set_up(*, secrets: frozenset[str] = frozenset(), level: str = "INFO", json: bool = True) -> None:
    """Send every log line to standard error, as JSON or for reading, without secrets."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.format_exc_info,
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(
            serializer=lambda value, **_: orjson.dumps(value, default=str).decode()
        )
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    formatter = _Formatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )
    formatter.secrets = secrets
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("aiohttp.access", "alembic", "apscheduler", "telegram", "httpx", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


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
